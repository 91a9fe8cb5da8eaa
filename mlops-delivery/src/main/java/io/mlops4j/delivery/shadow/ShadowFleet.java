package io.mlops4j.delivery.shadow;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a fleet in a store.
 *
 * <pre>
 * ephemeral/shadow/counts/{shadow}/{comparison}/{live}/{n}/{candidate}/{n}/{instance}/{run}-{sequence}
 * ephemeral/shadow/runs/{instance}/{run}
 * </pre>
 *
 * <p>An object holds everything one run of one instance has counted of a pair so far: the newest of
 * each run counts, and older ones are removed. A run is a number that a process takes when it
 * starts and no other process can have, so a restart counts nothing twice, and a reader who adds up
 * all runs sees the living and the dead.
 */
final class ShadowFleet {
  private static final String COUNTS = ObjectStore.EPHEMERAL + "/shadow/counts/";
  private static final String RUNS = ObjectStore.EPHEMERAL + "/shadow/runs/";
  private static final int READ_ATTEMPTS = 5;

  private final ObjectStore store;
  private final String instance;
  private final String root;
  private final Supplier<PairCounts> empty;
  private final String run;
  private long sequence;
  private boolean removes = true;

  ShadowFleet(
      ObjectStore store,
      String instance,
      String shadow,
      String comparison,
      Supplier<PairCounts> empty) {
    this.store = store;
    this.instance = instance;
    this.root = COUNTS + shadow + "/" + comparison.substring(0, 32) + "/";
    this.empty = empty;
    this.run = takeRun();
  }

  private String takeRun() {
    String prefix = RUNS + instance;
    while (true) {
      long next = 1;
      for (String key : store.list(prefix)) {
        next = Math.max(next, 1 + Long.parseLong(last(key)));
      }
      if (store.putIfAbsent(prefix + "/" + padded(next), new byte[0])) {
        return padded(next);
      }
    }
  }

  private static String padded(long number) {
    return String.format(Locale.ROOT, "%010d", number);
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  private String folder(Pair pair) {
    return root + folder(pair.live()) + "/" + folder(pair.candidate());
  }

  private static String folder(ModelVersion version) {
    return version.model() + "/" + version.number();
  }

  /** Stores what this run has counted of a pair, and removes what it stored before. */
  synchronized void save(Pair pair, PairCounts counts) {
    String folder = folder(pair) + "/" + instance;
    String own = run + "-" + padded(++sequence);
    if (!store.putIfAbsent(folder + "/" + own, ShadowJson.write(counts))) {
      throw new MlopsException(
          "Shadow counts were not stored: "
              + folder
              + "/"
              + own
              + " is taken. Two processes run under the instance name "
              + instance
              + "; give each its own.");
    }
    for (String key : store.list(folder)) {
      if (last(key).startsWith(run + "-") && !last(key).equals(own)) {
        remove(key);
      }
    }
  }

  private void remove(String key) {
    if (removes) {
      try {
        store.remove(key);
      } catch (UnsupportedOperationException e) {
        removes = false; // a store that keeps everything: the newest of a run counts all the same
      }
    }
  }

  /** Adds what all other runs have counted; returns the instances they belong to. */
  Set<String> addOthers(Pair pair, PairCounts sum) {
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      PairCounts others = empty.get();
      Set<String> instances = tryRead(pair, others);
      if (instances != null) {
        sum.plus(others);
        return instances;
      }
    }
    throw new MlopsException(
        "Shadow counts of " + pair + " changed faster than they could be read. Ask again.");
  }

  /** Null if an object was removed between listing and reading: a newer one is there. */
  private @Nullable Set<String> tryRead(Pair pair, PairCounts others) {
    String folder = folder(pair);
    Map<String, String> newest = new HashMap<>();
    for (String key : store.list(folder)) {
      String[] parts = key.substring(folder.length() + 1).split("/", -1);
      String[] name = parts[parts.length - 1].split("-", -1);
      if (parts.length == 2
          && name.length == 2
          && !(parts[0].equals(instance) && name[0].equals(run))) {
        // Numbers are padded: the later key is the newer one.
        newest.merge(parts[0] + "/" + name[0], key, (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
    }
    TreeSet<String> instances = new TreeSet<>();
    for (String writer : List.copyOf(new TreeSet<>(newest.keySet()))) {
      Optional<byte[]> bytes = store.get(Objects.requireNonNull(newest.get(writer)));
      if (bytes.isEmpty()) {
        return null;
      }
      PairCounts read = empty.get();
      ShadowJson.read(bytes.get(), read);
      others.plus(read);
      instances.add(writer.substring(0, writer.indexOf('/')));
    }
    return instances;
  }
}
