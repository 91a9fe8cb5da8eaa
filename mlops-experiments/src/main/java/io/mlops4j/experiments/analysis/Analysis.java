package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Time;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.experiments.WeightVector;
import java.util.Objects;

/**
 * How an experiment will be judged, fixed before its data are seen. Immutable and thread-safe.
 *
 * <pre>{@code
 * var analysis = Analysis.of(experiment)
 *     .metric(Metric.binary("bought").withCuped())
 *     .metric(Metric.ratio("revenue per order"))
 *     .guardrail(Metric.quantile("latency", 0.95).lowerBetter(), Margin.relative(0.05))
 *     .by("country")
 *     .alwaysValid(20_000)
 *     .build();
 * var ledger = analysis.ledger(Time.system());   // also an ExposureListener
 * ledger.observe(customer, "bought", 1);
 * Check check = ledger.analyse().check();
 * }</pre>
 *
 * <p>The first metric decides; the other metrics may not get worse; guardrails must be shown to be
 * safe, in every segment. Units, not events, are the sample: {@link UnitLedger} sums events per
 * unit, {@link ExperimentSums} takes finished units in constant memory.
 */
public final class Analysis {
  private final Plan plan;

  Analysis(Plan plan) {
    this.plan = plan;
  }

  /**
   * Returns the start of an analysis of an experiment: its arms, the first of which is control, and
   * the shares it has now.
   *
   * @param experiment whose exposures will be analysed
   * @return the builder
   */
  public static AnalysisBuilder of(Experiment<?> experiment) {
    Objects.requireNonNull(experiment, "experiment");
    return new AnalysisBuilder(experiment.name(), experiment.shares());
  }

  /**
   * Returns the start of an analysis of anything that was randomised elsewhere.
   *
   * @param experiment its name, not blank
   * @param shares the arms, control first, and the share of units each was meant to get
   * @return the builder
   */
  public static AnalysisBuilder named(String experiment, WeightVector shares) {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(shares, "shares");
    if (experiment.isBlank()) {
      throw new IllegalArgumentException("experiment: blank (expected: its name)");
    }
    return new AnalysisBuilder(experiment, shares);
  }

  /**
   * Returns empty sums for finished units, in constant memory (except for quantiles).
   *
   * @return the sums
   */
  public ExperimentSums sums() {
    return new ExperimentSums(plan);
  }

  /**
   * Returns an empty ledger that adds up events per unit.
   *
   * @param time stamps exposures and observations that come without a time of their own
   * @return the ledger
   */
  public UnitLedger ledger(Time time) {
    return new UnitLedger(plan, time);
  }
}
