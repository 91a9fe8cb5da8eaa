package io.mlops4j.delivery;

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

/**
 * What this instance counts of one rollout. A prediction belongs to the arm of the version that
 * gave it and to the step in force here when it was given, however late it or its label is heard
 * of. Thread-safe.
 */
final class Session<I, O> {
  private final long rollout;
  private final ModelVersion candidate;
  private final ModelVersion champion;
  private final RolloutPlan plan;
  private final @Nullable ToDoubleFunction<? super O> score;
  private final List<@Nullable Predicate<Prediction<I, O>>> segments; // one per watch
  private final Bucketing clusters;
  private final Counts counts; // guarded by this
  private final Counts seen; // what counts() returned last: read and written by one look at a time
  private final boolean[] changed; // guarded by this: steps in which counts are ahead of seen
  private final Ledger ledger; // guarded by this
  private final NavigableMap<Instant, Integer> steps = new TreeMap<>(); // guarded by this
  private long failures; // guarded by this

  Session(
      RolloutStatus status,
      RolloutPlan plan,
      @Nullable ToDoubleFunction<? super O> score,
      List<@Nullable Predicate<Prediction<I, O>>> segments,
      int maxPending) {
    this.rollout = status.rollout();
    this.candidate = status.candidate().orElseThrow();
    this.champion = status.champion().orElseThrow();
    this.plan = plan;
    this.score = score;
    this.segments = segments;
    this.clusters = Bucketing.salted(candidate.toString()).derive("rollout clusters");
    this.counts = new Counts(plan);
    this.seen = new Counts(plan);
    this.changed = new boolean[plan.steps().size()];
    this.ledger = new Ledger(maxPending);
  }

  long rollout() {
    return rollout;
  }

  /** Says which step is in force from an instant on. */
  synchronized void enter(int step, Instant from) {
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
      fail(step, arm, cluster);
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
      Predicate<Prediction<I, O>> segment = segments.get(i);
      if (segment == null || segment.test(prediction)) {
        in |= 1L << i;
        plan.watches().get(i).question().answered(counts.of(step, arm, i), sample);
      }
    }
    if (usable && scored) {
      Ledger.Entry entry = new Ledger.Entry(step, arm, cluster, value, in);
      Double label = ledger.await(prediction.id(), prediction.key(), entry);
      if (label != null) {
        settle(entry, label);
      }
    }
    return !usable && arm == Arm.CANDIDATE;
  }

  private double score(O output) {
    return score != null
        ? score.applyAsDouble(output)
        : output instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  synchronized boolean failed(FailedPrediction failure) {
    Arm arm = arm(failure.version());
    int step = step(failure.at());
    if (arm == null || step < 0 || failure.reason() == FailedPrediction.Reason.INVALID_INPUT) {
      return false;
    }
    // Nobody knows whose request it was: failures are spread over the clusters.
    fail(step, arm, (int) (failures++ % Clusters.COUNT));
    return arm == Arm.CANDIDATE;
  }

  private void fail(int step, Arm arm, int cluster) {
    counts.request(step, arm);
    changed[step] = true;
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i) == null) {
        plan.watches().get(i).question().failed(counts.of(step, arm, i), cluster);
      }
    }
  }

  synchronized void label(boolean byKey, String name, double label, boolean told) {
    Ledger.Entry entry = ledger.label(byKey, name, label, told);
    if (entry != null) {
      settle(entry, label);
    }
  }

  private void settle(Ledger.Entry entry, double label) {
    changed[entry.step()] = true;
    for (int i = 0; i < segments.size(); i++) {
      if ((entry.segments() & 1L << i) != 0) {
        plan.watches()
            .get(i)
            .question()
            .labelled(
                counts.of(entry.step(), entry.arm(), i), entry.cluster(), entry.score(), label);
      }
    }
  }

  /** Returns the labels that matched nothing here since the last call. */
  synchronized List<Ledger.Label> outbox() {
    return ledger.outbox();
  }

  /** Returns what was counted so far; good until the next call, and not to be changed. */
  synchronized Counts counts() {
    for (int step = 0; step < changed.length; step++) {
      if (changed[step]) {
        seen.copyStep(counts, step);
        changed[step] = false;
      }
    }
    return seen;
  }
}
