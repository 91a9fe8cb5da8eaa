package io.mlops4j.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the log says of one trigger. Not thread-safe. */
final class TriggerState {
  // A budget counts at most this many runs; older ones do not matter.
  static final int MOST_COUNTED = 1_000;
  private final List<KnownRun> fired = new ArrayList<>();
  private @Nullable Instant armed;
  private @Nullable RunRequest deferred;
  private long episodes;

  void arm(Instant at) {
    if (armed == null || at.isBefore(armed)) {
      armed = at;
    }
  }

  void fired(KnownRun run) {
    Occasion occasion = run.request().occasion();
    if (occasion.kind() == Occasion.Kind.BACKFILL) {
      return;
    }
    if (fired.size() == MOST_COUNTED) {
      fired.remove(0);
    }
    fired.add(run);
    episodes++;
    if (deferred != null && deferred.occasion().id().equals(occasion.id())) {
      deferred = null;
    }
  }

  void defer(RunRequest request) {
    deferred = request;
  }

  Optional<Instant> armed() {
    return Optional.ofNullable(armed);
  }

  Optional<RunRequest> deferred() {
    return Optional.ofNullable(deferred);
  }

  /** Newest last. */
  List<KnownRun> fired() {
    return Collections.unmodifiableList(fired);
  }

  /** How often it fired, backfills left out. */
  long episodes() {
    return episodes;
  }
}
