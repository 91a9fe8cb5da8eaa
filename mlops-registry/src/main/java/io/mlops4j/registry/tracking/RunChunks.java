package io.mlops4j.registry.tracking;

import io.mlops4j.core.Digests;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.IntegrityException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The chunks of one run: tracking/runs/<experiment>/<day>/<run>/<seq>, each holding the digest of
 * the one before. Creating seq + 1 exclusively is the compare-and-swap; whoever loses reads what
 * the winner wrote, folds it and writes after it.
 *
 * A chunk that cannot be read is one whose writer died while it claimed the name (stores without
 * atomic creation only): not committed, and passed over if the next chunk chains to the one before
 * it. If the next chunk chains to something else, a committed chunk was damaged: an error.
 */

/** Reads and appends the chunks of one run. Not thread-safe. */
final class RunChunks {
  private final ObjectStore store;
  private final String directory;
  private final String what;
  private final String id;
  private @Nullable RunState state;
  private String head = StoredChunk.GENESIS;
  private long last;
  private @Nullable String torn;

  RunChunks(ObjectStore store, String experiment, String id) {
    this.store = store;
    this.id = Names.runId(id);
    this.directory =
        "tracking/runs/" + experiment + "/" + id.substring(0, id.indexOf('-')) + "/" + id;
    this.what = "run " + experiment + "/" + id;
  }

  static RunChunks begin(ObjectStore store, RunState fresh) {
    RunChunks chunks = new RunChunks(store, fresh.experiment, fresh.id);
    chunks.state = fresh;
    return chunks;
  }

  /** The state after what has been read. */
  RunState state() {
    return Objects.requireNonNull(state);
  }

  /** The number of the last chunk that was read; 0 if there is none. */
  long last() {
    return last;
  }

  /** Reads what there is, from the last summary on; false if there is no such run. */
  boolean open() {
    List<String> keys = store.list(directory);
    for (int i = keys.size() - 1; i >= 0; i--) {
      long sequence = sequence(keys.get(i));
      boolean hasSummary = sequence == 1 || sequence % StoredChunk.SUMMARY_EVERY == 0;
      if ((hasSummary || i == keys.size() - 1) && openAt(sequence)) {
        catchUp();
        return true;
      }
    }
    return false;
  }

  private boolean openAt(long sequence) {
    try {
      byte[] bytes = read(sequence).orElse(null);
      if (bytes == null) {
        return false;
      }
      StoredChunk chunk = StoredChunk.fromJson(bytes, what(sequence));
      requireOurs(chunk, sequence);
      if (chunk.summary() == null) {
        return false;
      }
      state = RunState.of(chunk.summaryOrFail(what(sequence)));
      head = Digests.sha256(bytes);
      last = sequence;
      torn = null;
      return true;
    } catch (IntegrityException e) {
      // An earlier summary may do; folding from there finds out whether this one counted.
      return false;
    }
  }

  /** Folds what other writers appended. */
  void catchUp() {
    while (readNext(stored -> {})) {}
  }

  /** Folds every chunk from the first, showing each. */
  void replay(Consumer<StoredChunk> consumer) {
    state = null;
    head = StoredChunk.GENESIS;
    last = 0;
    torn = null;
    while (readNext(consumer)) {}
  }

  /** Whether a chunk was there. */
  private boolean readNext(Consumer<StoredChunk> consumer) {
    long sequence = last + 1;
    byte[] bytes;
    try {
      bytes = read(sequence).orElse(null);
      if (bytes == null) {
        return false;
      }
    } catch (IntegrityException e) {
      torn = e.getMessage();
      last = sequence;
      return true;
    }
    StoredChunk chunk = StoredChunk.fromJson(bytes, what(sequence));
    requireOurs(chunk, sequence);
    if (!chunk.prev().equals(head)) {
      throw new IntegrityException(
          what(sequence)
              + " follows a chunk with digest "
              + chunk.prev()
              + ", but the one before it has "
              + head
              + (torn == null ? ": one of the two was changed." : ". " + torn));
    }
    if (state == null) {
      state = RunState.of(chunk.summaryOrFail(what(sequence)));
    } else {
      state.apply(chunk.chunk(), chunk.at());
    }
    head = Digests.sha256(bytes);
    last = sequence;
    torn = null;
    consumer.accept(chunk);
    return true;
  }

  private void requireOurs(StoredChunk chunk, long sequence) {
    if (!chunk.run().equals(id) || chunk.sequence() != sequence) {
      throw new IntegrityException(
          what(sequence) + " says it is " + chunk.run() + " " + chunk.sequence() + ".");
    }
  }

  /**
   * Appends a chunk after the last one read.
   *
   * @return false if another writer was faster: catch up, look again, and try again
   */
  boolean append(Chunk chunk, java.time.Instant at, String session) {
    long sequence = last + 1;
    RunState after = state();
    boolean first = sequence == 1;
    boolean summarized = first || chunk.status != null || sequence % StoredChunk.SUMMARY_EVERY == 0;
    if (summarized && !first) {
      after = after.copy();
      after.apply(chunk, at);
    }
    StoredChunk stored =
        new StoredChunk(
            id,
            sequence,
            head,
            session,
            at,
            chunk,
            summarized ? after.toRecord(after.status) : null);
    byte[] json = stored.toJson();
    if (!store.putIfAbsent(key(sequence), json) && !isOurs(sequence, json)) {
      return false;
    }
    state().apply(chunk, at);
    head = Digests.sha256(json);
    last = sequence;
    return true;
  }

  /** A store that retries may have created it and then say that it was there. */
  private boolean isOurs(long sequence, byte[] json) {
    try {
      return read(sequence).filter(found -> java.util.Arrays.equals(found, json)).isPresent();
    } catch (IntegrityException e) {
      return false;
    }
  }

  private Optional<byte[]> read(long sequence) {
    return store.get(key(sequence));
  }

  private String what(long sequence) {
    return "chunk " + sequence + " of " + what;
  }

  private String key(long sequence) {
    return String.format(Locale.ROOT, "%s/%010d.json", directory, sequence);
  }

  private static long sequence(String key) {
    String name = key.substring(key.lastIndexOf('/') + 1);
    return name.matches("\\d{10}\\.json") ? Long.parseLong(name.substring(0, 10)) : -1;
  }
}
