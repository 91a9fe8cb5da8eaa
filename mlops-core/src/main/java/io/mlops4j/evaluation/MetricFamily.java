package io.mlops4j.evaluation;

import io.mlops4j.evaluation.Metric.Direction;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The built-in measures: how an id is spelt, what its argument may be, what it needs, what it
 * means. Ids are stored for ever: a new definition is a new family, never a new meaning of an old
 * id.
 */
enum MetricFamily {
  AUC(
      "auc",
      "",
      Argument.NONE,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Area under the ROC curve: the probability that a random positive row scores above a random"
          + " negative one, a tie counting one half."),
  AVERAGE_PRECISION(
      "average-precision",
      "",
      Argument.NONE,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Sum over distinct scores, descending, of the gain in recall times the precision there: steps,"
          + " no interpolation."),
  PRECISION_AT_RECALL(
      "precision@recall-",
      "",
      Argument.RECALL,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Highest precision over all thresholds whose recall is at least %s."),
  ACCURACY(
      "accuracy@",
      "",
      Argument.THRESHOLD,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Fraction of rows predicted right, predicting positive if score >= %s."),
  PRECISION(
      "precision@",
      "",
      Argument.THRESHOLD,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Fraction of rows with score >= %s that are positive."),
  RECALL(
      "recall@",
      "",
      Argument.THRESHOLD,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Fraction of positive rows with score >= %s."),
  F1(
      "f1@",
      "",
      Argument.THRESHOLD,
      Needs.SCORES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "2 TP / (2 TP + FP + FN), predicting positive if score >= %s."),
  LOG_LOSS(
      "log-loss",
      "",
      Argument.NONE,
      Needs.PROBABILITIES,
      Direction.LOWER_IS_BETTER,
      "nats",
      "Mean negative natural logarithm of the probability given to the true class, clipped to"
          + " [2^-52, 1 - 2^-52]."),
  BRIER(
      "brier",
      "",
      Argument.NONE,
      Needs.PROBABILITIES,
      Direction.LOWER_IS_BETTER,
      "squared probability",
      "Mean squared difference between the positive-class probability and the outcome, 0 or 1."),
  ECE_POSITIVE_CLASS(
      "ece-positive-class-",
      "-equal-width",
      Argument.BINS,
      Needs.PROBABILITIES,
      Direction.LOWER_IS_BETTER,
      "probability",
      "Expected calibration error of the positive class: mean over rows of |positive rate - mean"
          + " score| of the row's bin, with %s equal-width bins [a, b), the last one closed."),
  ECE_TOP_LABEL(
      "ece-top-label-",
      "-equal-width",
      Argument.BINS,
      Needs.PROBABILITIES,
      Direction.LOWER_IS_BETTER,
      "probability",
      "Expected calibration error of the predicted class (positive if score >= 0.5): mean over rows"
          + " of |accuracy - mean confidence max(p, 1 - p)| of the row's bin, with %s equal-width"
          + " bins [a, b) of [0, 1], the last one closed."),
  RMSE(
      "rmse",
      "",
      Argument.NONE,
      Needs.NUMBERS,
      Direction.LOWER_IS_BETTER,
      "unit of the truth",
      "Square root of the mean squared error."),
  MAE(
      "mae",
      "",
      Argument.NONE,
      Needs.NUMBERS,
      Direction.LOWER_IS_BETTER,
      "unit of the truth",
      "Mean absolute error."),
  R2(
      "r2",
      "",
      Argument.NONE,
      Needs.NUMBERS,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "1 - squared error of the model / squared error of the mean of the truth; may be negative."),
  PINBALL(
      "pinball@",
      "",
      Argument.QUANTILE,
      Needs.NUMBERS,
      Direction.LOWER_IS_BETTER,
      "unit of the truth",
      "Mean quantile loss of a predicted quantile q = %s: q (truth - predicted) where the truth is"
          + " above, (1 - q) (predicted - truth) where it is below."),
  POISSON_DEVIANCE(
      "poisson-deviance",
      "",
      Argument.NONE,
      Needs.NUMBERS,
      Direction.LOWER_IS_BETTER,
      "nats",
      "Mean Poisson deviance 2 (y ln(y / p) - y + p) of a count y of which p was predicted."),
  MULTICLASS_ACCURACY(
      "multiclass-accuracy",
      "",
      Argument.NONE,
      Needs.CLASSES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Fraction of rows whose class is the predicted one."),
  MULTICLASS_PRECISION(
      "multiclass-precision-",
      "",
      Argument.AVERAGING,
      Needs.CLASSES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Precision of each class, averaged: %s, over the classes in truth or answers."),
  MULTICLASS_RECALL(
      "multiclass-recall-",
      "",
      Argument.AVERAGING,
      Needs.CLASSES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Recall of each class, averaged: %s, over the classes in truth or answers."),
  MULTICLASS_F1(
      "multiclass-f1-",
      "",
      Argument.AVERAGING,
      Needs.CLASSES,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "2 TP / (2 TP + FP + FN) of each class, averaged: %s, over the classes in truth or answers."),
  MULTICLASS_LOG_LOSS(
      "multiclass-log-loss",
      "",
      Argument.NONE,
      Needs.CLASSES,
      Direction.LOWER_IS_BETTER,
      "nats",
      "Mean negative natural logarithm of the probability given to the true class, clipped to"
          + " [2^-52, 1 - 2^-52]."),
  NDCG(
      "ndcg@",
      "",
      Argument.RANK,
      Needs.RANKS,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Normalised discounted cumulative gain of the first %s: linear gain, discount log2(rank + 1),"
          + " equal scores share their ranks; mean over queries with a relevant item."),
  RANK_PRECISION(
      "rank-precision@",
      "",
      Argument.RANK,
      Needs.RANKS,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Relevant items among the first %s, divided by that number; equal scores share their ranks;"
          + " mean over queries."),
  RANK_RECALL(
      "rank-recall@",
      "",
      Argument.RANK,
      Needs.RANKS,
      Direction.HIGHER_IS_BETTER,
      "fraction",
      "Fraction of the relevant items among the first %s; equal scores share their ranks; mean over"
          + " queries with a relevant item.");

  /** What a metric is computed from. */
  enum Needs {
    SCORES,
    PROBABILITIES,
    NUMBERS,
    CLASSES,
    RANKS
  }

  /** What stands between prefix and suffix of an id. */
  enum Argument {
    NONE,
    THRESHOLD,
    RECALL,
    BINS,
    QUANTILE,
    AVERAGING,
    RANK
  }

  /** More bins than this say nothing any more and cost memory. */
  static final int MAX_BINS = 10_000;

  private static final int MAX_RANK = 1_000_000;

  final Needs needs;
  final Direction direction;
  final String unit;
  private final String prefix;
  private final String suffix;
  private final Argument argument;
  private final String template;

  MetricFamily(
      String prefix,
      String suffix,
      Argument argument,
      Needs needs,
      Direction direction,
      String unit,
      String template) {
    this.prefix = prefix;
    this.suffix = suffix;
    this.argument = argument;
    this.needs = needs;
    this.direction = direction;
    this.unit = unit;
    this.template = template;
  }

  /** Returns the metric with this argument; 0 for a family that takes none. */
  Metric with(double value) {
    Optional<String> problem = problem(value);
    if (problem.isPresent()) {
      throw new IllegalArgumentException(problem.get());
    }
    return new Metric(
        this,
        value + 0.0,
        prefix + spell(value + 0.0) + suffix,
        direction,
        unit,
        template.formatted(spell(value + 0.0)));
  }

  /** Returns the argument an id of this family holds, if it is spelt exactly as we spell it. */
  OptionalDouble argumentOf(String id) {
    if (argument == Argument.NONE) {
      return id.equals(prefix) ? OptionalDouble.of(0.0) : OptionalDouble.empty();
    }
    if (id.length() <= prefix.length() + suffix.length()
        || !id.startsWith(prefix)
        || !id.endsWith(suffix)) {
      return OptionalDouble.empty();
    }
    String text = id.substring(prefix.length(), id.length() - suffix.length());
    try {
      double value = argument == Argument.AVERAGING ? averaging(text) : Double.parseDouble(text);
      return problem(value).isEmpty() && spell(value + 0.0).equals(text)
          ? OptionalDouble.of(value)
          : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** Returns an id to learn the spelling from. */
  String example() {
    return prefix
        + switch (argument) {
          case NONE -> "";
          case THRESHOLD -> "0.5";
          case RECALL -> "0.8";
          case BINS, RANK -> "10";
          case QUANTILE -> "0.9";
          case AVERAGING -> "macro";
        }
        + suffix;
  }

  private String spell(double value) {
    return switch (argument) {
      case NONE -> "";
      case THRESHOLD, RECALL, QUANTILE -> Decimals.text(value);
      case BINS, RANK -> Integer.toString((int) value);
      case AVERAGING -> averaging(value);
    };
  }

  private static String averaging(double code) {
    for (Averaging averaging : Averaging.values()) {
      if (averaging.code() == code) {
        return averaging.spelling();
      }
    }
    return "";
  }

  /** Which averaging a text spells; NaN if none. */
  private static double averaging(String text) {
    for (Averaging averaging : Averaging.values()) {
      if (averaging.spelling().equals(text)) {
        return averaging.code();
      }
    }
    return Double.NaN;
  }

  private Optional<String> problem(double value) {
    return switch (argument) {
      case NONE -> Optional.empty();
      case THRESHOLD ->
          Double.isFinite(value)
              ? Optional.empty()
              : Optional.of("threshold: " + value + " (expected: a finite number)");
      case RECALL ->
          value > 0 && value <= 1
              ? Optional.empty()
              : Optional.of("recall: " + value + " (expected: above 0, at most 1)");
      case BINS ->
          value >= 1 && value <= MAX_BINS && value == Math.rint(value)
              ? Optional.empty()
              : Optional.of("bins: " + spell(value) + " (expected: 1.." + MAX_BINS + ")");
      case RANK ->
          value >= 1 && value <= MAX_RANK && value == Math.rint(value)
              ? Optional.empty()
              : Optional.of("rank: " + spell(value) + " (expected: 1.." + MAX_RANK + ")");
      case QUANTILE ->
          value > 0 && value < 1
              ? Optional.empty()
              : Optional.of("quantile: " + value + " (expected: above 0, below 1)");
      case AVERAGING ->
          value >= 0 && value < Averaging.values().length
              ? Optional.empty()
              : Optional.of("averaging: " + value + " (expected: macro, micro or weighted)");
    };
  }
}
