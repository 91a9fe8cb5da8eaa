package io.mlops4j.registry;

import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.registry.GateResult.Verdict;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A bound on a percentile, in nanoseconds or as a factor of the champion's. The machine's noise
 * counts against both answers: PASS needs the time to hold with the noise added, FAIL without it.
 */
record LatencyGate(Percentile percentile, boolean ofChampion, double bound)
    implements EvidenceGate {
  /** Longer than any call that a benchmark waits for. */
  private static final Duration LONGEST = Duration.ofDays(1);

  LatencyGate {
    Objects.requireNonNull(percentile, "percentile");
    if (!(bound > 0) || Double.isInfinite(bound)) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: finite, above 0)");
    }
  }

  /** The gate of an absolute bound; nanoseconds beyond 292 years do not fit. */
  static LatencyGate within(Percentile percentile, Duration bound) {
    if (bound.isNegative() || bound.isZero() || bound.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "bound: " + bound + " (expected: above 0, at most " + LONGEST + ")");
    }
    return new LatencyGate(percentile, false, bound.toNanos());
  }

  @Override
  public String subject() {
    return "latency " + name();
  }

  private String name() {
    return percentile.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String requirement() {
    return ofChampion
        ? name() + " at most " + BigDecimal.valueOf(bound).toPlainString() + " times the champion's"
        : name() + " <= " + micros(bound);
  }

  @Override
  public GateResult judge(Bench bench) {
    return bench.latency(this, ofChampion, this::judge);
  }

  private GateResult judge(LatencyReport report) {
    if (report.calls() < percentile.minCalls()) {
      return result(
          report,
          Verdict.INCONCLUSIVE,
          "no evidence",
          report.candidate()
              + " was timed in "
              + report.calls()
              + " calls; a "
              + name()
              + " rests on "
              + percentile.minCalls()
              + " or more.");
    }
    double noise = report.noiseOf(percentile);
    double value = ofChampion ? report.ratio(percentile) : nanos(report);
    Verdict verdict =
        value * (1 + noise) <= bound
            ? Verdict.PASS
            : value / (1 + noise) > bound ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    String observed =
        micros(nanos(report))
            + (ofChampion
                ? " against "
                    + micros(championNanos(report))
                    + ", "
                    + GateEvaluation.plain(value)
                    + " times"
                : "")
            + ", noise "
            + GateEvaluation.plain(noise * 100)
            + " %";
    String sentence =
        report.candidate()
            + " has "
            + subject()
            + " "
            + observed
            + (verdict == Verdict.PASS
                ? "; required is "
                : verdict == Verdict.FAIL
                    ? ", not "
                    : "; with that noise nobody can tell whether it is ")
            + requirement()
            + ".";
    return result(report, verdict, observed, sentence);
  }

  private GateResult result(
      LatencyReport report, Verdict verdict, String observed, String sentence) {
    return new GateResult(
        subject(),
        verdict,
        OptionalDouble.of(nanos(report)),
        ofChampion ? OptionalDouble.of(championNanos(report)) : OptionalDouble.empty(),
        observed,
        requirement(),
        sentence + " Evidence " + report.digest().substring(0, 12) + ".");
  }

  private double nanos(LatencyReport report) {
    return (double) report.nanos(percentile);
  }

  private double championNanos(LatencyReport report) {
    return (double) report.championNanos(percentile);
  }

  private static String micros(double nanos) {
    return GateEvaluation.plain(nanos / 1000) + " us";
  }
}
