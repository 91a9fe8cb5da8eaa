package io.mlops4j.drift;

import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** What is kept of one window, or of several together. Guarded by its monitor's lock. */
final class WindowQuality {
  private final Shape shape;
  private final Labelled labelled;
  private final LabelledScores.Moments values = new LabelledScores.Moments();

  /** Scores of all predictions, labelled or not: what an estimate without labels is made of. */
  private final long[] scores;

  private long predictions;
  private long excluded;
  private long labels;

  WindowQuality(Shape shape) {
    this.shape = shape;
    this.labelled = shape.task().newTally(shape.bins());
    this.scores = new long[shape.task().kind() == Task.Kind.BINARY ? shape.bins() : 0];
  }

  void predicted(double output) {
    predictions++;
    if (scores.length > 0) {
      scores[LabelledScores.bin(output, scores.length)]++;
    }
  }

  void excluded() {
    excluded++;
  }

  void labelled(double output, double label, int sign) {
    labels += sign;
    labelled.add(output, label, sign);
    DoubleBinaryOperator worth = shape.worth();
    if (worth != null) {
      double value = worth(worth, output, label);
      if (Double.isFinite(value)) {
        values.add(value, sign);
      }
    }
  }

  private static double worth(DoubleBinaryOperator worth, double output, double label) {
    try {
      return worth.applyAsDouble(output, label);
    } catch (RuntimeException e) {
      // The label is kept already: what the user's function cannot say must not stop the count.
      return Double.NaN;
    }
  }

  void addAll(WindowQuality other) {
    predictions += other.predictions;
    excluded += other.excluded;
    labels += other.labels;
    labelled.addAll(other.labelled);
    values.addAll(other.values);
    for (int i = 0; i < scores.length; i++) {
      scores[i] += other.scores[i];
    }
  }

  long predictions() {
    return predictions;
  }

  long labels() {
    return labels;
  }

  double coverage() {
    return predictions == 0 ? 0 : (double) labels / predictions;
  }

  long[] scores() {
    return scores.clone();
  }

  Optional<ScoreCurve> curve() {
    return labelled instanceof LabelledScores binary
        ? Optional.of(binary.curve())
        : Optional.empty();
  }

  Quality quality(Instant from, Instant to) {
    Labelled.Numbers numbers = labelled.numbers();
    return new Quality(
        from,
        to,
        predictions,
        excluded,
        labels,
        numbers.binary(),
        numbers.regression(),
        numbers.classes(),
        values.mean());
  }

  /**
   * What windows of one monitor have in common.
   *
   * @param task what answers are
   * @param bins how finely scores are kept
   * @param worth what a labelled prediction is worth, or null
   */
  record Shape(Task task, int bins, @Nullable DoubleBinaryOperator worth) {}
}
