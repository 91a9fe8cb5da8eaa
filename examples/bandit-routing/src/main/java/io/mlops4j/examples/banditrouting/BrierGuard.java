package io.mlops4j.examples.banditrouting;

import io.mlops4j.core.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Fails when the challenger's Brier score of the last week is clearly worse than the champion's.
 * The same week for both: the last 2,000 labels of each would be different seasons when the shares
 * differ, and seasons differ more than models.
 */
final class BrierGuard implements Check {
  private static final Duration RECENT = Duration.ofDays(7);
  private static final int ENOUGH = 100;
  private static final double MARGIN = 0.03;

  /** One-sided 99.9 %: looked at daily for four months, a false alarm in eight such periods. */
  private static final double Z = 3.09;

  private final Recent champion = new Recent();
  private final Recent challenger = new Recent();

  void landed(boolean ofChallenger, Instant at, double squaredError) {
    (ofChallenger ? challenger : champion).add(at, squaredError);
    champion.forget(at.minus(RECENT));
    challenger.forget(at.minus(RECENT));
  }

  @Override
  public String name() {
    return "brier";
  }

  @Override
  public Outcome evaluate() {
    if (challenger.size() < ENOUGH || champion.size() < ENOUGH) {
      return new NoData(
          "Brier: " + challenger.size() + " and " + champion.size() + " labels, needs " + ENOUGH);
    }
    double worse = challenger.mean() - champion.mean();
    double error = Math.sqrt(challenger.meanVariance() + champion.meanVariance());
    String sentence =
        String.format(
            Locale.ROOT,
            "Brier score %.3f against the champion's %.3f on %,d and %,d labels of a week.",
            challenger.mean(),
            champion.mean(),
            challenger.size(),
            champion.size());
    return worse - Z * error > 0 && worse > MARGIN ? new Fail(sentence) : new Pass(sentence);
  }

  private static final class Recent {
    private record Label(Instant at, double error) {}

    private final Deque<Label> values = new ArrayDeque<>();
    private double sum;
    private double squares;

    void add(Instant at, double error) {
      values.addLast(new Label(at, error));
      sum += error;
      squares += error * error;
    }

    void forget(Instant before) {
      while (!values.isEmpty() && values.getFirst().at().isBefore(before)) {
        double old = values.removeFirst().error();
        sum -= old;
        squares -= old * old;
      }
    }

    int size() {
      return values.size();
    }

    double mean() {
      return sum / values.size();
    }

    double meanVariance() {
      return Math.max(0, squares / values.size() - mean() * mean()) / values.size();
    }
  }
}
