package io.mlops4j.evaluation;

import io.mlops4j.stats.Interval;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The same rows are drawn for both models, so what they have in common cancels. */
final class PairedBootstrap {
  private PairedBootstrap() {}

  static Map<Metric, PairedDifference> of(
      Collection<Metric> metrics,
      int rows,
      Confidence confidence,
      Evaluation candidate,
      Evaluation champion,
      Function<int[], Evaluation> candidateDrawn,
      Function<int[], Evaluation> championDrawn) {
    Map<Metric, PairedDifference> differences = new LinkedHashMap<>();
    Map<Metric, Bootstrap.Sample> samples = new LinkedHashMap<>();
    int resamples = confidence.resamplesOf(rows);
    for (Metric metric : metrics) {
      samples.put(metric, new Bootstrap.Sample(resamples));
    }
    if (!metrics.isEmpty() && rows > 1) {
      Bootstrap.draw(
          rows,
          resamples,
          confidence.seed(),
          counts -> {
            Evaluation first = candidateDrawn.apply(counts);
            Evaluation second = championDrawn.apply(counts);
            samples.forEach(
                (metric, sample) -> sample.add(less(first.value(metric), second.value(metric))));
          });
    }
    for (Metric metric : metrics) {
      MetricValue first = candidate.value(metric);
      MetricValue second = champion.value(metric);
      Bootstrap.Sample sample = Objects.requireNonNull(samples.get(metric));
      Optional<Interval> interval =
          less(first, second).isPresent() ? sample.interval(confidence.level()) : Optional.empty();
      differences.put(
          metric,
          new PairedDifference(
              first,
              second,
              interval,
              interval.isPresent() ? OptionalDouble.of(sample.pValue()) : OptionalDouble.empty(),
              interval.isPresent()
                  ? "paired bootstrap, " + resamples + " resamples"
                  : "undefined, on these rows or on more than a twentieth of their resamples"));
    }
    return differences;
  }

  private static OptionalDouble less(MetricValue first, MetricValue second) {
    return first.number().isPresent() && second.number().isPresent()
        ? OptionalDouble.of(first.number().getAsDouble() - second.number().getAsDouble())
        : OptionalDouble.empty();
  }
}
