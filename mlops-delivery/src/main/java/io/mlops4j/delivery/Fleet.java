package io.mlops4j.delivery;

import io.mlops4j.core.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One rollout as a fleet sees it: writes what this instance has, reads what the others have, takes
 * over what gone ones had. Not thread-safe.
 */
final class Fleet {
  private static final Duration LEAST_PATIENCE = Duration.ofMinutes(1);
  private static final Duration MOST_PATIENCE = Duration.ofDays(365);
  private static final int LOOKS = 18;

  private final ObjectStore store;
  private final String prefix;
  private final boolean labelled;
  private final FleetRun run;
  private final FleetCounts counts;
  private final FleetLabels labels;
  private final GoneRuns gone;
  private final List<String> taken = new ArrayList<>(); // and not yet written that they are
  private long before; // the newest answer before the first of those

  /**
   * Creates a new run of this instance.
   *
   * @param interval how often it looks; after 18 times that without a sign of it, and after a
   *     minute at least, a run is gone
   */
  Fleet(ObjectStore store, RolloutPlan plan, String prefix, Duration interval) {
    Duration patience = MOST_PATIENCE;
    if (interval.compareTo(MOST_PATIENCE.dividedBy(LOOKS)) < 0) {
      patience = interval.multipliedBy(LOOKS);
    }
    long nanos = (patience.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : patience).toNanos();
    this.store = store;
    this.prefix = prefix;
    this.labelled = plan.labelled();
    this.run = new FleetRun(store, prefix, nanos / 3);
    this.counts = new FleetCounts(store, plan, prefix);
    this.labels = new FleetLabels(store, prefix, run);
    this.gone = new GoneRuns(store, plan, prefix, nanos);
  }

  /**
   * Tells the others what is new here, and hears what is new there.
   *
   * @param nanos what time it is
   * @return false if this run was taken for gone: what it has not written is lost, and it needs a
   *     new session
   */
  boolean exchange(Session<?, ?> session, Counts sum, long nanos) {
    List<String> keys = store.list(prefix);
    if (labelled) {
      labels.tell(session);
      labels.hear(keys).forEach(l -> session.label(l.byKey(), l.name(), l.value(), true));
    }
    if (!run.flush(session, nanos)) {
      return false;
    }
    Map<String, FleetCounts.Read> others = counts.others(keys, run.name());
    if (labelled && !adopt(keys, others, session, nanos)) {
      return false;
    }
    sum.add(session.counts());
    others.values().forEach(other -> sum.add(other.counts()));
    return true;
  }

  private boolean adopt(
      List<String> keys, Map<String, FleetCounts.Read> others, Session<?, ?> session, long nanos) {
    if (taken.isEmpty()) {
      before = session.newest();
    }
    gone.adopt(others, run, session, nanos, taken::add);
    if (taken.isEmpty()) {
      return true;
    }
    // Their labels may have come, and have been told, at any time before.
    labels.all(keys).forEach(label -> session.join(label, before));
    boolean written = run.flush(session, nanos);
    if (written) {
      List<String> done = List.copyOf(taken);
      taken.clear();
      done.forEach(of -> AnswerObjects.remove(store, keys, prefix, of));
    }
    return written;
  }

  /** Writes what is new here, and that this run ends. */
  void leave(Session<?, ?> session, long nanos) {
    if (labelled) {
      labels.tell(session);
    }
    run.leave(session, nanos);
  }
}
