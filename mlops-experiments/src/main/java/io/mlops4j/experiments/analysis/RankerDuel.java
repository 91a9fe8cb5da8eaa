package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.ConfidenceSequence;
import io.mlops4j.stats.Interval;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Which of two rankers users prefer, from clicks on {@link TeamDraft} lists. A unit's clicks are
 * added up first, so a user who clicks a lot has one vote. Thread-safe.
 */
public final class RankerDuel {
  private static final int MIN_VOTES = 50;

  private final Map<String, int[]> units = new HashMap<>();

  /** Creates a duel without clicks. */
  public RankerDuel() {}

  /**
   * Credits a click.
   *
   * @param unit who clicked
   * @param team what {@link TeamDraft#team} returned
   */
  public synchronized void credit(String unit, int team) {
    Objects.requireNonNull(unit, "unit");
    if (team != 0 && team != 1) {
      throw new IllegalArgumentException("team: " + team + " (expected: 0 or 1)");
    }
    units.computeIfAbsent(unit, key -> new int[2])[team]++;
  }

  /**
   * The votes so far.
   *
   * @param first units with more clicks on the first ranker's items
   * @param second units with more clicks on the second's
   * @param ties units with as many on both
   * @param pValue of the exact two-sided sign test, for one look; 1 without votes
   * @param preference the share of votes for the second ranker, always valid at 95 %; empty below
   *     50 votes
   */
  public record Votes(
      long first, long second, long ties, double pValue, Optional<Interval> preference) {
    /** Refuses null. */
    public Votes {
      Objects.requireNonNull(preference, "preference");
    }
  }

  /**
   * Returns the votes so far.
   *
   * @return counts, the sign test, and an interval that may be read at any time
   */
  public synchronized Votes votes() {
    long first = 0;
    long second = 0;
    long ties = 0;
    for (int[] clicks : units.values()) {
      first += clicks[0] > clicks[1] ? 1 : 0;
      second += clicks[1] > clicks[0] ? 1 : 0;
      ties += clicks[0] == clicks[1] ? 1 : 0;
    }
    int votes = Math.toIntExact(first + second);
    double pValue = 1;
    Optional<Interval> preference = Optional.empty();
    if (votes > 0) {
      double tail =
          BinomialDistribution.of(votes, 0.5).cumulativeProbability((int) Math.min(first, second));
      pValue = Math.min(1, 2 * tail);
    }
    if (votes >= MIN_VOTES) {
      double share = (double) second / votes;
      // The error at an even split: the largest there is, so the interval is safe near 0 and 1.
      double error = Math.sqrt(0.25 / votes);
      double half = ConfidenceSequence.tunedFor(0.05, 1_000).critical(0.05, votes) * error;
      preference =
          Optional.of(new Interval(Math.max(0, share - half), Math.min(1, share + half), 0.95));
    }
    return new Votes(first, second, ties, pValue, preference);
  }
}
