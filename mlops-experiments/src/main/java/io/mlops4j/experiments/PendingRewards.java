package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Decisions that wait for their reward. A decision settles when its attribution time is over, not
 * before: with what it earned by then, or with 0. If successes were credited as they come and
 * failures at the deadline, arms that convert fast would look better than they are, and so would
 * any arm while it is young.
 *
 * <p>A unit has one decision per epoch, so whatever it does earns one capped reward: units that
 * come back ten times do not count ten times. Settling is in order of deadline, then id, so the
 * same log gives the same sums. Thread-safe.
 */
public final class PendingRewards {
  private static final String FORMAT = "mlops4j-pending/1";

  private final Options options;
  private final Map<String, Waiting> byDecision = new HashMap<>(); // guarded by this
  private final PriorityQueue<Waiting> byDeadline =
      new PriorityQueue<>(
          Comparator.comparing((Waiting w) -> w.deadline).thenComparing(w -> w.decision));
  private long late; // guarded by this, as the counters below
  private long unknown;
  private long refused;
  private long settled;

  private static final class Waiting {
    final String decision;
    final String arm;
    final Instant deadline;
    double earned;

    Waiting(String decision, String arm, Instant deadline, double earned) {
      this.decision = decision;
      this.arm = arm;
      this.deadline = deadline;
      this.earned = earned;
    }
  }

  private PendingRewards(Options options) {
    this.options = Objects.requireNonNull(options, "options");
  }

  /**
   * Returns an empty ledger.
   *
   * @param options attribution time, reward range, capacity
   * @return the ledger
   */
  public static PendingRewards with(Options options) {
    return new PendingRewards(options);
  }

  /**
   * Notes a decision. The same decision again changes nothing: its first time counts.
   *
   * @param decisionId its name, as {@link Assignment.Included#decisionId}
   * @param arm the arm it chose
   * @param at when
   * @return true if it now waits; false if it did already, or the ledger is full (counted)
   */
  public synchronized boolean open(String decisionId, String arm, Instant at) {
    Objects.requireNonNull(arm, "arm");
    if (byDecision.containsKey(decisionId)) {
      return false;
    }
    if (byDecision.size() >= options.capacity()) {
      refused++;
      return false;
    }
    add(new Waiting(decisionId, arm, at.plus(options.attribution()), 0));
    return true;
  }

  private void add(Waiting waiting) {
    byDecision.put(waiting.decision, waiting);
    byDeadline.add(waiting);
  }

  /**
   * Adds a reward to a waiting decision. Several add up.
   *
   * @param decisionId of a decision
   * @param reward finite
   * @param at when it was earned
   * @return true if it counts; false if it came after the deadline or the decision is not (or no
   *     longer) waiting, which is counted
   * @throws IllegalArgumentException if the reward is not finite
   */
  public synchronized boolean reward(String decisionId, double reward, Instant at) {
    if (!Double.isFinite(reward)) {
      throw new IllegalArgumentException("reward: " + reward + " (expected: finite)");
    }
    Waiting waiting = byDecision.get(decisionId);
    if (waiting == null) {
      unknown++;
      return false;
    }
    if (!at.isBefore(waiting.deadline)) {
      late++;
      return false;
    }
    waiting.earned += reward;
    return true;
  }

  /**
   * Hands every decision whose time is over to a bandit, and forgets it.
   *
   * @param now decisions with a deadline at or before it settle
   * @param sink takes each arm and its capped reward; if it throws, that decision stays
   * @return how many settled
   */
  public synchronized int settle(Instant now, RewardSink sink) {
    int count = 0;
    for (Waiting first = byDeadline.peek();
        first != null && !first.deadline.isAfter(now);
        first = byDeadline.peek()) {
      sink.reward(first.arm, Math.max(options.least(), Math.min(options.most(), first.earned)));
      byDeadline.remove();
      byDecision.remove(first.decision);
      settled++;
      count++;
    }
    return count;
  }

  /**
   * Returns how many decisions wait.
   *
   * @return at least 0
   */
  public synchronized int waiting() {
    return byDecision.size();
  }

