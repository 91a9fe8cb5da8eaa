package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.SliceResult;
import io.mlops4j.registry.GateResult.Verdict;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A distance to the champion on one slice, or on every slice of a slicing. */
record SliceMarginGate(Metric of, String slice, boolean every, long leastRows, Closeness closeness)
    implements EvidenceGate {

  @Override
  public String subject() {
    return of.id() + (every ? " by " : " on ") + slice;
  }

  @Override
  public String requirement() {
    return of.id()
        + (every ? " on every slice by " : " on ")
        + slice
        + " "
        + closeness.shown()
        + SliceGate.size(leastRows);
  }

  @Override
  public GateResult judge(Bench bench) {
    long rows = leastRows > 0 ? leastRows : bench.minRows();
    return bench.beside(
        this,
        report -> report.details().slices().stream().anyMatch(this::isMeant),
        (every ? "Slices by '" : "Slice '") + slice + "'",
        pair -> judge(pair, rows));
  }

  private boolean isMeant(SliceResult result) {
    return every ? result.slicing().equals(slice) : result.name().equals(slice);
  }

  /** One slice, both values, and by how much the candidate clears what is required. */
  private record Clearance(SliceResult slice, double mine, double theirs, BigDecimal spare) {}

  private GateResult judge(Bench.Pair pair, long minRows) {
    List<SliceResult> slices =
        pair.found().report().details().slices().stream().filter(this::isMeant).toList();
    @Nullable Clearance worst = null;
    Optional<String> gap =
        pair.champion().details().slices().stream()
            .filter(this::isMeant)
            .filter(theirs -> slices.stream().noneMatch(s -> s.name().equals(theirs.name())))
            .map(s -> "Slice '" + s.name() + "' was measured for the champion only.")
            .findFirst();
    for (SliceResult result : slices) {
      Optional<SliceResult> rival = pair.champion().details().slice(result.name());
      Optional<String> why =
          SliceGate.gap(result, of, minRows)
              .or(
                  () ->
                      rival.isEmpty()
                          ? Optional.of(
                              "Slice '" + result.name() + "' was not measured for the champion.")
                          : SliceGate.gap(rival.get(), of, minRows));
      if (why.isPresent()) {
        gap = gap.or(() -> why);
        continue;
      }
      double mine = value(result);
      double theirs = value(rival.orElseThrow());
      Optional<BigDecimal> least = closeness.least(theirs);
      if (least.isEmpty()) {
        gap = gap.or(() -> Optional.of(Closeness.undefined(of.id(), theirs)));
        continue;
      }
      BigDecimal spare = Closeness.gain(of.direction(), mine, theirs).subtract(least.get());
      if (worst == null || spare.compareTo(worst.spare()) < 0) {
        worst = new Clearance(result, mine, theirs, spare);
      }
    }
    boolean fails = worst != null && worst.spare().signum() < 0;
    if (worst == null || (!fails && gap.isPresent())) {
      return pair.found().inconclusive(gap.orElse("There is no such slice."));
    }
    return said(pair, worst, slices.size(), fails);
  }

  private GateResult said(Bench.Pair pair, Clearance worst, int slices, boolean fails) {
    String observed = Closeness.observed(of.direction(), worst.mine(), worst.theirs());
    return pair.says(
        fails ? Verdict.FAIL : Verdict.PASS,
        worst.mine(),
        worst.theirs(),
        observed + " on " + worst.slice().name(),
        pair.found().about()
            + " against "
            + pair.champion().modelVersion()
            + ": "
            + of.id()
            + " "
            + observed
            + " on the "
            + worst.slice().rows()
            + " rows of "
            + worst.slice().name()
            + (every ? ", the worst of " + slices + " slices" : "")
            + (fails ? ", not " : "; required is ")
            + closeness.shown()
            + ".");
  }

  private double value(SliceResult result) {
    return Objects.requireNonNull(result.metrics().get(of)).number().orElseThrow();
  }
}
