package io.mlops4j.evaluation;

import java.util.Locale;

/** How a measure of each class becomes one number. */
public enum Averaging {
  /** The mean over the classes that occur in the truth or in the answers. */
  MACRO(0),
  /** Over all rows at once; with one class a row this is the accuracy. */
  MICRO(1),
  /** The mean over the classes, each counted as often as it occurs in the truth. */
  WEIGHTED(2);

  private final int code;

  Averaging(int code) {
    this.code = code;
  }

  /** As the argument of a metric. */
  int code() {
    return code;
  }

  /** Whether a metric averages like this; only to be asked of one that averages. */
  boolean isOf(Metric metric) {
    return metric.argument() == code;
  }

  /** As it stands in a metric's id. */
  String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
