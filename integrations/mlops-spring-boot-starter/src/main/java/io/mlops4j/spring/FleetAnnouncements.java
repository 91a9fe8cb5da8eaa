package io.mlops4j.spring;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.registry.Announcement;
import io.mlops4j.registry.ServingState;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorStatus;
import io.mlops4j.spring.ServedModel.Handle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the fleet what this instance can serve, serves, and why not more, one announcement per
 * predictor that properties made. What changes is told soon after; a fleet that cannot be told is
 * logged and keeps nobody from serving.
 */
final class FleetAnnouncements implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FleetAnnouncements.class);

  /** A swap takes about this long: often enough to be quick, seldom enough to cost nothing. */
  private static final Duration SETTLING = Duration.ofMillis(100);

  /** After a minute the regular renewals will do. */
  private static final int MOST_LOOKS = 600;

  private final ServedModels models;
  private final InstanceId instance;
  private final List<Teller> tellers = new ArrayList<>();

  FleetAnnouncements(ServedModels models, InstanceId instance) {
    this.models = models;
    this.instance = instance;
  }

  synchronized void start() {
    if (!tellers.isEmpty()) {
      return;
    }
    for (ServedModel model : models.all()) {
      model.handle().ifPresent(handle -> tellers.add(new Teller(model, handle, instance.text())));
    }
  }

  @Override
  public synchronized void close() {
    tellers.forEach(Teller::close);
    tellers.clear();
  }

  private static final class Teller implements AutoCloseable {
    private final Predictor<?, ?> predictor;
    private final ModelSource<?, ?> source;
    private final String name;
    private final @Nullable Announcement announcement;
    private final Subscription changes;
    private volatile boolean closed;
    private volatile ServingState told;

    Teller(ServedModel served, Handle<?, ?> handle, String instance) {
      predictor = served.predictor();
      source = handle.source();
      name = served.name();
      told = state();
      announcement = announce(handle, instance);
      changes = source.subscribe(() -> look(MOST_LOOKS));
    }

    private @Nullable Announcement announce(Handle<?, ?> handle, String instance) {
      try {
        return handle.model().announce(instance, this::state);
      } catch (MlopsException e) {
        LOG.warn("Predictor '{}' serves, but the fleet is not told: {}", name, e.getMessage(), e);
        return null;
      }
    }

    private ServingState state() {
      PredictorStatus status = predictor.status();
      return new ServingState(status.version(), status.problem());
    }

    /** Looks again until the predictor has done what the source says, or says why it cannot. */
    private void look(int left) {
      if (closed || announcement == null) {
        return;
      }
      Time.system()
          .schedule(
              SETTLING,
              () -> {
                ServingState now = state();
                if (!now.equals(told)) {
                  tell(now);
                }
                if (!settled(now) && left > 0) {
                  look(left - 1);
                }
              });
    }

    private boolean settled(ServingState now) {
      return now.problem().isPresent()
          || !(source.current() instanceof ModelSource.Selected<?, ?> selected)
          || now.serving().equals(Optional.of(selected.release().version()));
    }

    private void tell(ServingState now) {
      Announcement telling = announcement;
      if (closed || telling == null) {
        return;
      }
      try {
        telling.refresh();
        told = now;
      } catch (MlopsException | IllegalStateException e) {
        LOG.warn("Predictor '{}' could not tell the fleet: {}", name, e.getMessage());
      }
    }

    @Override
    public void close() {
      closed = true;
      changes.close();
      if (announcement != null) {
        announcement.close();
      }
    }
  }
}
