package io.mlops4j.delivery;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. A run is one life of one instance in one rollout. It has a number that nobody else
 * has, and below it
 *
 *   claim        what makes the number its own
 *   0000000007   what it had counted when it wrote for the seventh time, and its RunState
 *   answers-N    what waits for labels (AnswerObjects)
 *   labels-N     what it was told and could not join (FleetLabels)
 *
 * One flush writes the answers first and the counts last, and the counts say which answers are
 * theirs: a crash in between leaves the flush before. A flush that is broken off is frozen and
 * written again, the same bytes under the same keys, before anything newer.
 *
 * Somebody who takes a run for gone closes it by writing its next counts himself (GoneRuns). A key
 * is written once, so either he does, and the run cannot write any more, or the run does, and is
 * not gone. The last two counts are kept, so that a number in use is never free again before it can
 * be seen that a higher one is there.
 */

/** What this instance writes down of one rollout. Not thread-safe. */
final class FleetRun {
  private static final Logger LOG = LoggerFactory.getLogger(FleetRun.class);
  private static final String CLAIM = "claim";

  /** Then all that waits is written anew, and what was written before is removed. */
  private static final int MOST_OBJECTS = 256;

  private static final long LEAST_REWRITTEN = 5_000;

  private final ObjectStore store;
  private final String prefix;
  private final long beat;
  private final TreeSet<String> adopted = new TreeSet<>();
  private @Nullable String name;
  private RunState state = RunState.NEW;
  private long published;
  private long entries; // in the objects that count
  private byte @Nullable [] last;
  private long lastAt;
  private @Nullable Flush frozen;

  /** What is to be written, in this order. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Flush(List<byte[]> answers, byte[] counts, RunState state, long entries) {}

  /**
   * Creates a run that has written nothing.
   *
   * @param beat after so many nanoseconds a run with waiting answers says again that it is there
   */
  FleetRun(ObjectStore store, String prefix, long beat) {
    this.store = store;
    this.prefix = prefix;
    this.beat = beat;
  }

  /** Takes the first run number that is free. */
  String name() {
    String mine = name;
    for (int i = 1; mine == null; i++) {
      String candidate = String.format("%06d", i);
      if (store.putIfAbsent(prefix + "/" + candidate + "/" + CLAIM, new byte[0])) {
        mine = candidate;
      }
    }
    name = mine;
    return mine;
  }

  /** Says that this run has what waited in another one. */
  void adopt(String run) {
    adopted.add(run);
  }

  boolean hasAdopted(String run) {
    return adopted.contains(run);
  }

  /**
   * Writes what a session has counted and what waits in it, if that has changed.
   *
   * @param nanos what time it is
   * @return false if this run was taken for gone and closed: it can write nothing more
   */
  boolean flush(Session<?, ?> session, long nanos) {
    Flush before = frozen;
    return (before == null || write(before, nanos)) && take(session, nanos, Optional.empty());
  }

  /** Flushes, and closes the run, so that what waits can be taken over at once. */
  void leave(Session<?, ?> session, long nanos) {
    if (flush(session, nanos) && state.waiting() > 0) {
      boolean unused = take(session, nanos, Optional.of(name()));
    }
  }

  private boolean take(Session<?, ?> session, long nanos, Optional<String> closedBy) {
    boolean whole =
        state.to() - state.from() + 1 >= MOST_OBJECTS
            || entries > Math.max(LEAST_REWRITTEN, 2L * session.waiting());
    Session.Taken taken = session.take(whole);
    List<byte[]> answers = AnswerObjects.of(taken.answers());
    RunState next =
        new RunState(
            whole ? state.to() + 1 : state.from(),
            state.to() + answers.size(),
            taken.waiting(),
            List.copyOf(adopted),
            closedBy);
    byte[] counts = taken.counts().toJson(next);
    boolean due = taken.waiting() > 0 && nanos - lastAt >= beat;
    if (!due && Arrays.equals(counts, last)) {
      return true;
    }
    long size = taken.answers().added().size() + (long) taken.answers().gone().size();
    return write(new Flush(answers, counts, next, whole ? size : entries + size), nanos);
  }

  private boolean write(Flush flush, long nanos) {
    frozen = flush;
    String mine = name();
    long number = state.to();
    for (byte[] object : flush.answers) {
      // False: written by an attempt whose answer got lost.
      boolean unused = store.putIfAbsent(AnswerObjects.key(prefix, mine, ++number), object);
    }
    String key = FleetCounts.key(prefix, mine, published + 1);
    if (!store.putIfAbsent(key, flush.counts)
        && !Arrays.equals(store.get(key).orElse(null), flush.counts)) {
      LOG.warn(
          "{} was taken for gone by another instance, as it wrote nothing for so long. What it"
              + " has not written is lost, and it begins anew.",
          prefix + "/" + mine);
      return false;
    }
    frozen = null;
    published++;
    last = flush.counts;
    lastAt = nanos;
    entries = flush.entries;
    long from = state.from();
    state = flush.state;
    for (long old = from; old < state.from(); old++) {
      remove(AnswerObjects.key(prefix, mine, old));
    }
    if (published > 2) {
      remove(FleetCounts.key(prefix, mine, published - 2));
    }
    return true;
  }

  /** What cannot be removed now is removed when the rollout is over. */
  private void remove(String key) {
    try {
      FleetCounts.remove(store, key);
    } catch (MlopsException e) {
      LOG.debug("{} is left for later", key, e);
    }
  }
}
