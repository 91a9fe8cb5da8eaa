package io.mlops4j.spring;

import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;

/**
 * Closes predictors after everything that asks them has stopped: the web server stops accepting,
 * its requests end, message listeners and schedulers stop (all in higher phases), and only then is
 * this phase's turn. What is queued or inside is answered within the limit.
 */
final class PredictorLifecycle implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(PredictorLifecycle.class);

  /** The web server's own phases are {@code DEFAULT_PHASE - 1024} and {@code - 2048}. */
  static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

  private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

  private final ServedModels models;
  private final FleetAnnouncements announcements;
  private final Duration limit;
  private volatile boolean running;

  PredictorLifecycle(ServedModels models, FleetAnnouncements announcements, Duration limit) {
    this.models = models;
    this.announcements = announcements;
    this.limit = limit;
  }

  /** What was asked for, at most what Spring waits for a phase. */
  static Duration limit(@Nullable Duration asked, Environment environment) {
    Duration phase =
        Binder.get(environment).bind(PHASE_TIMEOUT, Duration.class).orElse(Duration.ofSeconds(30));
    if (asked == null) {
      return phase;
    }
    if (asked.compareTo(phase) > 0) {
      LOG.warn(
          "mlops.shutdown-timeout is {}, and Spring ends a phase after {}: raise {}.",
          asked,
          phase,
          PHASE_TIMEOUT);
      return phase;
    }
    return asked;
  }

  @Override
  public void start() {
    running = true;
    announcements.start();
  }

  @Override
  public void stop() {
    announcements.close();
    long deadline = System.nanoTime() + Time.nanos(limit);
    List<ServedModel> all = models.all();
    for (ServedModel model : all) {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      if (!model.predictor().close(left)) {
        LOG.warn("Predictor '{}' did not end within {} of the shutdown.", model.name(), limit);
      }
    }
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** A predictor that was closed cannot be resumed. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
