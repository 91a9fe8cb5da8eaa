package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One leader in a fleet, by epochs.
 *
 * <p>Protocol: epoch n is the durable object {@code epochs/n}, created by whoever leads it, and
 * there is never a second n. While it leads, it writes beats {@code beats/n/b} below {@code
 * ephemeral/}. Others watch: when nothing has changed for five quarters of a lease on their own
 * monotonic clock, they try to create epoch n + 1. The leader stops leading one lease after it
 * began to write its last beat, on its own monotonic clock. No wall clock is compared, so set or
 * skewed clocks do not matter; two leaders at a time need clocks whose rates differ by a quarter,
 * or a machine that stood still. For those cases every run is claimed under its epoch, and a claim
 * of a later epoch shuts out the earlier one at its next write (see {@link RunExecution}).
 *
 * <p>An instance that finds its own name on the latest epoch when it starts was restarted and takes
 * over at once. Thread-safe.
 */
final class Leadership {
  private final ObjectStore store;
  private final String epochs;
  private final String beats;
  private final String instance;
  private final String session;
  private final Time time;
  private final Duration lease;

  private long epoch = -1;
  private String holder = "";
  private boolean mine;
  private boolean fresh = true;
  private long beat;
  private long renewedNanos;
  private String seen = "";
  private long seenNanos;

  Leadership(
      ObjectStore store,
      String prefix,
      String instance,
      String session,
      Time time,
      Duration lease) {
    this.store = store;
    this.epochs = prefix + "/epochs";
    this.beats = ObjectStore.EPHEMERAL + "/" + prefix + "/beats";
    this.instance = instance;
    this.session = session;
    this.time = time;
    this.lease = lease;
  }

  /** Renews, watches or takes over; true if this instance leads. */
  synchronized boolean poll() {
    long now = time.nanos();
    readEpochs();
    if (mine) {
      renew(now);
    } else if (vacant(now)) {
      take(now);
    }
    fresh = false;
    return leads();
  }

  /** Whether this instance leads, without asking the store. */
  synchronized boolean leads() {
    return mine && time.nanos() - renewedNanos < lease.toNanos();
  }

  /** The epoch this instance last led or saw; 0 before the first. */
  synchronized long epoch() {
    return epoch + 1;
  }

  /** Who leads, as far as this instance knows; empty if nobody does. */
  synchronized String holder() {
    return holder;
  }

  /** Stops leading and says so, so that nobody waits for the lease to end. */
  synchronized void release() {
    if (leads()) {
      mine = false;
      write(beat + 1, true);
    }
    mine = false;
  }

  private void readEpochs() {
    for (Optional<byte[]> next = store.get(epoch(epoch + 1));
        next.isPresent();
        next = store.get(epoch(epoch + 1))) {
      ObjectNode node = Json.parse(next.get(), "Epoch " + epoch(epoch + 1));
      try {
        holder = Fields.text(node, "instance");
        mine = session.equals(Fields.text(node, "session"));
      } catch (IllegalArgumentException e) {
        throw new PipelineException(
            "Epoch " + epoch(epoch + 1) + " cannot be read: " + e.getMessage() + ".", e);
      }
      epoch++;
      beat = 0;
    }
  }

  private boolean vacant(long now) {
    if (epoch < 0 || (fresh && holder.equals(instance))) {
      return true;
    }
    List<String> all = store.list(beats + "/" + EventLog.number(epoch));
    String latest = all.isEmpty() ? "" : all.get(all.size() - 1);
    String state = epoch + " " + latest;
    if (!state.equals(seen)) {
      seen = state;
      seenNanos = now;
      return released(latest);
    }
    return now - seenNanos >= lease.toNanos() / 4 * 5;
  }

  private boolean released(String latest) {
    return !latest.isEmpty()
        && store
            .get(latest)
            .map(bytes -> Fields.flag(Json.parse(bytes, "Beat " + latest), "released"))
            .orElse(false);
  }

  private void take(long now) {
    ObjectNode node =
        Json.object()
            .put("format", EventLog.FORMAT)
            .put("instance", instance)
            .put("session", session)
            .put("at", time.now().toString());
    store.putIfAbsent(epoch(epoch + 1), Json.canonical(node));
    readEpochs();
    if (mine) {
      renewedNanos = now;
    }
  }

  private void renew(long now) {
    // Who was too late must not go on under the old epoch: somebody may be about to take over.
    if (now - renewedNanos >= lease.toNanos()) {
      mine = false;
      take(now);
      return;
    }
    if (now - renewedNanos >= lease.toNanos() / 4) {
      write(beat + 1, false);
      renewedNanos = now;
    }
  }

  private void write(long number, boolean released) {
    ObjectNode node =
        Json.object()
            .put("format", EventLog.FORMAT)
            .put("session", session)
            .put("released", released);
    store.putIfAbsent(beat(number), Json.canonical(node));
    remove(number - 1);
    beat = number;
  }

  private void remove(long number) {
    if (number > 0) {
      try {
        store.remove(beat(number));
      } catch (MlopsException | UnsupportedOperationException left) {
        // One more small object; the latest beat is what counts.
      }
    }
  }

  private String epoch(long number) {
    return epochs + "/" + EventLog.number(number);
  }

  private String beat(long number) {
    return beats + "/" + EventLog.number(epoch) + "/" + EventLog.number(number);
  }
}