  /**
   * Returns how many decisions have settled.
   *
   * @return at least 0
   */
  public synchronized long settled() {
    return settled;
  }

  /**
   * Returns how many rewards were earned after the deadline of a decision still waiting.
   *
   * @return at least 0
   */
  public synchronized long late() {
    return late;
  }

  /**
   * Returns how many rewards named a decision that was never opened, or has settled.
   *
   * @return at least 0
   */
  public synchronized long unknown() {
    return unknown;
  }

  /**
   * Returns how many decisions found the ledger full.
   *
   * @return at least 0
   */
  public synchronized long refused() {
    return refused;
  }

  /**
   * Returns what waits, as canonical JSON, to continue after a restart. Counters are not in it.
   *
   * @return UTF-8
   */
  public synchronized byte[] toJson() {
    ObjectNode root = Json.object().put("format", FORMAT);
    ObjectNode decisions = root.putObject("decisions");
    byDecision.forEach(
        (id, waiting) ->
            decisions
                .putObject(id)
                .put("arm", waiting.arm)
                .put("deadline", waiting.deadline.toString())
                .put("earned", waiting.earned));
    return Json.canonical(root);
  }

  /**
   * Returns a ledger that continues.
   *
   * @param json what {@link #toJson} returned
   * @param options as before; deadlines stay what they were
   * @param what what the document is, for the message
   * @return the ledger
   * @throws MlopsException if it is not such a document; the message has the path
   */
  public static PendingRewards parse(byte[] json, Options options, String what) {
    JsonFields root =
        new JsonFields(Json.parse(json, what), "$", what).only(Set.of("format", "decisions"));
    if (!root.text("format").equals(FORMAT)) {
      throw JsonFields.error(what, "$.format", "is not " + FORMAT + ". Use a newer version.");
    }
    PendingRewards result = new PendingRewards(options);
    JsonFields decisions = root.object("decisions");
    synchronized (result) {
      for (String id : decisions.names()) {
        JsonFields one = decisions.object(id).only(Set.of("arm", "deadline", "earned"));
        String deadline = one.text("deadline");
        try {
          result.add(
              new Waiting(id, one.text("arm"), Instant.parse(deadline), one.number("earned")));
        } catch (DateTimeException e) {
          throw new MlopsException(what + ": " + one.path() + ".deadline is not an instant", e);
        }
      }
    }
    return result;
  }

  /**
   * How long a decision waits for its reward, and what it can earn.
   *
   * @param attribution from the decision to its settlement, above 0
   * @param least the least a decision can earn
   * @param most the most a decision can earn: one enthusiastic unit must not decide
   * @param capacity how many decisions may wait, 1 to 10^8
   */
  public record Options(Duration attribution, double least, double most, int capacity) {
    /** Checks the ranges. */
    public Options {
      if (attribution.isNegative() || attribution.isZero()) {
        throw new IllegalArgumentException("attribution: " + attribution + " (expected: above 0)");
      }
      if (!(least <= 0 && most > 0 && Double.isFinite(least) && Double.isFinite(most))) {
        throw new IllegalArgumentException(
            "rewards from " + least + " to " + most + " (expected: least at most 0, most above 0)");
      }
      if (capacity < 1 || capacity > 100_000_000) {
        throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..100000000)");
      }
    }

    /**
     * Returns rewards from 0 to 1, summed per decision, and a million waiting decisions.
     *
     * @param attribution how long after the decision a reward still counts
     * @return the options
     */
    public static Options within(Duration attribution) {
      return new Options(attribution, 0, 1, 1_000_000);
    }

    /**
     * Returns these options with another range of what one decision can earn.
     *
     * @param from at most 0
     * @param to above 0
     * @return the changed options
     */
    public Options withRewards(double from, double to) {
      return new Options(attribution, from, to, capacity);
    }

    /**
     * Returns these options with another capacity.
     *
     * @param decisions how many may wait
     * @return the changed options
     */
    public Options withCapacity(int decisions) {
      return new Options(attribution, least, most, decisions);
    }
  }
}
