package io.mlops4j.evaluation;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.MlopsException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What one model answered: 8 bytes a row, 16 for probabilities of classes. Not thread-safe. */
final class Answers<T> {
  private final EvaluationTask<T> task;
  private final Contender<T> contender;
  private final ScoreBuffer values = new ScoreBuffer();
  private final ScoreBuffer surprises = new ScoreBuffer();

  Answers(EvaluationTask<T> task, Contender<T> contender) {
    this.task = task;
    this.contender = contender;
  }

  /** Asks the model; {@code truth} are the labels of the batch. */
  void ask(List<T> batch, double[] truth) {
    List<?> answers = answers(List.copyOf(batch));
    if (answers.size() != batch.size()) {
      throw new MlopsException(
          contender.version()
              + " gave "
              + answers.size()
              + " answers for "
              + batch.size()
              + " rows.");
    }
    for (int i = 0; i < truth.length; i++) {
      if (task.is(EvaluationTask.Kind.CLASSES)) {
        classes(answers.get(i), (int) truth[i]);
      } else {
        number(answers.get(i));
      }
    }
  }

  private List<?> answers(List<T> batch) {
    boolean ofClasses = contender.model() instanceof ClassModel<T>;
    if (ofClasses != task.is(EvaluationTask.Kind.CLASSES)) {
      throw new MlopsException(
          contender.version()
              + (ofClasses ? " answers probabilities of classes" : " answers one number a row")
              + "; this evaluator is one of "
              + task
              + ". Use Contender.ofClasses with Evaluator.multiclass, and only there.");
    }
    return contender.model() instanceof ClassModel<T> classes
        ? classes.probabilities().predict(batch)
        : contender.model().predict(batch);
  }

  private void number(Object answer) {
    if (!(answer instanceof Double number) || !Double.isFinite(number)) {
      throw new MlopsException(
          contender.version()
              + " gave no finite answer for row "
              + values.size()
              + ". A model that fails a row cannot be measured.");
    }
    values.add(number);
  }

  private void classes(Object answer, int truth) {
    int classes = task.classes().size();
    boolean sound = answer instanceof ClassProbabilities p && p.size() == classes && sums(p);
    if (!sound) {
      throw new MlopsException(
          contender.version()
              + " gave no probabilities of "
              + classes
              + " classes that sum to 1 for row "
              + values.size()
              + ". A model that fails a row cannot be measured.");
    }
    ClassProbabilities probabilities = (ClassProbabilities) Objects.requireNonNull(answer);
    if (!probabilities.labels().isEmpty() && !probabilities.labels().equals(task.classes())) {
      throw new MlopsException(
          contender.version()
              + " answers the classes "
              + probabilities.labels()
              + ", this evaluator has "
              + task.classes()
              + ". Name the classes in the model's order.");
    }
    values.add(probabilities.best());
    surprises.add(ProbabilityMetrics.surprise(probabilities.of(truth)));
  }

  private static boolean sums(ClassProbabilities probabilities) {
    double sum = 0;
    for (double p : probabilities.toArray()) {
      if (!(p >= 0 && p <= 1)) {
        return false;
      }
      sum += p;
    }
    return Math.abs(sum - 1) <= MulticlassEvaluation.SUM_TOLERANCE;
  }

  Scores scores() {
    return new Scores(values.copy(), surprises.copy());
  }

  /** In plain arrays: numbers or class indices, and of classes the surprise at the truth. */
  static final class Scores {
    private final double[] values;
    private final double[] surprises;

    Scores(double[] values, double[] surprises) {
      this.values = values;
      this.surprises = surprises;
    }

    double[] values() {
      return values;
    }

    int[] classes() {
      return Arrays.stream(values).mapToInt(v -> (int) v).toArray();
    }

    double[] surprises() {
      return surprises;
    }

    Scores of(int[] rows) {
      return new Scores(
          taken(values, rows), surprises.length == 0 ? surprises : taken(surprises, rows));
    }
  }

  static double[] taken(double[] values, int[] rows) {
    double[] taken = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      taken[i] = values[rows[i]];
    }
    return taken;
  }
}
