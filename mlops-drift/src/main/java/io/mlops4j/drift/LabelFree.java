package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import io.mlops4j.drift.VersionQuality.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Estimates quality without labels, and checks such estimates where labels came later. */
final class LabelFree {
  /** What a stretch needs to count as labelled, and a calibration to be one. */
  record Needs(long labels, double coverage, int rolling, boolean ownReference) {}

  private final VersionQuality quality;
  private final QualityMetric metric;
  private final Needs needs;

  LabelFree(VersionQuality quality, QualityMetric metric, Needs needs) {
    this.quality = quality;
    this.metric = metric;
    this.needs = needs;
  }

  /** The estimate of the newest stretch, labelled or not. */
  Optional<QualityEstimate> newest() {
    List<Long> ends = quality.ends(needs.rolling());
    if (ends.isEmpty()) {
      return Optional.empty();
    }
    Stretch stretch = quality.stretch(ends.get(0), needs.rolling());
    WindowQuality labelled = labelledBefore(stretch);
    ExpectedOutcomes expected = expected(stretch, labelled);
    if (expected == null) {
      return Optional.empty();
    }
    return metric
        .of(expected)
        .map(
            estimate ->
                new QualityEstimate(
                    metric,
                    quality.start(stretch),
                    quality.end(stretch),
                    stretch.counts().predictions(),
                    estimate,
                    labelled.labels(),
                    expected.unseenShare(),
                    backtest(ends)));
  }

  private WindowQuality labelledBefore(Stretch stretch) {
    return needs.ownReference() ? quality.referenceCounts() : quality.before(stretch.first());
  }

  private @Nullable ExpectedOutcomes expected(Stretch stretch, WindowQuality labelled) {
    Optional<ScoreCurve> curve = labelled.curve();
    if (curve.isEmpty() || labelled.labels() < needs.labels()) {
      return null;
    }
    return new ExpectedOutcomes(stretch.counts().scores(), ScoreCalibration.fit(curve.get()));
  }

  private Optional<QualityEstimate.Backtest> backtest(List<Long> ends) {
    List<Double> errors = new ArrayList<>();
    long before = Long.MAX_VALUE;
    for (long last : ends) {
      if (last >= before) {
        continue; // overlaps with the one compared last
      }
      Stretch stretch = quality.stretch(last, needs.rolling());
      WindowQuality counts = stretch.counts();
      if (counts.labels() >= needs.labels() && counts.coverage() >= needs.coverage()) {
        ExpectedOutcomes expected = expected(stretch, labelledBefore(stretch));
        Optional<Estimate> realised = metric.of(quality.quality(stretch));
        Optional<Estimate> estimate = expected == null ? Optional.empty() : metric.of(expected);
        if (realised.isPresent() && estimate.isPresent()) {
          errors.add(estimate.get().value() - realised.get().value());
          before = stretch.first();
        }
      }
    }
    if (errors.isEmpty()) {
      return Optional.empty();
    }
    double sum = 0;
    double absolute = 0;
    double worst = 0;
    for (double error : errors) {
      sum += error;
      absolute += Math.abs(error);
      worst = Math.max(worst, Math.abs(error));
    }
    int n = errors.size();
    return Optional.of(new QualityEstimate.Backtest(n, sum / n, absolute / n, worst));
  }
}
