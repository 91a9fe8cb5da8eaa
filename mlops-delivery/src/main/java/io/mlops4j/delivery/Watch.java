package io.mlops4j.delivery;

import io.mlops4j.core.Text;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/**
 * One thing a rollout looks at, and how much worse the candidate may be there. Every watch compares
 * both arms on the same step's concurrent traffic and is valid however often one looks; it says
 * {@code PROMOTE} once the data show that the candidate is within the limit, {@code ROLL_BACK} once
 * they show that it is not, and {@code HOLD} in between. Immutable.
 *
 * <p>Steps at a share of 1 have no concurrent champion: there only {@link #errorRateAtMost} looks
 * at new traffic, while the comparisons of earlier steps stay armed for late labels.
 */
public final class Watch {
  private static final int MAX_NAME = 64;
  private static final double ONE_HALF = 0.5;

  private final Question question;
  private final Optional<String> segment;
  private final boolean required;

  private Watch(Question question, Optional<String> segment, boolean required) {
    this.question = question;
    this.segment = segment;
    this.required = required;
  }

  private static Watch of(Question question) {
    return new Watch(question, Optional.empty(), true);
  }

  /**
   * Returns the watch on failed requests, timeouts, rejections and fallback answers: their share
   * may be higher than the champion's by a margin.
   *
   * @param margin absolute; 0.005 lets it be half a percent of the requests. At least 0.0001
   * @return the watch
   */
  public static Watch errorRateNotWorseBy(double margin) {
    return of(new ErrorDifference(requireMargin(margin)));
  }

  /**
   * Returns the watch on failed requests that compares with a number, not with the champion.
   *
   * @param limit above 0 and below 1
   * @return the watch, which also looks at steps where the candidate answers everything
   */
  public static Watch errorRateAtMost(double limit) {
    if (!(limit > 0 && limit < 1)) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: above 0, below 1)");
    }
    return of(new ErrorLimit(limit));
  }

  /**
   * Returns the watch on a quantile of the latency: it may be a factor of the champion's in the
   * same period. Latencies are kept to 2 %.
   *
   * @param quantile 0.5 to 0.999, such as 0.99
   * @param factor at least 1.05; 1.25 lets it be a quarter slower
   * @return the watch
   */
  public static Watch latencyNotSlowerThan(double quantile, double factor) {
    if (!(quantile >= 0.5 && quantile <= 0.999)) {
      throw new IllegalArgumentException("quantile: " + quantile + " (expected: 0.5..0.999)");
    }
    if (!(factor >= 1.05 && factor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("factor: " + factor + " (expected: at least 1.05)");
    }
    return of(new LatencyRatio(quantile, factor));
  }

  /**
   * Returns the watch on the distribution of probabilities or other scores from 0 to 1: see {@link
   * #scoreShiftAtMost(double, double...)}, with edges at 0.05, 0.1, …, 0.95.
   *
   * @param limit above 0 and below 1
   * @return the watch
   */
  public static Watch scoreShiftAtMost(double limit) {
    double[] edges = new double[19];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = (i + 1) / 20.0;
    }
    return scoreShiftAtMost(limit, edges);
  }

  /**
   * Returns the watch on the distribution of scores: for every edge, the share of answers at most
   * that edge may differ by a limit between the arms (the Kolmogorov distance over the edges).
   *
   * @param limit above 0 and below 1; 0.1 lets a tenth of the answers move across an edge
   * @param edges 1 to 64, ascending and finite
   * @return the watch
   */
  public static Watch scoreShiftAtMost(double limit, double... edges) {
    if (!(limit > 0 && limit < 1)) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: above 0, below 1)");
    }
    return of(new ScoreShift(limit, Objects.requireNonNull(edges, "edges")));
  }

  /**
   * Returns the watch on the squared error of scores against labels: for probabilities the Brier
   * score.
   *
   * @param margin by how much its mean may be above the champion's
   * @return the watch, which looks at predictions whose labels have come
   */
  public static Watch squaredErrorNotWorseBy(double margin) {
    return outcomeNotWorseBy(
        "squared error", (score, label) -> (score - label) * (score - label), margin);
  }

  /**
   * Returns the watch on the share of wrong decisions: score and label on different sides of one
   * half.
   *
   * @param margin by how much it may be above the champion's
   * @return the watch, which looks at predictions whose labels have come
   */
  public static Watch wrongDecisionsNotMoreBy(double margin) {
    return outcomeNotWorseBy(
        "wrong decisions",
        (score, label) -> score >= ONE_HALF == label >= ONE_HALF ? 0 : 1,
        margin);
  }

  /**
   * Returns the watch on a loss of one's own, of a score and the label that came for it: the
   * candidate's mean may be above the champion's by a margin. For something that should be high,
   * return its negative.
   *
   * @param name what it is, for tables and the plan's digest: 1 to 64 characters
   * @param loss of score and label; pure. Values that are not finite are left out, and so is a
   *     label for which it throws
   * @param margin above 0
   * @return the watch, which looks at predictions whose labels have come
   */
  public static Watch outcomeNotWorseBy(String name, DoubleBinaryOperator loss, double margin) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(loss, "loss");
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "name: \"" + Text.printable(name, MAX_NAME) + "\" (expected: 1 to 64 characters)");
    }
    if (!(margin > 0 && margin < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("margin: " + margin + " (expected: above 0, finite)");
    }
    return of(new OutcomeDifference(Text.printable(name, MAX_NAME), loss, margin));
  }

  /**
   * Returns the same watch on a segment only: a guardrail. A failed request is in a segment if its
   * row could be read; one whose row is not known counts for watches without a segment only.
   *
   * @param name {@code feature=value} of a categorical feature, such as {@code origin=JFK}, or a
   *     name given to {@link RolloutBuilder#segmentOfRows} or, unless it is the error rate that is
   *     watched, {@link RolloutBuilder#segment}
   * @return the copy
   */
  public Watch inSegment(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank() || name.length() > 2 * MAX_NAME) {
      throw new IllegalArgumentException(
          "segment: \"" + Text.printable(name, MAX_NAME) + "\" (expected: 1 to 128 characters)");
    }
    return new Watch(question, Optional.of(name), required);
  }

  /**
   * Returns the same watch, which can roll back at any time but need not have passed for the
   * rollout to go on: for labels that come long after a step should be over, or rare segments.
   *
   * @return the copy
   */
  public Watch notWaitedFor() {
    return new Watch(question, segment, false);
  }

  /**
   * Returns what it looks at, for tables; unique in a plan.
   *
   * @return such as {@code p99 latency} or {@code error rate, origin=JFK}
   */
  public String name() {
    return question.name() + segment.map(s -> ", " + s).orElse("");
  }

  /**
   * Returns what it asks for.
   *
   * @return such as {@code at most the champion's plus 0.01}
   */
  public String requirement() {
    return question.requirement();
  }

  Question question() {
    return question;
  }

  Optional<String> segment() {
    return segment;
  }

  boolean required() {
    return required;
  }

  private static double requireMargin(double margin) {
    if (!(margin >= 1e-4 && margin < 1)) {
      throw new IllegalArgumentException("margin: " + margin + " (expected: 0.0001 to below 1)");
    }
    return margin;
  }

  /** Returns name and requirement. */
  @Override
  public String toString() {
    return name() + " " + requirement() + (required ? "" : " (not waited for)");
  }
}
