package io.mlops4j.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * A rollout's meters. The only tags are the model's name, one of the phases and one of the arms.
 */
final class RolloutMeters {
  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();

  RolloutMeters(MeterRegistry registry, String model, LiveRollout<?, ?> rollout) {
    this.registry = registry;
    Tags tags = Tags.of("model", model);
    gauge(
        "mlops.rollout.share",
        "Share of units the candidate is to answer",
        tags,
        rollout,
        r -> r.status().share());
    gauge(
        "mlops.rollout.step",
        "The present step, from 1; 0 if none is under way",
        tags,
        rollout,
        r -> r.status().active() ? r.status().step() + 1.0 : 0);
    gauge(
        "mlops.rollout.candidate",
        "Number of the version that is rolled out; no value if there has been none",
        tags,
        rollout,
        r -> r.status().candidate().map(v -> (double) v.number()).orElse(Double.NaN));
    for (RolloutStatus.Phase phase : RolloutStatus.Phase.values()) {
      gauge(
          "mlops.rollout.phase",
          "1 for the phase the last rollout is in, 0 for the others",
          tags.and("phase", phase.name().toLowerCase(Locale.ROOT)),
          rollout,
          r -> r.status().phase() == phase ? 1 : 0);
    }
    labels(tags, rollout);
    for (RolloutVerdict verdict : RolloutVerdict.values()) {
      gauge(
          "mlops.rollout.watches",
          "Watches and checks by what they say",
          tags.and("verdict", verdict.name().toLowerCase(Locale.ROOT)),
          rollout,
          r -> r.results().stream().filter(w -> w.verdict() == verdict).count());
    }
  }

  private void labels(Tags tags, LiveRollout<?, ?> rollout) {
    Map<String, ToLongFunction<RolloutLabels>> labels =
        Map.of("joined", RolloutLabels::joined, "unmatched", RolloutLabels::unmatched);
    labels.forEach(
        (state, of) ->
            gauge(
                "mlops.rollout.labels",
                "Labels of the fleet by whether they have found an answer",
                tags.and("state", state),
                rollout,
                r -> of.applyAsLong(r.labels())));
    Map<String, ToLongFunction<RolloutLabels>> answers =
        Map.of("waiting", RolloutLabels::waiting, "given_up", RolloutLabels::givenUp);
    answers.forEach(
        (state, of) ->
            gauge(
                "mlops.rollout.answers",
                "Answers that wait for labels here, and that the fleet has given up",
                tags.and("state", state),
                rollout,
                r -> of.applyAsLong(r.labels())));
  }

  private void gauge(
      String name,
      String what,
      Tags tags,
      LiveRollout<?, ?> rollout,
      ToDoubleFunction<LiveRollout<?, ?>> value) {
    meters.add(
        Gauge.builder(name, rollout, value)
            .tags(tags)
            .description(what)
            .strongReference(true)
            .register(registry));
  }

  void close() {
    meters.forEach(registry::remove);
  }
}
