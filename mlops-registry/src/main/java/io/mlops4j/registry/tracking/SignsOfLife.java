package io.mlops4j.registry.tracking;

import io.mlops4j.core.ObjectStore;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells whether the process of a run without an end is alive. A sign of life is a chunk or a
 * heartbeat. Who has seen a new sign come trusts its own monotonic clock from then on; who looks
 * for the first time can only compare wall clocks.
 */
final class SignsOfLife {
  private static final int REMEMBERED = 10_000;

  private final ObjectStore store;
  private final TrackingOptions options;

  /** Guarded by itself. */
  private final Map<String, Seen> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The newest sign, since when it has been the newest, and whether it was seen to come. */
  private record Seen(String sign, long since, boolean came) {}

  SignsOfLife(ObjectStore store, TrackingOptions options) {
    this.store = store;
    this.options = options;
  }

  static String directory(String experiment, String id) {
    return "ephemeral/tracking/" + experiment + "/" + id;
  }

  /** The status of a run now, and its last sign of life. */
  RunRecord now(RunState state, long chunks) {
    if (state.status != RunStatus.RUNNING) {
      return state.toRecord(state.status);
    }
    List<String> beats = store.list(directory(state.experiment, state.id));
    Instant last = state.seenAt;
    for (String key : beats) {
      Instant beat = store.get(key).flatMap(SignsOfLife::instant).orElse(last);
      last = beat.isAfter(last) ? beat : last;
    }
    boolean alive = isAlive(state.id, chunks + " " + beats, last);
    state.seenAt = last;
    return state.toRecord(alive ? RunStatus.RUNNING : RunStatus.KILLED);
  }

  private boolean isAlive(String id, String sign, Instant at) {
    Duration patience = options.deadAfter();
    boolean fresh = at.isAfter(options.time().now().minus(patience));
    long now = options.time().nanos();
    synchronized (seen) {
      Seen before = seen.get(id);
      if (before == null) {
        seen.put(id, new Seen(sign, now, false));
        return fresh;
      }
      if (!before.sign().equals(sign)) {
        seen.put(id, new Seen(sign, now, true));
        return true;
      }
      return now - before.since() < patience.toNanos() && (before.came() || fresh);
    }
  }

  private static Optional<Instant> instant(byte[] bytes) {
    try {
      String text = new String(bytes, java.nio.charset.StandardCharsets.US_ASCII);
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
