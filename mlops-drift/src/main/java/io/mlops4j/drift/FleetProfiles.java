package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a fleet in a store.
 *
 * <pre>
 * ephemeral/drift/counts/{model}/{version}/{baseline}-{interval ms}/{interval}/{instance}/{run}-{n}
 * ephemeral/drift/runs/{instance}/{run}
 * drift/baselines/{model}/{version}
 * </pre>
 *
 * <p>An object holds everything one run of one instance has counted in one interval so far, so the
 * newest of each run counts and the older ones are removed. A run is a number that a process takes
 * when it starts and no other process can have: what a dead run had counted stays, and the
 * restarted process counts from nothing. So a restart counts nothing twice, and a reader who adds
 * up all runs sees the living and the dead.
 */
final class FleetProfiles {
  private static final String COUNTS = ObjectStore.EPHEMERAL + "/drift/counts";
  private static final String RUNS = ObjectStore.EPHEMERAL + "/drift/runs";
  private static final int READ_ATTEMPTS = 5;

  private final ObjectStore store;
  private final String instance;
  private final Duration interval;
  private final long run;
  private long sequence;
  private boolean removes = true;

  FleetProfiles(ObjectStore store, String instance, Duration interval) {
    this.store = store;
    this.instance = instance;
    this.interval = interval;
    this.run = takeRun();
  }

  private long takeRun() {
    String prefix = RUNS + "/" + instance;
    while (true) {
      List<String> taken = store.list(prefix);
      long next = 1;
      for (String key : taken) {
        next = Math.max(next, 1 + Long.parseLong(last(key)));
      }
      if (store.putIfAbsent(prefix + "/" + padded(next), new byte[0])) {
        return next;
      }
    }
  }

  private static String padded(long number) {
    return String.format("%010d", number);
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  private String version(ModelVersion version) {
    return COUNTS + "/" + version.model() + "/" + version.number();
  }

  private String prefix(ModelVersion version, String baseline) {
    return version(version) + "/" + baseline.substring(0, 32) + "-" + interval.toMillis();
  }

  /** Stores what this run has counted in an interval, and removes what it stored before. */
  synchronized void save(long index, DriftCounts counts) {
    String folder = prefix(counts.version(), counts.baseline()) + "/" + index + "/" + instance;
    String name = padded(run) + "-";
    if (!store.putIfAbsent(folder + "/" + name + padded(++sequence), counts.toBytes())) {
      throw new MlopsException(
          "Drift counts of "
              + folder
              + " were not stored: the name is taken. Two processes run"
              + " under the instance name "
              + instance
              + "; give each its own.");
    }
    for (String key : store.list(folder)) {
      if (last(key).startsWith(name) && !last(key).endsWith(padded(sequence))) {
        remove(key);
      }
    }
  }

  /** Removes what every instance stored of intervals before one. */
  synchronized void forgetBefore(long index, ModelVersion version, String baseline) {
    for (String key : store.list(prefix(version, baseline))) {
      if (Long.parseLong(key.split("/", -1)[6]) < index) {
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

  /** What earlier runs of this instance had counted, by interval. */
  NavigableMap<Long, DriftCounts> ownPast(ModelVersion version, Baseline baseline) {
    return read(version, baseline, stored -> stored.instance.equals(instance) && stored.run < run);
  }

  /** What all other runs have counted, by interval. */
  NavigableMap<Long, DriftCounts> others(ModelVersion version, Baseline baseline) {
    return read(
        version, baseline, stored -> !(stored.instance.equals(instance) && stored.run == run));
  }

  /** How many other baselines somebody counts the same version over. */
  long otherBaselines(ModelVersion version, Baseline baseline) {
    TreeSet<String> found = new TreeSet<>();
    int depth = version(version).split("/", -1).length;
    for (String key : store.list(version(version))) {
      found.add(key.split("/", -1)[depth].split("-", -1)[0]);
    }
    found.remove(baseline.fingerprint().substring(0, 32));
    return found.size();
  }

  private record Stored(String key, long index, String instance, long run, long sequence) {
    static Stored of(String key) {
      String[] parts = key.split("/", -1);
      String[] name = parts[8].split("-", -1);
      return new Stored(
          key,
          Long.parseLong(parts[6]),
          parts[7],
          Long.parseLong(name[0]),
          Long.parseLong(name[1]));
    }

    String writer() {
      return index + "/" + instance + "/" + run;
    }
  }

  private NavigableMap<Long, DriftCounts> read(
      ModelVersion version, Baseline baseline, Predicate<Stored> wanted) {
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      NavigableMap<Long, DriftCounts> sum = tryRead(version, baseline, wanted);
      if (sum != null) {
        return sum;
      }
    }
    throw new MlopsException(
        "Drift counts of " + version + " changed faster than they could be read. Ask again.");
  }

  /** Null if an object was removed between listing and reading: a newer one is there. */
  private @Nullable NavigableMap<Long, DriftCounts> tryRead(
      ModelVersion version, Baseline baseline, Predicate<Stored> wanted) {
    Map<String, Stored> newest = new HashMap<>();
    for (String key : store.list(prefix(version, baseline.fingerprint()))) {
      Stored stored = Stored.of(key);
      if (wanted.test(stored)) {
        newest.merge(stored.writer(), stored, (a, b) -> a.sequence >= b.sequence ? a : b);
      }
    }
    NavigableMap<Long, DriftCounts> sum = new TreeMap<>();
    for (Stored stored : newest.values()) {
      Optional<byte[]> bytes = store.get(stored.key);
      if (bytes.isEmpty()) {
        return null;
      }
      sum.merge(stored.index, DriftCounts.fromBytes(bytes.get()), DriftCounts::plus);
    }
    return sum;
  }

  /** The baseline the fleet has learned from live rows, if it has. */
  Optional<Baseline> learned(ModelVersion version) {
    return store.get(learnedKey(version)).map(Baseline::fromJson);
  }

  /** Offers a learned baseline to the fleet, and returns the one that was first. */
  Baseline offer(ModelVersion version, Baseline baseline) {
    return store.putIfAbsent(learnedKey(version), baseline.toJson())
        ? baseline
        : learned(version).orElse(baseline);
  }

  private static String learnedKey(ModelVersion version) {
    return "drift/baselines/" + version.model() + "/" + version.number();
  }
}
