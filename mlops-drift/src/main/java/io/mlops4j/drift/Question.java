package io.mlops4j.drift;

import io.mlops4j.core.FeatureCells;
import java.util.OptionalDouble;
import java.util.stream.LongStream;

/**
 * One feature of one segment (empty for all rows): counts expected and counts that came, over the
 * same cells; how many rows came, with or without the feature; and how many different values, if
 * that was counted.
 */
final class Question {
  private final String segment;
  private final FeatureCells cells;
  private final long[] reference;
  private final long[] live;
  private final long predictions;
  private final OptionalDouble distinct;

  Question(
      String segment,
      FeatureCells cells,
      long[] reference,
      long[] live,
      long predictions,
      OptionalDouble distinct) {
    this.segment = segment;
    this.cells = cells;
    this.reference = reference;
    this.live = live;
    this.predictions = predictions;
    this.distinct = distinct;
  }

  String segment() {
    return segment;
  }

  FeatureCells cells() {
    return cells;
  }

  /** The counts expected, not to be changed. */
  long[] reference() {
    return reference;
  }

  /** The counts that came, not to be changed. */
  long[] live() {
    return live;
  }

  long predictions() {
    return predictions;
  }

  OptionalDouble distinct() {
    return distinct;
  }

  String name() {
    return segment.isEmpty() ? cells.feature() : cells.feature() + " of " + segment;
  }

  long n() {
    return LongStream.of(live).sum();
  }

  boolean empty() {
    return n() == 0 || LongStream.of(reference).sum() == 0;
  }

  /** How many values were counted outside what training showed, or missing, or not at all. */
  long events(DataQuality.Measure measure) {
    return switch (measure) {
      case MISSING -> live[cells.missing()];
      case UNSEEN -> cells.ordered() > 0 ? 0 : live[cells.unseen()];
      case OUT_OF_RANGE -> outOfRange();
      case MISTYPED -> Math.max(0, predictions - n());
      case DISTINCT -> 0;
    };
  }

  /** Extremes have edges, unless the feature is sensitive. */
  private long outOfRange() {
    if (cells.ordered() < 2 || cells.sensitive()) {
      return cells.ordered() == 0 ? 0 : live[cells.unseen()];
    }
    return live[0] + live[cells.ordered() - 1] + live[cells.unseen()];
  }

  long trials(DataQuality.Measure measure) {
    return measure == DataQuality.Measure.MISTYPED ? predictions : n();
  }

  DataQuality quality() {
    return new DataQuality(
        share(DataQuality.Measure.MISSING),
        share(DataQuality.Measure.OUT_OF_RANGE),
        share(DataQuality.Measure.UNSEEN),
        share(DataQuality.Measure.MISTYPED),
        distinct);
  }

  private double share(DataQuality.Measure measure) {
    long trials = trials(measure);
    return trials == 0 ? 0 : (double) events(measure) / trials;
  }
}
