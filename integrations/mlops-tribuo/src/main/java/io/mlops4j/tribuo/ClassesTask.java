package io.mlops4j.tribuo;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.MlopsException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tribuo.Model;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;

/** Two or more classes, labeled with whole numbers; the answer is a probability for each. */
final class ClassesTask implements Task<Label, ClassProbabilities> {
  static final ClassesTask INSTANCE = new ClassesTask();
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private ClassesTask() {}

  @Override
  public String name() {
    return "classification";
  }

  @Override
  public Class<Label> outputType() {
    return Label.class;
  }

  @Override
  public OutputFactory<Label> factory() {
    return new LabelFactory();
  }

  @Override
  public Label output(double label) {
    if (label >= 0 && label < 1e9 && label == Math.rint(label)) {
      return new Label(Integer.toString((int) label));
    }
    throw new MlopsException("label: " + label + " (expected: 0, 1, 2, …, one for each class)");
  }

  @Override
  public boolean needsTwoClasses() {
    return true;
  }

  @Override
  public void check(String who, Model<Label> model) {
    if (model.getOutputIDInfo().size() < 2) {
      throw new MlopsException(
          who + " has " + model.getOutputIDInfo().size() + " class (expected: 2 or more).");
    }
    ProbabilityTask.requireProbabilities(who, model);
  }

  /** Returns the classes' names in order: numbers by value, others as texts. */
  static List<String> labels(Model<Label> model) {
    List<String> labels = new ArrayList<>();
    model.getOutputIDInfo().getDomain().forEach(label -> labels.add(label.getLabel()));
    boolean numbers = labels.stream().allMatch(label -> NUMBER.matcher(label).matches());
    labels.sort(numbers ? Comparator.comparingInt(Integer::parseInt) : Comparator.naturalOrder());
    return List.copyOf(labels);
  }

  @Override
  public Function<Prediction<Label>, ClassProbabilities> answers(Model<Label> model) {
    List<String> labels = labels(model);
    return prediction -> {
      Map<String, Label> scores = prediction.getOutputScores();
      double[] values = new double[labels.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = Objects.requireNonNull(scores.get(labels.get(i))).getScore();
      }
      return ClassProbabilities.named(labels, values);
    };
  }
}
