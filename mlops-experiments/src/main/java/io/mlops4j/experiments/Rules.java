package io.mlops4j.experiments;

import io.mlops4j.core.Time;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who may be in an experiment and when, beside its share of traffic. Immutable. */
record Rules(
    UnitKind unitKind,
    @Nullable LayerSlice layer,
    List<Holdout> holdouts,
    Map<String, Integer> overrides,
    ExperimentBuilder.@Nullable Eligibility eligibility,
    Time time,
    @Nullable Instant from,
    @Nullable Instant until,
    @Nullable Integer stoppedFor) {

  /** No rule at all: the hash decides alone, and the fast path may be taken. */
  boolean plain() {
    return layer == null
        && holdouts.isEmpty()
        && overrides.isEmpty()
        && eligibility == null
        && from == null
        && until == null
        && stoppedFor == null;
  }

  /** Why a unit is out, or null if the hash decides. */
  Assignment.@Nullable Reason reason(String unit, Map<String, String> attributes) {
    if (stoppedFor != null) {
      return Assignment.Reason.STOPPED;
    }
    if (from != null || until != null) {
      Instant now = time.now();
      if (from != null && now.isBefore(from)) {
        return Assignment.Reason.NOT_STARTED;
      }
      if (until != null && !now.isBefore(until)) {
        return Assignment.Reason.STOPPED;
      }
    }
    for (Holdout holdout : holdouts) {
      if (holdout.holds(unit)) {
        return Assignment.Reason.HELD_OUT;
      }
    }
    if (layer != null && !layer.contains(unit)) {
      return Assignment.Reason.OUTSIDE_LAYER;
    }
    return eligibility == null || eligibility.test(attributes)
        ? null
        : Assignment.Reason.NOT_ELIGIBLE;
  }

  Rules stopped(int arm) {
    return new Rules(unitKind, layer, holdouts, overrides, eligibility, time, from, until, arm);
  }
}
