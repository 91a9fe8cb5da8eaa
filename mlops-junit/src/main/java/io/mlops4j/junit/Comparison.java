package io.mlops4j.junit;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Margin;
import java.util.Objects;
import java.util.function.Function;

/**
 * A candidate against a champion, as far as the sentence has got: {@code
 * beats(champion).on(AUC).by(0.005)}. Nothing is asserted before {@code by}.
 *
 * <p>Judged by a promotion gate: exact decimals, the same rows and evaluator for both, the metric's
 * own idea of which way is better.
 *
 * @param <A> the assertion to go on with
 */
public final class Comparison<A> {
  private static final long MIN_ROWS = 100;

  private final A next;
  private final Function<GatePolicy, GateDecision> judge;
  private final long minRows;

  Comparison(A next, Function<GatePolicy, GateDecision> judge) {
    this(next, judge, MIN_ROWS);
  }

  private Comparison(A next, Function<GatePolicy, GateDecision> judge, long minRows) {
    this.next = next;
    this.judge = judge;
    this.minRows = minRows;
  }

  /**
   * Says how many rows the numbers must rest on. The default is a policy's: 100.
   *
   * @param rows at least 1
   * @return the same comparison with it
   */
  public Comparison<A> withMinRows(long rows) {
    return new Comparison<>(next, judge, rows);
  }

  /**
   * Says what is compared.
   *
   * @param metric the metric
   * @return the comparison of it
   */
  public OnMetric<A> on(Metric metric) {
    return new OnMetric<>(this, Objects.requireNonNull(metric, "metric"));
  }

  /**
   * The comparison of one metric.
   *
   * @param <A> the assertion to go on with
   */
  public static final class OnMetric<A> {
    private final Comparison<A> comparison;
    private final Metric metric;

    private OnMetric(Comparison<A> comparison, Metric metric) {
      this.comparison = comparison;
      this.metric = metric;
    }

    /**
     * Asserts that the candidate is better by this much or more, in the metric's own unit.
     *
     * @param points finite, at least 0; 0 accepts an equal candidate
     * @return the assertion to go on with
     * @throws AssertionError with the decision table, if it is not, or if the evidence does not
     *     tell
     */
    public A by(double points) {
      return by(Margin.absolute(points));
    }

    /**
     * Asserts that the candidate is better by a margin or more.
     *
     * @param margin by how much, unit included
     * @return the assertion to go on with
     * @throws AssertionError with the decision table, if it is not, or if the evidence does not
     *     tell
     */
    public A by(Margin margin) {
      GatePolicy policy =
          GatePolicy.named("this assertion")
              .require(Gate.metric(metric).beatsChampionBy(margin))
              .withMinRows(comparison.minRows);
      DecisionAssert.requirePass(
          comparison.judge.apply(policy),
          "to be better than the champion by at least " + margin + " on " + metric.id());
      return comparison.next;
    }
  }
}
