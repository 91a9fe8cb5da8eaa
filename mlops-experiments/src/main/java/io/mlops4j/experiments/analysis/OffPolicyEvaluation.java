package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.WeightVector;
import io.mlops4j.stats.Interval;
import io.mlops4j.stats.TwoSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/*
 * Design note. Every estimator is a mean, or a quotient of means, over decisions of sums per unit; its
 * variance is that of its influence, added up per unit first, because decisions of one unit are not
 * independent (often they are the same draw):
 *
 *   IPS    sum w r / n                      influence  w r - V
 *   SNIPS  sum w r / sum w                  influence  w (r - V) n / sum w       (ratio linearisation)
 *   DR     mean( sum_a pi(a) q(a) + w (r - q) )        the term less V
 *   SwitchDR  as DR, w replaced by 0 where it exceeds tau
 *
 * Horvitz, Thompson (1952); Swaminathan, Joachims (2015); Dudik, Langford, Li (2011),
 * https://arxiv.org/abs/1103.4601; Wang, Agarwal, Dudik (2017), https://arxiv.org/abs/1612.01205.
 * Taking w r / mean w as SNIPS's terms is a known mistake: its variance is not that of the quotient.
 */

/**
 * Estimates what a candidate policy would have earned, from decisions that another policy made and
 * logged with the probability of every arm. Refuses when the logs cannot tell. Thread-safe; memory
 * is about 150 bytes per unit.
 *
 * <pre>{@code
 * var evaluation = OffPolicyEvaluation.of("greedy");
 * evaluation.add(customer, exposure.probabilities(), exposure.index(), reward, greedy.probabilities(context));
 * switch on evaluation.result(0.95): Answered or Refused
 * }</pre>
 */
public final class OffPolicyEvaluation {
  private static final double LARGEST = 1e100; // its square, times a weight, is still a number

  /** Further from 1 than chance explains: one in ten thousand. */
  private static final double WEIGHT_DEVIATIONS = 4;

  private final String candidate;
  private final OffPolicyLimits limits;
  private final Map<String, Sums> units = new HashMap<>();
  private long decisions;
  private long modelled;
  private long unsupported;
  private double maxWeight;
  private double squaredWeights;

  private OffPolicyEvaluation(String candidate, OffPolicyLimits limits) {
    this.candidate = Objects.requireNonNull(candidate, "candidate");
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  /** The sums of one unit's decisions. */
  private static final class Sums {
    double decisions;
    double weight;
    double reward;
    double weighted;
    double robust;
    double switched;
  }

  /**
   * Returns an evaluation without decisions, with the default limits.
   *
   * @param candidate the policy's name, for messages
   * @return the evaluation
   */
  public static OffPolicyEvaluation of(String candidate) {
    return of(candidate, OffPolicyLimits.withDefaults());
  }

  /**
   * Returns an evaluation without decisions.
   *
   * @param candidate the policy's name, for messages
   * @param limits when to refuse
   * @return the evaluation
   */
  public static OffPolicyEvaluation of(String candidate, OffPolicyLimits limits) {
    return new OffPolicyEvaluation(candidate, limits);
  }

  /**
   * Adds a logged decision.
   *
   * @param unit whose decision it was: decisions of one unit are not independent
   * @param logged the probability of every arm when it was made
   * @param chosen the arm's position
   * @param reward what it earned, finite
   * @param policy the candidate's probability of every arm in the same situation, sum 1
   * @throws IllegalArgumentException if a value is out of range, or the chosen arm had probability
   *     0
   */
  public void add(String unit, WeightVector logged, int chosen, double reward, double... policy) {
    add(unit, logged, chosen, reward, policy, null);
  }

  /**
   * Adds a logged decision with what a model says each arm would have earned, for the doubly robust
   * estimate. The model must not have been trained on this decision's reward.
   *
   * @param unit whose decision it was
   * @param logged the probability of every arm when it was made
   * @param chosen the arm's position
   * @param reward what it earned, finite
   * @param policy the candidate's probability of every arm in the same situation, sum 1
   * @param model the expected reward of every arm in this situation; null if there is none
   * @throws IllegalArgumentException if a value is out of range, or the chosen arm had probability
   *     0
   */
  public synchronized void add(
      String unit,
      WeightVector logged,
      int chosen,
      double reward,
      double[] policy,
      double @Nullable [] model) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(logged, "logged");
    if (chosen < 0 || chosen >= logged.arms().size()) {
      throw new IllegalArgumentException(
          "chosen: " + chosen + " (expected: 0.." + (logged.arms().size() - 1) + ")");
    }
    check(logged, chosen, reward, policy, model);
    double weight = policy[chosen] / logged.probability(chosen);
    Sums sums = units.computeIfAbsent(unit, key -> new Sums());
    decisions++;
    sums.decisions++;
    sums.weight += weight;
    sums.reward += reward;
    sums.weighted += weight * reward;
    maxWeight = Math.max(maxWeight, weight);
    squaredWeights += weight * weight;
    if (model != null) {
      modelled++;
      double direct = 0;
      for (int arm = 0; arm < policy.length; arm++) {
        direct += policy[arm] * model[arm];
      }
      double residual = weight * (reward - model[chosen]);
      sums.robust += direct + residual;
      sums.switched += direct + (weight <= limits.switchAbove() ? residual : 0);
    }
    boolean impossible = false;
    for (int arm = 0; arm < policy.length; arm++) {
      impossible |= policy[arm] > 0 && logged.probability(arm) == 0;
    }
    unsupported += impossible ? 1 : 0;
  }

