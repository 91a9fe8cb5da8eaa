package io.mlops4j.drift;

import io.mlops4j.core.FeatureCells;
import java.util.OptionalDouble;
import java.util.stream.LongStream;

/**
 * One feature of one segment: what was expected, and what came.
 *
 * @param segment empty for all rows
 * @param cells over which both are counted
 * @param reference counts expected
 * @param live counts that came
 * @param predictions how many rows came, with or without the feature
 * @param distinct how many different values came, estimated, if that was counted
 */
record Question(
    String segment,
    FeatureCells cells,
    long[] reference,
    long[] live,
    long predictions,
    OptionalDouble distinct) {

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
