package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.SliceResult;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bound on the candidate's value on every slice of a slicing. */
record EverySliceGate(
    Metric of, String slicing, ValueGate.Comparison comparison, double bound, long leastRows)
    implements EvidenceGate {
  EverySliceGate {
    ValueGate.requireBound(bound);
  }

  @Override
  public String subject() {
    return of.id() + " by " + slicing;
  }

  @Override
  public String requirement() {
    return of.id()
        + " on every slice by "
        + slicing
        + " "
        + comparison.shown(bound)
        + SliceGate.size(leastRows);
  }

  @Override
  public GateResult judge(Bench bench) {
    return bench.candidate(
        this,
        report -> report.details().slices().stream().anyMatch(s -> s.slicing().equals(slicing)),
        "Slices by '" + slicing + "'",
        found -> judge(found, leastRows > 0 ? leastRows : bench.minRows()));
  }

  /** A slice that fails decides; else one that cannot be told. */
  private GateResult judge(Bench.Found found, long minRows) {
    List<SliceResult> slices =
        found.report().details().slices().stream()
            .filter(slice -> slice.slicing().equals(slicing))
            .toList();
    @Nullable SliceResult worst = null;
    Optional<String> gap = Optional.empty();
    double extreme = 0;
    for (SliceResult slice : slices) {
      Optional<String> why = SliceGate.gap(slice, of, minRows);
      if (why.isPresent()) {
        gap = gap.or(() -> why);
        continue;
      }
      double value = Objects.requireNonNull(slice.metrics().get(of)).number().orElseThrow();
      if (worst == null || comparison.nearer(value, extreme)) {
        worst = slice;
        extreme = value;
      }
    }
    boolean fails = worst != null && !comparison.holds(extreme, bound);
    if (worst == null || (!fails && gap.isPresent())) {
      return found.inconclusive(gap.orElse("There is no slice by " + slicing + "."));
    }
    String observed = comparison.observed(extreme, bound);
    return found.says(
        fails ? Verdict.FAIL : Verdict.PASS,
        extreme,
        observed + " on " + worst.name(),
        found.about()
            + " has "
            + of.id()
            + " "
            + observed
            + " on "
            + worst.name()
            + ", the worst of "
            + slices.size()
            + " slices"
            + (fails ? ", not " : "; required is ")
            + comparison.shown(bound)
            + ".");
  }
}
