package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.Objects;

/** What logged decisions say about a candidate policy, or why they cannot. */
public sealed interface OffPolicyResult {
  /**
   * Returns how well the logged decisions cover the candidate's.
   *
   * @return the diagnostics, of an answer and of a refusal
   */
  Diagnostics diagnostics();

  /**
   * How well logged decisions cover a candidate's. A weight is the candidate's probability of the
   * logged arm over the logged one.
   *
   * @param decisions logged
   * @param units they came from
   * @param meanWeight 1 in expectation, if the logged probabilities are right
   * @param meanWeightError its standard error, clustered by unit
   * @param maxWeight the largest
   * @param maxWeightShare the largest over the sum of all
   * @param effectiveDecisions (sum of weights)² over sum of squared weights
   * @param effectiveUnits the same with each unit's weights added up first
   * @param unsupported decisions in which the candidate would choose, with some probability, an arm
   *     that could not have been logged
   */
  record Diagnostics(
      long decisions,
      long units,
      double meanWeight,
      double meanWeightError,
      double maxWeight,
      double maxWeightShare,
      double effectiveDecisions,
      double effectiveUnits,
      long unsupported) {}

  /**
   * The data can answer.
   *
   * @param candidate the policy's name
   * @param current what the policy in force earned per decision
   * @param estimates IPS and SNIPS; DR if every decision came with modelled rewards; SwitchDR if it
   *     was asked for, too
   * @param diagnostics how well the decisions cover the candidate's
   */
  record Answered(
      String candidate, double current, List<OffPolicyEstimate> estimates, Diagnostics diagnostics)
      implements OffPolicyResult {
    /** Copies the list. */
    public Answered {
      Objects.requireNonNull(candidate, "candidate");
      Objects.requireNonNull(diagnostics, "diagnostics");
      estimates = Elements.list("estimates", estimates);
    }

    /**
     * Returns one estimate.
     *
     * @param estimator such as {@code "DR"}
     * @return the estimate
     * @throws IllegalArgumentException if there is none; names those there are
     */
    public OffPolicyEstimate by(String estimator) {
      Objects.requireNonNull(estimator, "estimator");
      return estimates.stream()
          .filter(one -> one.estimator().equals(estimator))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "no estimate '%s' (known: %s)"
                          .formatted(
                              Text.printable(estimator, 80),
                              estimates.stream().map(OffPolicyEstimate::estimator).toList())));
    }
  }

  /**
   * The data cannot answer: no number is given, because it would be believed.
   *
   * @param candidate the policy's name
   * @param reasons sentences with the numbers, at least one
   * @param diagnostics how well the decisions cover the candidate's
   */
  record Refused(String candidate, List<String> reasons, Diagnostics diagnostics)
      implements OffPolicyResult {
    /** Copies the list. */
    public Refused {
      Objects.requireNonNull(candidate, "candidate");
      Objects.requireNonNull(diagnostics, "diagnostics");
      reasons = Elements.list("reasons", reasons);
    }
  }
}
