package io.mlops4j.delivery;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.stats.Bucketing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this instance counts of one rollout. A prediction belongs to the arm of the version that
 * gave it and to the step in force here when it was given, however late it or its label is heard
 * of. Thread-safe.
 */
final class Session<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final long rollout;
  private final ModelVersion candidate;
  private final ModelVersion champion;
  private final RolloutPlan plan;
  private final boolean labelled;
  private final @Nullable ToDoubleFunction<? super O> score;
  private final List<@Nullable Segment<I, O>> segments; // one per watch
  private final Bucketing clusters;
  private final Counts counts; // guarded by this
  private final Counts seen; // what counts() returned last: read and written by one look at a time
  private final boolean[] changed; // guarded by this: steps in which counts are ahead of seen
  private final Ledger ledger; // guarded by this
  private final NavigableMap<Instant, Integer> steps = new TreeMap<>(); // guarded by this
  private long failures; // guarded by this
  private boolean warned; // guarded by this
  private long unreadable; // guarded by this: answers of other runs that could not be read

  /** Counts, and how the waiting answers have changed, as of the same moment. */
  record Taken(Counts counts, Ledger.Change answers, int waiting) {}

  Session(
      RolloutStatus status,
      RolloutPlan plan,
      @Nullable ToDoubleFunction<? super O> score,
      List<@Nullable Segment<I, O>> segments,
      Ledger ledger) {
    this.rollout = status.rollout();
    this.candidate = status.candidate().orElseThrow();
    this.champion = status.champion().orElseThrow();
    this.plan = plan;
    this.labelled = plan.labelled();
    this.score = score;
    this.segments = segments;
    this.clusters = Bucketing.salted(candidate.toString()).derive("rollout clusters");
    this.counts = new Counts(plan);
    this.seen = new Counts(plan);
    this.changed = new boolean[plan.steps().size()];
    this.ledger = ledger;
  }

  long rollout() {
    return rollout;
  }

  /** Says which step is in force from an instant on. */
  synchronized void enter(int step, Instant from) {
    // After a wall clock that was set back: what was stamped before that is of this step, too.
    steps.tailMap(from, false).clear();
    if (steps.isEmpty() || steps.lastEntry().getValue() != step) {
      steps.put(from, step);
    }
  }

  private @Nullable Arm arm(ModelVersion version) {
    if (version.equals(candidate)) {
      return Arm.CANDIDATE;
    }
    return version.equals(champion) ? Arm.CHAMPION : null;
  }

  private int step(Instant at) {
    Map.Entry<Instant, Integer> entry = steps.floorEntry(at);
    return entry == null ? -1 : entry.getValue();
  }

  /** Counts an answer; returns whether it was one that the candidate should have given. */
  synchronized boolean answered(Prediction<I, O> prediction) {
    Arm arm = arm(prediction.version());
    int step = step(prediction.at());
    if (arm == null || step < 0 || prediction.source() == Prediction.Source.CACHE) {
      return false;
    }
    String unit = prediction.unit() == null ? prediction.id() : prediction.unit();
    int cluster = Clusters.of(clusters, unit);
    if (prediction.source() != Prediction.Source.MODEL) {
      fail(step, arm, cluster, segment -> isIn(segment, prediction));
      return arm == Arm.CANDIDATE;
    }
    O output = prediction.output();
    boolean scored = score != null || output instanceof Number;
    double value = scored ? score(output) : Double.NaN;
    boolean usable = !scored || Double.isFinite(value);
    Question.Sample sample =
        new Question.Sample(
            cluster, usable ? value : Double.NaN, usable, prediction.latency().toNanos());
    counts.request(step, arm);
    changed[step] = true;
    long in = 0;
    for (int i = 0; i < segments.size(); i++) {
      Segment<I, O> segment = segments.get(i);
      if (segment == null || isIn(segment, prediction)) {
        in |= 1L << i;
        plan.watches().get(i).question().answered(counts.of(step, arm, i), sample);
      }
    }
    if (labelled && usable && scored) {
      Ledger.Entry entry = new Ledger.Entry(step, arm, cluster, value, in);
      settle(entry, ledger.await(prediction.id(), prediction.key(), entry));
    }
    return !usable && arm == Arm.CANDIDATE;
  }

  private double score(O output) {
    if (score == null) {
      return output instanceof Number number ? number.doubleValue() : Double.NaN;
    }
    try {
      return score.applyAsDouble(output);
    } catch (RuntimeException e) {
      warnOnce("scoreBy", "the answer counts as an error", e);
      return Double.NaN;
    }
  }

  synchronized boolean failed(FailedPrediction failure) {
    Arm arm = arm(failure.version());
    int step = step(failure.at());
    if (arm == null || step < 0 || failure.reason() == FailedPrediction.Reason.INVALID_INPUT) {
      return false;
    }
    String unit = failure.unit();
    EncodedRow<?> row = failure.row();
    // Where nobody knows whose request it was, failures are spread over the clusters.
    int cluster = unit == null ? (int) (failures++ % Clusters.COUNT) : Clusters.of(clusters, unit);
    fail(step, arm, cluster, segment -> row != null && isIn(segment, row));
    return arm == Arm.CANDIDATE;
  }

  /** A user's condition that throws on a row that has failed already says that it is not in. */
  private static boolean isIn(Segment<?, ?> segment, EncodedRow<?> row) {
    try {
      return segment.has(row);
    } catch (RuntimeException e) {
      return false;
    }
  }

  private boolean isIn(Segment<I, O> segment, Prediction<I, O> prediction) {
    try {
      return segment.has(prediction);
    } catch (RuntimeException e) {
      warnOnce("a segment's condition", "the answer is not in the segment", e);
      return false;
    }
  }

  /** The message of what a user's function throws may hold anything, so it is not logged. */
  private void warnOnce(String what, String then, RuntimeException thrown) {
    if (!warned) {
      warned = true;
      LOG.warn(
          "Rollout of {}: {} threw {}: {}. What it throws from here on is not logged.",
          candidate,
          what,
          thrown.getClass().getName(),
          then);
    }
  }

  private void fail(int step, Arm arm, int cluster, Predicate<Segment<I, O>> in) {
    counts.request(step, arm);
    changed[step] = true;
    for (int i = 0; i < segments.size(); i++) {
      Question question = plan.watches().get(i).question();
      Segment<I, O> segment = segments.get(i);
      if (segment == null || (question.failures() && in.test(segment))) {
        question.failed(counts.of(step, arm, i), cluster);
      }
    }
  }

  synchronized void label(boolean byKey, String name, double label, boolean told) {
    if (!told) {
      counts.labels()[Counts.REPORTED]++;
    }
    settle(ledger.label(byKey, name, label, told), label);
  }

  /** Joins a label if its answer waits here and is after a number, and forgets it otherwise. */
  synchronized void join(Ledger.Label label, long after) {
    settle(ledger.join(label.byKey(), label.name(), after), label.value());
  }

  /** Returns the number of the newest answer. */
  synchronized long newest() {
    return ledger.newest();
  }

  /**
   * Takes over what waited in a run that is gone, as its newest answers.
   *
   * @param lost answers of it that could not be read
   */
  synchronized void adopt(List<Ledger.Answer> answers, long lost) {
    unreadable += lost;
    for (Ledger.Answer answer : answers) {
      settle(answer.entry(), ledger.adopt(answer));
    }
  }

  private void settle(Ledger.@Nullable Entry entry, @Nullable Double label) {
    if (entry == null || label == null) {
      return;
    }
    counts.labels()[Counts.JOINED]++;
    changed[entry.step()] = true;
    for (int i = 0; i < segments.size(); i++) {
      if ((entry.segments() & 1L << i) != 0) {
        labelled(
            plan.watches().get(i).question(),
            counts.of(entry.step(), entry.arm(), i),
            entry,
            label);
      }
    }
  }

  private void labelled(Question question, double[] into, Ledger.Entry entry, double label) {
    try {
      question.labelled(into, entry.cluster(), entry.score(), label);
    } catch (RuntimeException e) {
      warnOnce("the loss of " + question.name(), "the label is left out there", e);
    }
  }

  /** Returns the labels that matched nothing here and are not told yet. */
  synchronized List<Ledger.Label> outbox() {
    return ledger.outbox();
  }

  /** Says that the first so many of the outbox have been told. */
  synchronized void told(int labels) {
    ledger.told(labels);
  }

  /** Returns how many answers wait for their labels. */
  synchronized int waiting() {
    return ledger.waiting();
  }

  /**
   * Returns what is to be stored.
   *
   * @param whole all answers that wait, not the changes only
   */
  synchronized Taken take(boolean whole) {
    return new Taken(counts(), ledger.change(whole), ledger.waiting());
  }

  /** Returns what was counted so far; good until the next call, and not to be changed. */
  synchronized Counts counts() {
    counts.labels()[Counts.GIVEN_UP] = ledger.givenUp() + unreadable;
    for (int step = 0; step < changed.length; step++) {
      if (changed[step]) {
        seen.copyStep(counts, step);
        changed[step] = false;
      }
    }
    seen.copyLabels(counts);
    return seen;
  }
}