  private static void check(
      WeightVector logged, int chosen, double reward, double[] policy, double @Nullable [] model) {
    int arms = logged.arms().size();
    if (policy.length != arms || (model != null && model.length != arms)) {
      throw new IllegalArgumentException(
          "%d candidate probabilities, %s modelled rewards (expected: one per arm, %d)"
              .formatted(policy.length, model == null ? "no" : model.length, arms));
    }
    if (!(logged.probability(chosen) > 0)) {
      throw new IllegalArgumentException(
          "arm '%s' was chosen with logged probability 0: the log is wrong"
              .formatted(logged.arms().get(chosen)));
    }
    if (!(Math.abs(reward) <= LARGEST)) {
      throw new IllegalArgumentException(
          "reward: " + reward + " (expected: a finite number, at most 1e100 either way)");
    }
    double sum = 0;
    for (double probability : policy) {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            "candidate probability: " + probability + " (expected: 0..1)");
      }
      sum += probability;
    }
    if (Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException("candidate probabilities: sum " + sum + " (expected: 1)");
    }
    if (model != null && !Arrays.stream(model).allMatch(each -> Math.abs(each) <= LARGEST)) {
      throw new IllegalArgumentException(
          "modelled rewards: " + Arrays.toString(model) + " (expected: finite numbers)");
    }
  }

  /**
   * Returns what the decisions so far say.
   *
   * @param level of the intervals, above 0 and below 1
   * @return estimates with intervals, or a refusal with reasons
   */
  public synchronized OffPolicyResult result(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level: " + level + " (expected: above 0, below 1)");
    }
    double n = decisions;
    double weights = total(unit -> unit.weight);
    double meanWeight = decisions == 0 ? 0 : weights / n;
    double weightError = error(unit -> unit.weight - meanWeight * unit.decisions);
    double squares = total(unit -> unit.weight * unit.weight);
    OffPolicyResult.Diagnostics diagnostics =
        new OffPolicyResult.Diagnostics(
            decisions,
            units.size(),
            meanWeight,
            weightError,
            maxWeight,
            weights > 0 ? maxWeight / weights : 0,
            squaredWeights > 0 ? weights * weights / squaredWeights : 0,
            squares > 0 ? weights * weights / squares : 0,
            unsupported);
    List<String> reasons = reasons(diagnostics);
    if (!reasons.isEmpty()) {
      return new OffPolicyResult.Refused(candidate, reasons, diagnostics);
    }
    double current = total(unit -> unit.reward) / n;
    double ips = total(unit -> unit.weighted) / n;
    double snips = total(unit -> unit.weighted) / weights;
    List<OffPolicyEstimate> estimates = new ArrayList<>();
    estimates.add(estimate("IPS", ips, u -> u.weighted - ips * u.decisions, current, level));
    estimates.add(
        estimate(
            "SNIPS", snips, u -> (u.weighted - snips * u.weight) * n / weights, current, level));
    if (modelled == decisions) {
      double robust = total(unit -> unit.robust) / n;
      estimates.add(estimate("DR", robust, u -> u.robust - robust * u.decisions, current, level));
      if (limits.switchAbove() < Double.POSITIVE_INFINITY) {
        double switched = total(unit -> unit.switched) / n;
        estimates.add(
            estimate(
                "SwitchDR", switched, u -> u.switched - switched * u.decisions, current, level));
      }
    }
    return new OffPolicyResult.Answered(candidate, current, estimates, diagnostics);
  }

  private List<String> reasons(OffPolicyResult.Diagnostics found) {
    List<String> reasons = new ArrayList<>();
    if (found.units() < limits.minUnits()) {
      reasons.add("%d units (needed: %d)".formatted(found.units(), limits.minUnits()));
    }
    if (found.unsupported() > 0) {
      reasons.add(
          "in %d of %d decisions the candidate would choose an arm that had probability 0: nothing was ever observed there"
              .formatted(found.unsupported(), found.decisions()));
    }
    if (found.effectiveUnits() < limits.minEffectiveUnits()
        || found.effectiveDecisions() < limits.minEffectiveUnits()) {
      reasons.add(
          "%d decisions of %d units are worth %s decisions and %s units under the candidate (needed: %s)"
              .formatted(
                  found.decisions(),
                  found.units(),
                  Words.number(found.effectiveDecisions()),
                  Words.number(found.effectiveUnits()),
                  Words.number(limits.minEffectiveUnits())));
    }
    if (found.maxWeightShare() > limits.maxWeightShare()) {
      reasons.add(
          "one decision has weight %s, %s %% of all (allowed: %s %%)"
              .formatted(
                  Words.number(found.maxWeight()),
                  Words.number(100 * found.maxWeightShare()),
                  Words.number(100 * limits.maxWeightShare())));
    }
    double off = Math.abs(found.meanWeight() - 1);
    if (found.decisions() > 0 && off > WEIGHT_DEVIATIONS * found.meanWeightError() + 1e-9) {
      reasons.add(
          "the mean weight is %s, standard error %s (expected: 1): the logged probabilities are not those that were used"
              .formatted(Words.number(found.meanWeight()), Words.number(found.meanWeightError())));
    }
    return reasons;
  }

  private OffPolicyEstimate estimate(
      String name, double value, ToDoubleFunction<Sums> influence, double current, double level) {
    double critical = TwoSample.critical(1 - level, units.size() - 1.0);
    double error = error(influence);
    double gainError = error(u -> influence.applyAsDouble(u) - (u.reward - current * u.decisions));
    double gain = value - current;
    return new OffPolicyEstimate(
        name,
        value,
        error,
        new Interval(value - critical * error, value + critical * error, level),
        new Interval(gain - critical * gainError, gain + critical * gainError, level));
  }

  private double total(ToDoubleFunction<Sums> term) {
    return units.values().stream().mapToDouble(term).sum();
  }

  /** The standard error of a mean over decisions, from its influence per unit. */
  private double error(ToDoubleFunction<Sums> influence) {
    double clusters = units.size();
    if (clusters < 2) {
      return 0;
    }
    double squares = total(unit -> Math.pow(influence.applyAsDouble(unit), 2));
    return Math.sqrt(clusters / (clusters - 1) * squares) / decisions;
  }
}
