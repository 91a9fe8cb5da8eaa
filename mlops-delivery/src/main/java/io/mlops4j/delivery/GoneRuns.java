package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ObjectStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. A run is gone if it has closed itself, or has written nothing for a while by this
 * instance's own clock (a run with waiting answers writes at least three times in that while). Being
 * wrong about it costs a run that lives what it has not written yet, and never counts anything
 * twice: whoever takes a run over first writes its next counts, with himself as closedBy, after
 * which the run can write nothing (FleetRun).
 *
 * The one who closed a run has its answers once his own counts say so (RunState.adopted). If he is
 * gone before that, he is closed himself first, and then somebody closes the run once more, under
 * the next number. So at any time at most one run has an answer and can still write.
 */

/** Takes over what waits in runs that are gone. Not thread-safe. */
final class GoneRuns {
  private static final Logger LOG = LoggerFactory.getLogger(GoneRuns.class);

  private final ObjectStore store;
  private final RolloutPlan plan;
  private final String prefix;
  private final long patience;
  private final Map<String, Seen> seen = new HashMap<>();
  private final Set<String> settled = new HashSet<>();

  private record Seen(String key, long since) {}

  /**
   * Creates one that has seen nothing.
   *
   * @param patience nanoseconds without a write after which a run is gone
   */
  GoneRuns(ObjectStore store, RolloutPlan plan, String prefix, long patience) {
    this.store = store;
    this.plan = plan;
    this.prefix = prefix;
    this.patience = patience;
  }

  /** Gives a session what waits in runs that are gone; says of each that it has. */
  void adopt(
      Map<String, FleetCounts.Read> runs,
      FleetRun own,
      Session<?, ?> session,
      long nanos,
      Consumer<String> taken) {
    for (Map.Entry<String, FleetCounts.Read> entry : runs.entrySet()) {
      String run = entry.getKey();
      FleetCounts.Read read = entry.getValue();
      boolean silent = isSilent(run, read, nanos);
      if (!settled.contains(run)
          && mayClose(run, read, runs, own, silent)
          && take(run, read, own, session)) {
        taken.accept(run);
      }
    }
  }

  private boolean isSilent(String run, FleetCounts.Read read, long nanos) {
    Seen before = seen.get(run);
    if (before == null || !before.key.equals(read.key())) {
      before = new Seen(read.key(), nanos);
      seen.put(run, before);
    }
    return nanos - before.since >= patience;
  }

  private boolean mayClose(
      String run,
      FleetCounts.Read read,
      Map<String, FleetCounts.Read> runs,
      FleetRun own,
      boolean silent) {
    String closedBy = read.state().closedBy().orElse(null);
    if (closedBy == null) {
      // Also one that waits for nothing, if it has closed others and not said that it has theirs.
      return silent && (read.state().waiting() > 0 || owes(run, read, runs));
    }
    if (closedBy.equals(run)) {
      return true;
    }
    if (closedBy.equals(own.name())) {
      return !own.hasAdopted(run); // by an attempt whose answer got lost
    }
    FleetCounts.Read closer = runs.get(closedBy);
    if (closer == null) {
      return false;
    }
    if (closer.state().adopted().contains(run)) {
      settled.add(run);
      return false;
    }
    return closer.state().closedBy().isPresent();
  }

  private static boolean owes(
      String run, FleetCounts.Read read, Map<String, FleetCounts.Read> runs) {
    return runs.entrySet().stream()
        .anyMatch(
            other ->
                other.getValue().state().closedBy().filter(run::equals).isPresent()
                    && !other.getKey().equals(run)
                    && !read.state().adopted().contains(other.getKey()));
  }

  private boolean take(String run, FleetCounts.Read read, FleetRun own, Session<?, ?> session) {
    String mine = own.name();
    boolean closed = read.state().closedBy().filter(mine::equals).isPresent();
    if (!closed && !close(run, read, mine)) {
      return false;
    }
    List<Ledger.Answer> answers = AnswerObjects.read(store, prefix, run, read.state(), plan);
    long lost = Math.max(0, read.state().waiting() - answers.size());
    LOG.info(
        "Rollout run {} is gone: {} answers that wait for labels are taken over, {} are lost",
        run,
        answers.size(),
        lost);
    session.adopt(answers, lost);
    own.adopt(run);
    return true;
  }

  /** Writes a run's next counts: the last ones, closed. */
  private boolean close(String run, FleetCounts.Read read, String mine) {
    byte[] bytes = store.get(read.key()).orElse(null);
    if (bytes == null) {
      return false; // it has written since
    }
    ObjectNode json = Json.parse(bytes, "Rollout counts " + read.key());
    read.state().closedBy(mine).writeTo(json);
    String key = FleetCounts.key(prefix, run, read.number() + 1);
    if (!store.putIfAbsent(key, Json.canonical(json))) {
      return false;
    }
    // A run that has written twice since has removed what it wrote first: then the key was free.
    String name = prefix + "/" + run + "/";
    boolean alive =
        store.list(prefix + "/" + run).stream()
            .map(other -> other.substring(name.length()))
            .anyMatch(
                other -> other.matches("\\d{10}") && Long.parseLong(other) > read.number() + 1);
    if (alive) {
      FleetCounts.remove(store, key);
    }
    return !alive;
  }
}
