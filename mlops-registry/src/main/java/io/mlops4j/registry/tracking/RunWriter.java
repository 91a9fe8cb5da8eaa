package io.mlops4j.registry.tracking;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.registry.Lineage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The buffer of one run and its way into the store. One monitor guards everything and is held while
 * a chunk is written: callers wait for the disk, so the buffer cannot grow beyond its bound.
 *
 * `chunks.state()` is what is stored; the buffer is what is not yet. A parameter is looked up in
 * both. Several writers of one run (two processes that resumed it) race for chunk numbers; whoever
 * loses folds the winner's chunk first. A parameter of the loser that the winner set to something
 * else is dropped then, and the error is kept for the next call.
 */
final class RunWriter {
  private static final Logger LOG = LoggerFactory.getLogger(RunWriter.class);
  private static final int MAX_BUFFERED_CHARACTERS = 500_000;
  private static final int MAX_ATTEMPTS = 10_000;
  private static final int MAX_REASON = 2_000;

  private final TrackingStore store;
  private final RunChunks chunks;
  private final RunIndex index;
  private final Heartbeat heartbeat;
  private final String session = UUID.randomUUID().toString();
  private final Map<String, Long> nextSteps = new HashMap<>();
  private Chunk buffer = new Chunk();
  private int announcedIn;
  private long textLength;
  private boolean ended;
  private @Nullable MlopsException pending;
  private @Nullable Subscription nextFlush;

  RunWriter(TrackingStore store, RunChunks chunks, RunIndex index) {
    this.store = store;
    this.chunks = chunks;
    this.index = index;
    RunState state = chunks.state();
    this.textLength = state.characters();
    this.heartbeat =
        new Heartbeat(
            store.objects(),
            store.options().time(),
            store.options().deadAfter().dividedBy(3),
            SignsOfLife.directory(state.experiment, state.id) + "/" + session);
    state.metrics.forEach((name, summary) -> nextSteps.put(name, summary.lastStep() + 1));
  }

  /** Makes the run visible and alive. */
  synchronized void begin() {
    announcedIn = index.announce(id(), chunks.last());
    if (chunks.last() > 0) {
      buffer.status(RunStatus.RUNNING, "");
    }
    write();
    index.confirm(id(), chunks.last(), announcedIn);
    heartbeat.start();
  }

  String id() {
    return chunks.state().id;
  }

  long seed() {
    return chunks.state().seed;
  }

  TrackingOptions options() {
    return store.options();
  }

