package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import io.mlops4j.registry.BlobStore.Held;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/*
 * Frees blobs that nobody refers to, beside writers in other processes, without a lock.
 *
 * The danger: a writer finds that the blob it wants to store is there already, relies on it, and
 * writes the record that refers to it a moment after a collection has looked for references and a
 * moment before it removes the blob.
 *
 * So a blob dies in two steps, a grace period apart. First it is set aside: it can still be read,
 * but a writer of the same content does not find it and stores its own copy (in a database: takes
 * it back in the same row). So whoever relies on it has found it before that moment, and refers to
 * it within LONGEST, or gives up (see PutWindow), or has by then stored it anew. Then, in a
 * collection at least the grace period later, which is at least LONGEST, references are looked for
 * again, and only if there is still none it is removed. What was written in between is found then,
 * and the blob taken back.
 *
 * Order within a collection: first the blobs, then the references. What cannot be read ends it:
 * what is referred to is then not known.
 */
final class GarbageCollection {
  private final BlobStore store;
  private final boolean dryRun;
  private final SortedMap<String, Long> freed = new TreeMap<>();
  private final SortedMap<String, Long> setAside = new TreeMap<>();
  private int waiting;
  private int takenBack;

  private GarbageCollection(BlobStore store, boolean dryRun) {
    this.store = store;
    this.dryRun = dryRun;
  }

  static Garbage run(BlobStore store, Instant now, Duration grace, boolean dryRun) {
    if (grace.compareTo(PutWindow.LONGEST) < 0) {
      throw new IllegalArgumentException(
          "grace: " + grace + " (expected: " + PutWindow.LONGEST + " or more)");
    }
    GarbageCollection collection = new GarbageCollection(store, dryRun);
    collection.run(now, Time.after(now, grace.negated()));
    return new Garbage(
        dryRun, collection.freed, collection.setAside, collection.waiting, collection.takenBack);
  }

  private void run(Instant now, Instant due) {
    List<Held> aside = store.aside();
    List<Held> blobs = store.blobs();
    Set<String> live;
    try {
      live = References.in(store);
    } catch (IntegrityException e) {
      throw new MlopsException(
          "Nothing was freed, for it is not known what is referred to: " + e.getMessage(), e);
    }
    for (Held held : aside) {
      if (live.contains(held.digest())) {
        takenBack++;
        if (!dryRun) {
          store.takeBack(held.digest());
        }
      } else if (held.since().isAfter(due)) {
        waiting++;
      } else {
        freed.put(held.digest(), held.bytes());
        if (!dryRun) {
          store.discard(held.digest());
        }
      }
    }
    for (Held held : blobs) {
      if (!live.contains(held.digest()) && !held.since().isAfter(due)) {
        setAside.put(held.digest(), held.bytes());
        if (!dryRun) {
          store.setAside(held.digest(), now);
        }
      }
    }
  }
}
