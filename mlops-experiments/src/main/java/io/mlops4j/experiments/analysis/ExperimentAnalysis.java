package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import io.mlops4j.report.Report;
import io.mlops4j.stats.Correction;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Everything an experiment says at one time. Immutable.
 *
 * @param experiment its name
 * @param when the time of the analysis
 * @param looks whether intervals are for one look or always valid
 * @param plannedUnits over all arms
 * @param level of decisions, before correction
 * @param correction for the number of questions
 * @param traffic units per arm and whether that is as intended
 * @param overall every metric of every treatment over all units
 * @param segments the same per segment
 * @param differing per metric, treatment and dimension: is the effect the same everywhere?
 * @param guardrails per guardrail, treatment and segment
 * @param recommendation what to do, and why
 */
public record ExperimentAnalysis(
    String experiment,
    Instant when,
    String looks,
    long plannedUnits,
    double level,
    Correction correction,
    Traffic traffic,
    List<Comparison> overall,
    List<Comparison> segments,
    List<Heterogeneity> differing,
    List<GuardrailResult> guardrails,
    Recommendation recommendation) {
  /** Copies the lists. */
  public ExperimentAnalysis {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(when, "when");
    Objects.requireNonNull(looks, "looks");
    Objects.requireNonNull(correction, "correction");
    Objects.requireNonNull(traffic, "traffic");
    Objects.requireNonNull(recommendation, "recommendation");
    overall = Elements.list("overall", overall);
    segments = Elements.list("segments", segments);
    differing = Elements.list("differing", differing);
    guardrails = Elements.list("guardrails", guardrails);
  }

  /**
   * Returns the recommendation for a pipeline: pass means ship, fail means stop, no data means
   * continue. The answer is of the time of this analysis and does not change.
   *
   * @return the check
   */
  public Check check() {
    return new Check() {
      @Override
      public String name() {
        return "experiment " + experiment;
      }

      @Override
      public Outcome evaluate() {
        String sentence = String.join(" ", recommendation.reasons());
        return switch (recommendation.action()) {
          case SHIP -> new Pass("Ship " + recommendation.treatment().orElse("?") + ". " + sentence);
          case STOP -> new Fail("Stop. " + sentence);
          case CONTINUE -> new NoData("Continue. " + sentence);
        };
      }
    };
  }

  /**
   * Returns what one metric of a treatment says over all units.
   *
   * @param metric its name
   * @param treatment the arm's name
   * @return the comparison
   * @throws IllegalArgumentException if there is none; names those there are
   */
  public Comparison of(String metric, String treatment) {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(treatment, "treatment");
    return overall.stream()
        .filter(one -> one.metric().name().equals(metric) && one.treatment().equals(treatment))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no comparison of '%s' in '%s' (known: %s)"
                        .formatted(
                            Text.printable(metric, 80),
                            Text.printable(treatment, 80),
                            overall.stream()
                                .map(one -> one.metric().name() + " in " + one.treatment())
                                .toList())));
  }

  /**
   * Returns the report of this analysis.
   *
   * @return as text, JSON or HTML
   */
  public Report report() {
    return report(List.of());
  }

  /**
   * Returns the report of this analysis, with intervals and traffic over time.
   *
   * @param earlier analyses of the same experiment, in any order
   * @return as text, JSON or HTML
   */
  public Report report(List<ExperimentAnalysis> earlier) {
    Objects.requireNonNull(earlier, "earlier");
    return new AnalysisReport(this, earlier).report();
  }
}