  synchronized void params(Map<String, String> values) {
    requireOpen();
    values.forEach(
        (name, value) -> {
          String old = chunks.state().params.getOrDefault(name, buffer.params.get(name));
          if (old != null && !old.equals(value)) {
            throw conflict(name, old, value);
          }
        });
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String name = entry.getKey();
      if (!chunks.state().params.containsKey(name) && !buffer.params.containsKey(name)) {
        requireRoom(name, entry.getValue());
        buffer.param(name, entry.getValue());
        buffered();
      }
    }
  }

  private MlopsException conflict(String name, String old, String value) {
    return new MlopsException(
        "Run "
            + this
            + ": param "
            + Text.printable(name, 64)
            + " is '"
            + Text.printable(old, 100)
            + "' and cannot become '"
            + Text.printable(value, 100)
            + "': parameters are written once. Use a tag for what changes.");
  }

  synchronized void metric(String name, long step, double value) {
    requireOpen();
    if (!nextSteps.containsKey(name)) {
      requireRoom(name, "");
    }
    long at = step >= 0 ? step : nextSteps.getOrDefault(name, 0L);
    nextSteps.merge(name, at + 1, Math::max);
    buffer.point(name, at, value, options().time().now().toEpochMilli());
    buffered();
  }

  synchronized void tag(String name, String value) {
    requireOpen();
    requireRoom(name, value);
    buffer.tag(name, Optional.of(value));
    buffered();
  }

  synchronized void note(String text) {
    requireOpen();
    requireRoom("note", text);
    buffer.note(text);
    buffered();
  }

  synchronized void artifact(String path, byte[] content) {
    requireOpen();
    requireSize(path, content.length);
    requireRoom(path, "");
    buffer.artifact(path, store.putBlob(content, "artifact " + path + " of run " + this));
    flush();
  }

  void requireSize(String path, long bytes) {
    if (bytes > options().maxArtifactBytes()) {
      throw new MlopsException(
          "Artifact "
              + Text.printable(path, 100)
              + " has "
              + bytes
              + " bytes (at most "
              + options().maxArtifactBytes()
              + "). Raise maxArtifactBytes if it must be.");
    }
  }

  synchronized void version(ModelVersion version) {
    requireOpen();
    buffer.version(version);
    flush();
  }

  /** What the summary of a run holds is bounded, so that any number of runs can be listed. */
  private void requireRoom(String name, String value) {
    long more = textLength + name.length() + value.length();
    int names = chunks.state().names() + buffer.items() - sizeOfPoints();
    if (more > RunState.MAX_CHARACTERS || names >= Names.MAX_NAMES) {
      throw new MlopsException(
          "Run "
              + this
              + " is full: "
              + names
              + " names (at most "
              + Names.MAX_NAMES
              + "), "
              + more
              + " characters of parameters, tags and notes (at most "
              + RunState.MAX_CHARACTERS
              + "). Store large things as artifacts.");
    }
    textLength = more;
  }

  private int sizeOfPoints() {
    int points = 0;
    for (Points series : buffer.points.values()) {
      points += series.size() - 1;
    }
    return points;
  }

  private void buffered() {
    if (buffer.items() >= options().flushAfter()
        || buffer.characters() >= MAX_BUFFERED_CHARACTERS
        || options().flushInterval().isZero()) {
      flush();
    } else if (nextFlush == null) {
      nextFlush = options().time().schedule(options().flushInterval(), this::flushInBackground);
    }
  }

  private synchronized void flushInBackground() {
    nextFlush = null;
    if (ended) {
      return;
    }
    try {
      write();
    } catch (MlopsException e) {
      LOG.warn("Run {}: writing failed; the next call says so, too.", this, e);
      pending = pending == null ? e : pending;
    }
  }

  synchronized void flush() {
    requireOpen();
    write();
    throwPending();
  }

  private void throwPending() {
    MlopsException problem = pending;
    if (problem != null) {
      pending = null;
      throw problem;
    }
  }

  /** Appends the buffer as a chunk; the start of a run is a chunk without content. */
  private void write() {
    if (nextFlush != null) {
      nextFlush.close();
      nextFlush = null;
    }
    if (buffer.items() == 0 && chunks.last() > 0) {
      return;
    }
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Instant now = options().time().now();
      if (chunks.append(buffer, now, session)) {
        buffer = new Chunk();
        return;
      }
      chunks.catchUp();
      dropConflicts();
    }
    throw new MlopsException(
        "Run " + this + ": gave up after losing " + MAX_ATTEMPTS + " races for the next chunk.");
  }

  private void dropConflicts() {
    buffer
        .params
        .entrySet()
        .removeIf(
            entry -> {
              String other = chunks.state().params.get(entry.getKey());
              if (other != null && !other.equals(entry.getValue()) && pending == null) {
                pending = conflict(entry.getKey(), other, entry.getValue());
              }
              return other != null;
            });
  }

  synchronized void end(RunStatus status, String reason) {
    requireOpen();
    buffer.status(status, Text.printable(reason, MAX_REASON));
    try {
      write();
    } finally {
      ended = true;
      heartbeat.stop();
    }
    index.confirm(id(), chunks.last(), announcedIn);
    throwPending();
  }

  synchronized void close() {
    if (!ended) {
      end(RunStatus.FINISHED, "");
    }
  }

  synchronized void requireOpen() {
    if (ended) {
      throw new IllegalStateException("Run " + this + " has ended. Resume it, or start another.");
    }
  }

  synchronized Lineage lineage(Lineage start) {
    RunState now = chunks.state().copy();
    now.apply(buffer, options().time().now());
    Lineage lineage = start.withTag(Run.LINEAGE_TAG, toString());
    for (Map.Entry<String, String> param : now.params.entrySet()) {
      lineage = lineage.withHyperparameter(param.getKey(), param.getValue());
    }
    for (Map.Entry<String, MetricSummary> metric : now.metrics.entrySet()) {
      if (Double.isFinite(metric.getValue().last())) {
        lineage = lineage.withMetric(metric.getKey(), metric.getValue().last());
      }
    }
    return lineage;
  }

  /** Returns experiment and id. */
  @Override
  public String toString() {
    return chunks.state().experiment + "/" + chunks.state().id;
  }
}
