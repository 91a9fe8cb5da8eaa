package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which versions are watched, each over the baseline it was released with. The monitor holds this
 * object's lock while it counts or copies; a baseline is read from a store without it.
 */
final class Epochs<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);
  private static final int MAX_VERSIONS = 8;

  private final ModelSource<I, O> source;
  private final Windows windows;
  private final int history;
  private final Map<ModelVersion, ModelRelease<I, O>> releases = new LinkedHashMap<>();
  private final Map<ModelVersion, VersionDrift> versions = new LinkedHashMap<>();
  private final Map<ModelVersion, String> unusable = new LinkedHashMap<>();

  Epochs(ModelSource<I, O> source, Windows windows, int history) {
    this.source = source;
    this.windows = windows;
    this.history = history;
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

  /** Why a version cannot be judged, as far as is known. */
  synchronized String problem(ModelVersion version) {
    return unusable.getOrDefault(version, "no prediction has arrived.");
  }

  /**
   * Opens the epoch of a version at its first prediction. May read the baseline from a store.
   * Returns that baseline if this call opened it.
   */
  @Nullable Baseline begin(ModelVersion version) {
    ModelRelease<I, O> release;
    synchronized (this) {
      release = releases.get(version);
      if (versions.containsKey(version) || (unusable.containsKey(version) && release == null)) {
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
      } catch (MlopsException e) {
        problem = "its baseline cannot be read: " + e.getMessage();
        LOG.warn("No drift monitoring of {}: {}", version, problem, e);
      }
    }
    return open(version, baseline, problem) ? baseline : null;
  }

  private synchronized boolean open(
      ModelVersion version, @Nullable Baseline baseline, String problem) {
    // Looked up once: a release does not change.
    releases.remove(version);
    if (baseline == null) {
      unusable.putIfAbsent(version, problem);
      trim(unusable);
      return false;
    }
    unusable.remove(version);
    boolean opened =
        versions.putIfAbsent(version, new VersionDrift(version, baseline, windows, history))
            == null;
    trim(versions);
    return opened;
  }

  private static void trim(Map<ModelVersion, ?> map) {
    while (map.size() > MAX_VERSIONS) {
      map.remove(map.keySet().iterator().next());
    }
  }
}
