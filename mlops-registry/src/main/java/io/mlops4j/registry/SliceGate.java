package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.evaluation.SliceResult;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.Objects;
import java.util.Optional;

/** A bound on the candidate's value on one slice. */
record SliceGate(
    Metric of, String slice, ValueGate.Comparison comparison, double bound, long leastRows)
    implements EvidenceGate {
  SliceGate {
    ValueGate.requireBound(bound);
  }

  @Override
  public String subject() {
    return of.id() + " on " + slice;
  }

  @Override
  public String requirement() {
    return subject() + " " + comparison.shown(bound) + size(leastRows);
  }

  @Override
  public GateResult judge(Bench bench) {
    return bench.candidate(
        this,
        report -> report.details().slice(slice).isPresent(),
        "Slice '" + slice + "'",
        found -> {
          SliceResult result = found.report().details().slice(slice).orElseThrow();
          Optional<String> gap = gap(result, of, leastRows > 0 ? leastRows : bench.minRows());
          if (gap.isPresent()) {
            return found.inconclusive(gap.get());
          }
          double value = Objects.requireNonNull(result.metrics().get(of)).number().orElseThrow();
          boolean holds = comparison.holds(value, bound);
          return found.says(
              holds ? Verdict.PASS : Verdict.FAIL,
              value,
              comparison.observed(value, bound),
              found.about()
                  + " has "
                  + of.id()
                  + " "
                  + comparison.observed(value, bound)
                  + " on the "
                  + result.rows()
                  + " rows of slice "
                  + slice
                  + (holds ? "; required is " : ", not ")
                  + comparison.shown(bound)
                  + ".");
        });
  }

  /** Only said if it is not the policy's, so that policies without it keep their digests. */
  static String size(long leastRows) {
    return leastRows > 0 ? ", slices of " + leastRows + " rows or more" : "";
  }

  /** Why a slice's value proves nothing, or empty. */
  static Optional<String> gap(SliceResult slice, Metric metric, long minRows) {
    MetricValue value = slice.metrics().get(metric);
    if (value == null) {
      return Optional.of(metric.id() + " was not measured on slice '" + slice.name() + "'.");
    }
    if (value instanceof MetricValue.Undefined undefined) {
      return Optional.of(
          metric.id() + " on slice '" + slice.name() + "' is undefined: " + undefined.reason());
    }
    return slice.rows() < minRows || ((MetricValue.Defined) value).n() < minRows
        ? Optional.of(
            metric.id()
                + " on slice '"
                + slice.name()
                + "' rests on "
                + Math.min(slice.rows(), ((MetricValue.Defined) value).n())
                + " rows; the policy asks for "
                + minRows
                + ".")
        : Optional.empty();
  }
}
