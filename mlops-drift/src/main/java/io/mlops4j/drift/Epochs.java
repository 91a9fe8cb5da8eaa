package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which versions are watched, each over the baseline it was released with, or over one learned from
 * its first rows. The monitor holds this object's lock while it counts or copies; a baseline is
 * read from a store, and learned, without it.
 */
final class Epochs<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);
  private static final int MAX_VERSIONS = 8;

  private final ModelSource<I, O> source;
  private final EpochOptions<I> options;
  private final @Nullable FleetProfiles profiles;
  private final Map<ModelVersion, ModelRelease<I, O>> releases = new LinkedHashMap<>();
  private final Map<ModelVersion, VersionDrift> versions = new LinkedHashMap<>();
  private final Map<ModelVersion, LiveBaseline<I>> learning = new LinkedHashMap<>();
  private final Map<ModelVersion, String> unusable = new LinkedHashMap<>();

  Epochs(ModelSource<I, O> source, EpochOptions<I> options, @Nullable FleetProfiles profiles) {
    this.source = source;
    this.options = options;
    this.profiles = profiles;
  }

  /** Keeps the release the source names now: its baseline is read when it first answers. */
  void remember() {
    if (source.current() instanceof ModelSource.Selected<I, O> selected) {
      synchronized (this) {
        releases.put(selected.release().version(), selected.release());
        trim(releases);
      }
    }
  }

  synchronized @Nullable VersionDrift find(ModelVersion version) {
    return versions.get(version);
  }

  synchronized List<VersionDrift> all() {
    return List.copyOf(versions.values());
  }

  /** Why a version cannot be judged, as far as is known. */
  synchronized String problem(ModelVersion version) {
    LiveBaseline<I> live = learning.get(version);
    return live != null
        ? live.progress()
        : unusable.getOrDefault(version, "no prediction has arrived.");
  }

  /**
   * Opens the epoch of a version at its first prediction. May read the baseline from a store.
   * Returns that baseline if this call opened it.
   */
  @Nullable Baseline begin(ModelVersion version) {
    ModelRelease<I, O> release;
    synchronized (this) {
      release = releases.get(version);
      if (versions.containsKey(version)
          || (learning.containsKey(version) && release == null)
          || (unusable.containsKey(version) && release == null)) {
        return null;
      }
    }
    if (release == null) {
      remember();
      synchronized (this) {
        release = releases.get(version);
      }
    }
    String problem = source.name() + " does not serve it, so its baseline is unknown.";
    Baseline baseline = null;
    if (release != null) {
      problem = "it was released without a baseline. Fit one at training and store it.";
      try {
        baseline = release.baseline().orElse(null);
        if (baseline == null && options.learnFrom() > 0) {
          baseline = learnedBefore(version);
          problem = "";
        }
      } catch (MlopsException e) {
        problem = "its baseline cannot be read: " + e.getMessage();
        LOG.warn("No drift monitoring of {}: {}", version, problem, e);
      }
    }
    return open(version, baseline, problem) ? baseline : null;
  }

  private @Nullable Baseline learnedBefore(ModelVersion version) {
    return profiles == null ? null : profiles.learned(version).orElse(null);
  }

  /**
   * Gives a row to a version that learns its baseline. Returns that baseline if it was the last one
   * needed, and the epoch is open now.
   */
  @Nullable Baseline learn(
      ModelVersion version, @Nullable EncodedRow<I> row, double score, @Nullable String label) {
    LiveBaseline<I> live;
    synchronized (this) {
      live = learning.get(version);
      if (live == null || !live.add(row, score, label)) {
        return null;
      }
    }
    Baseline baseline = live.fit();
    if (profiles != null) {
      baseline = profiles.offer(version, baseline);
    }
    return open(version, baseline, "") ? baseline : null;
  }

  private boolean open(ModelVersion version, @Nullable Baseline baseline, String problem) {
    if (baseline == null) {
      refuse(version, problem);
      return false;
    }
    // Read before the lock is taken: a store may be slow.
    NavigableMap<Long, DriftCounts> past =
        profiles == null ? new TreeMap<>() : past(profiles, version, baseline);
    synchronized (this) {
      // Looked up once: a release does not change.
      releases.remove(version);
      unusable.remove(version);
      learning.remove(version);
      if (versions.containsKey(version)) {
        return false;
      }
      VersionDrift epoch = options.epoch(version, baseline);
      epoch.restore(past);
      versions.put(version, epoch);
      trim(versions);
      return true;
    }
  }

  private static NavigableMap<Long, DriftCounts> past(
      FleetProfiles profiles, ModelVersion version, Baseline baseline) {
    try {
      return profiles.ownPast(version, baseline);
    } catch (RuntimeException e) {
      LOG.warn("{}: what was counted before the restart cannot be read.", version, e);
      return new TreeMap<>();
    }
  }

  private synchronized void refuse(ModelVersion version, String problem) {
    releases.remove(version);
    if (problem.isEmpty()) {
      learning.putIfAbsent(version, new LiveBaseline<>(version, options.learnFrom()));
      unusable.remove(version);
      trim(learning);
    } else {
      unusable.putIfAbsent(version, problem);
      trim(unusable);
    }
  }

  private static void trim(Map<ModelVersion, ?> map) {
    while (map.size() > MAX_VERSIONS) {
      map.remove(map.keySet().iterator().next());
    }
  }
}
