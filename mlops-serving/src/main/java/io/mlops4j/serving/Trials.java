package io.mlops4j.serving;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The trial runs of one predictor: which versions have passed, and which children run. */
final class Trials<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(Trials.class);

  /** Versions remembered; each instance of a service sees few. */
  private static final int MOST = 1_024;

  private final String predictor;
  private final TrialRun<I, O> trial;
  private final Set<ModelVersion> passed = ConcurrentHashMap.newKeySet();
  private final Set<TrialProcess> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Trials(String predictor, TrialRun<I, O> trial) {
    this.predictor = predictor;
    this.trial = trial;
  }

  /**
   * Returns whether a version has still to be tried. Registered versions never change, so that one
   * that has passed here needs no other: a rollback waits for no child.
   */
  boolean isDue(ModelVersion version) {
    return version.number() == 0 || !passed.contains(version);
  }

  /**
   * Tries a version, unless it is of a format that has no trial.
   *
   * @throws RuntimeException if it did not pass, or its files are not what was registered
   */
  void require(ModelRelease<I, O> release) {
    ModelArtifact files = TrialRun.filesOf(release);
    if (!trial.reads(files)) {
      LOG.info(
          "Predictor '{}': version {} is not tried: trial runs do not read format {}",
          predictor,
          release.version(),
          files.format());
      return;
    }
    AtomicReference<@Nullable TrialProcess> child = new AtomicReference<>();
    try {
      TrialRun.Passed shown =
          trial.run(
              release.version(),
              files,
              begun -> {
                child.set(begun);
                begun(begun);
              });
      LOG.info(
          "Predictor '{}': version {} passed its trial run in {}, {} golden rows",
          predictor,
          release.version(),
          shown.took(),
          shown.goldenRows());
      if (passed.size() >= MOST) {
        passed.clear();
      }
      passed.add(release.version());
    } finally {
      TrialProcess over = child.get();
      if (over != null) {
        running.remove(over);
      }
    }
  }

  private void begun(TrialProcess child) {
    running.add(child);
    if (closed) {
      child.cancel();
    }
  }

  /** Kills what runs; what has not begun yet is not begun. */
  void close() {
    closed = true;
    running.forEach(TrialProcess::cancel);
  }
}
