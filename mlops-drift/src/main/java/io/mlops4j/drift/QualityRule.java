package io.mlops4j.drift;

import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * When quality counts as dropped: a metric is worse than its reference by more than a margin
 * (effect), and the difference is more than chance explains at the price of a false-alarm budget
 * (evidence).
 *
 * @param metric what is measured
 * @param drop the margin
 * @param reference what it is compared with
 * @param falseAlarms the budget
 * @param minLabels how many labels a stretch needs, at least 20
 * @param minCoverage which share of its predictions must have a label, 0 to 1
 */
public record QualityRule(
    QualityMetric metric,
    Drop drop,
    Reference reference,
    FalseAlarmBudget falseAlarms,
    long minLabels,
    double minCoverage) {

  /** Checks the ranges. */
  public QualityRule {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(drop, "drop");
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(falseAlarms, "falseAlarms");
    if (minLabels < 20) {
      throw new IllegalArgumentException("minLabels: " + minLabels + " (expected: 20 or more)");
    }
    if (!(minCoverage >= 0 && minCoverage <= 1)) {
      throw new IllegalArgumentException("minCoverage: " + minCoverage + " (expected: 0 to 1)");
    }
  }

  /** How much worse is too much. */
  public sealed interface Drop {
    /** Returns the margin in units of the metric. */
    double margin(double reference);
  }

  /**
   * A margin in units of the metric: 0.03 is from AUC 0.75 to 0.72.
   *
   * @param by 0 or more
   */
  public record Absolute(double by) implements Drop {
    /** Checks the margin. */
    public Absolute {
      requireMargin(by);
    }

    @Override
    public double margin(double reference) {
      return by;
    }

    @Override
    public String toString() {
      return Float.toString((float) by);
    }
  }

  /**
   * A margin as a share of the reference: 0.03 is from AUC 0.75 to 0.7275.
   *
   * @param by 0 or more
   */
  public record Relative(double by) implements Drop {
    /** Checks the margin. */
    public Relative {
      requireMargin(by);
    }

    @Override
    public double margin(double reference) {
      return by * Math.abs(reference);
    }

    @Override
    public String toString() {
      return (float) (100 * by) + " %";
    }
  }

  private static void requireMargin(double by) {
    if (!(by >= 0 && by <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("drop: " + by + " (expected: 0 or more)");
    }
  }

  /** What a stretch is compared with. */
  public sealed interface Reference {}

  /**
   * A number per version, for example from its evaluation before release.
   *
   * @param of the version's number, or empty if there is none
   */
  public record Known(Function<ModelVersion, OptionalDouble> of) implements Reference {
    /** Checks for null. */
    public Known {
      Objects.requireNonNull(of, "of");
    }
  }

  /**
   * The version's own first windows in production.
   *
   * @param count how many, 1 to 1,000
   */
  public record FirstWindows(int count) implements Reference {
    /** Checks the range. */
    public FirstWindows {
      if (count < 1 || count > 1_000) {
        throw new IllegalArgumentException("count: " + count + " (expected: 1..1000)");
      }
    }
  }

  /**
   * Returns a rule with the usual caution: at most one false alarm a year, 200 labels, half of the
   * predictions labelled.
   *
   * @param metric what is measured
   * @param drop how much worse is too much
   * @param reference what it is compared with
   * @return a rule to refine
   */
  public static QualityRule of(QualityMetric metric, Drop drop, Reference reference) {
    return new QualityRule(
        metric, drop, reference, new FalseAlarmBudget(Duration.ofDays(365)), 200, 0.5);
  }

  /**
   * Returns this rule with another budget.
   *
   * @param budget how often it may cry wolf
   * @return a copy
   */
  public QualityRule withFalseAlarms(FalseAlarmBudget budget) {
    Objects.requireNonNull(budget, "budget");
    return new QualityRule(metric, drop, reference, budget, minLabels, minCoverage);
  }

  /**
   * Returns this rule with other requirements on the labels.
   *
   * @param labels at least so many
   * @param coverage at least this share of the predictions
   * @return a copy
   */
  public QualityRule withLabels(long labels, double coverage) {
    return new QualityRule(metric, drop, reference, falseAlarms, labels, coverage);
  }
}
