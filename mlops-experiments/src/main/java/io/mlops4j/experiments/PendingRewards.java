package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.experiments.PendingJournal.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
  private final @Nullable PendingJournal journal; // its state guarded by this
  private final Map<String, Waiting> byDecision = new HashMap<>(); // guarded by this
  private final PriorityQueue<Waiting> byDeadline =
      new PriorityQueue<>(
          Comparator.comparing((Waiting w) -> w.deadline).thenComparing(w -> w.decision));
  private long late; // guarded by this, as the counters below
  private long unknown;
  private long refused;
  private long settled;

  private PendingRewards(Options options, @Nullable PendingJournal journal) {
    this.options = Objects.requireNonNull(options, "options");
    this.journal = journal;
  }

  /**
   * Returns an empty ledger.
   *
   * @param options attribution time, reward range, capacity
   * @return the ledger
   */
  public static PendingRewards with(Options options) {
    return new PendingRewards(options, null);
  }

  /**
   * Returns the ledger that lives in a store, with everything that waits there: {@link #flush}
   * writes what is new, and so does every settlement. With {@link #settleInto} each decision is
   * credited exactly once, whenever the process dies; decisions and rewards that were not flushed
   * are lost with it.
   *
   * @param store where
   * @param prefix key parts for the ledgers of one bandit
   * @param instance one key part that no other running process has; the same after a restart
   * @param options as before; deadlines stay what they were
   * @return the ledger
   * @throws MlopsException if what is stored cannot be read; names the object
   */
  public static PendingRewards open(
      ObjectStore store, String prefix, String instance, Options options) {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(instance, "instance");
    PendingJournal journal = new PendingJournal(store, prefix, instance);
    PendingRewards result = new PendingRewards(options, journal);
    synchronized (result) {
      journal.replay().values().forEach(result::add);
    }
    return result;
  }

  /**
   * Writes the decisions and rewards since the last time to the store. Does nothing if there are
   * none, or the ledger is in memory.
   *
   * @throws MlopsException if the store cannot, or another process writes under this instance's
   *     name; what was to be written is kept
   */
  public synchronized void flush() {
    if (journal != null) {
      journal.write(List.of(), Map.of());
    }
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
    Objects.requireNonNull(decisionId, "decisionId");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(arm, "arm");
    if (byDecision.containsKey(decisionId)) {
      return false;
    }
    if (byDecision.size() >= options.capacity()) {
      refused++;
      return false;
    }
    if (at.isAfter(Instant.MAX.minus(options.attribution()))) {
      throw new IllegalArgumentException(
          "at: " + at + " (expected: attribution, " + options.attribution() + ", before the last)");
    }
    Waiting waiting = new Waiting(decisionId, arm, at.plus(options.attribution()), 0);
    add(waiting);
    if (journal != null) {
      journal.opened(waiting);
    }
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
    Objects.requireNonNull(decisionId, "decisionId");
    Objects.requireNonNull(at, "at");
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
    if (journal != null) {
      journal.earned(decisionId, reward);
    }
    return true;
  }

  /**
   * Hands every decision whose time is over to a bandit, and forgets it. A ledger in a store notes
   * that first: if the process dies in between, those rewards are lost ({@link #settleInto} loses
   * none).
   *
   * @param now decisions with a deadline at or before it settle
   * @param sink takes each arm and its capped reward; if it throws, that decision stays
   * @return how many settled
   */
  public synchronized int settle(Instant now, RewardSink sink) {
    Objects.requireNonNull(now, "now");
    Objects.requireNonNull(sink, "sink");
    if (journal != null) {
      List<Waiting> due = noted(journal, now);
      due.forEach(
          waiting -> {
            sink.reward(waiting.arm, credit(waiting));
            settled++;
          });
      journal.credited(byDecision.values());
      return due.size();
    }
    int count = 0;
    for (Waiting first = byDeadline.peek();
        first != null && !first.deadline.isAfter(now);
        first = byDeadline.peek()) {
      sink.reward(first.arm, credit(first));
      byDeadline.remove();
      byDecision.remove(first.decision);
      settled++;
      count++;
    }
    return count;
  }

  /**
   * Credits every decision whose time is over to a bandit that lives in a store, exactly once: the
   * batch is written before it is credited, and one that a dead process left uncredited is credited
   * first. The bandit has stored the rewards when this returns. For a ledger in memory the same as
   * {@link #settle} and {@link SharedBandit#flush}.
   *
   * @param bandit opened under the same instance name in every run of this process
   * @param now decisions with a deadline at or before it settle
   * @return how many settled
   * @throws MlopsException if a store cannot; nothing is credited twice when it is tried again
   */
  public synchronized int settleInto(SharedBandit bandit, Instant now) {
    Objects.requireNonNull(bandit, "bandit");
    Objects.requireNonNull(now, "now");
    if (journal == null) {
      int count = settle(now, bandit);
      bandit.flush();
      return count;
    }
    creditBatch(bandit);
    List<Waiting> due = noted(journal, now);
    settled += due.size();
    creditBatch(bandit);
    return due.size();
  }

  /** Takes out what is due and notes that it is settled; if that fails it waits on. */
  private List<Waiting> noted(PendingJournal entries, Instant now) {
    List<Waiting> due = due(now);
    try {
      entries.write(due, sums(due));
    } catch (RuntimeException e) {
      due.forEach(this::add);
      throw e;
    }
    return due;
  }

  private void creditBatch(SharedBandit bandit) {
    PendingJournal entries = Objects.requireNonNull(journal);
    entries
        .uncredited()
        .ifPresent(
            batch -> {
              bandit.credit(batch.number(), batch.sums());
              entries.credited(byDecision.values());
            });
  }

  /** Takes out what is due, in order of deadline, then id. */
  private List<Waiting> due(Instant now) {
    List<Waiting> result = new ArrayList<>();
    for (Waiting first = byDeadline.peek();
        first != null && !first.deadline.isAfter(now);
        first = byDeadline.peek()) {
      byDeadline.remove();
      byDecision.remove(first.decision);
      result.add(first);
    }
    return result;
  }

  private Map<String, ArmMoments> sums(List<Waiting> due) {
    Map<String, ArmMoments> result = new TreeMap<>();
    due.forEach(
        waiting -> result.merge(waiting.arm, ArmMoments.of(credit(waiting)), ArmMoments::plus));
    return result;
  }

  private double credit(Waiting waiting) {
    return Math.max(options.least(), Math.min(options.most(), waiting.earned));
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
    root.set("decisions", PendingJournal.decisions(byDecision.values()));
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
    Objects.requireNonNull(json, "json");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(what, "what");
    JsonFields root =
        new JsonFields(Json.parse(json, what), "$", what).only(Set.of("format", "decisions"));
    if (!root.text("format").equals(FORMAT)) {
      throw JsonFields.error(what, "$.format", "is not " + FORMAT + ". Use a newer version.");
    }
    PendingRewards result = new PendingRewards(options, null);
    synchronized (result) {
      PendingJournal.decisions(root.object("decisions")).forEach(result::add);
    }
    return result;
  }

  /**
   * How long a decision waits for its reward, and what it can earn.
   *
   * @param attribution from the decision to its settlement, above 0, at most 3,660 days
   * @param least the least a decision can earn
   * @param most the most a decision can earn: one enthusiastic unit must not decide
   * @param capacity how many decisions may wait, 1 to 10^8
   */
  public record Options(Duration attribution, double least, double most, int capacity) {
    private static final Duration LONGEST = Duration.ofDays(3660);

    /** Checks the ranges. */
    public Options {
      Objects.requireNonNull(attribution, "attribution");
      if (attribution.isNegative() || attribution.isZero() || attribution.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "attribution: " + attribution + " (expected: above 0, at most 3660 days)");
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
      Objects.requireNonNull(attribution, "attribution");
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
