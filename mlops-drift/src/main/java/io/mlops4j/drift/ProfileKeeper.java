package io.mlops4j.drift;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what a monitor has counted, again and again and once more when it is closed, so that a
 * crash loses at most one interval. A store that fails is tried again: counts stay in memory.
 */
final class ProfileKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileKeeper.class);

  private final FleetProfiles profiles;
  private final Epochs<?, ?> epochs;
  private final Time time;
  private final Duration every;
  private final int keptIntervals;
  private final String name;
  private final Object saving = new Object();
  private @Nullable Subscription next;
  private boolean failing;
  private boolean closed;

  ProfileKeeper(
      FleetProfiles profiles,
      Epochs<?, ?> epochs,
      Time time,
      Duration every,
      int keptIntervals,
      String name) {
    this.profiles = profiles;
    this.epochs = epochs;
    this.time = time;
    this.every = every;
    this.keptIntervals = keptIntervals;
    this.name = name;
  }

  void start() {
    synchronized (saving) {
      next = time.schedule(every, this::tick);
    }
  }

  private void tick() {
    synchronized (saving) {
      if (closed) {
        return;
      }
      save();
      next = time.schedule(every, this::tick);
    }
  }

  private record Unsaved(VersionDrift epoch, long index, DriftCounts counts, long observed) {}

  private void save() {
    try {
      List<Unsaved> all = new ArrayList<>();
      synchronized (epochs) {
        for (VersionDrift epoch : epochs.all()) {
          for (Map.Entry<Long, DriftCounts> part : epoch.unsaved().entrySet()) {
            all.add(new Unsaved(epoch, part.getKey(), part.getValue(), epoch.observed()));
          }
        }
      }
      for (Unsaved part : all) {
        profiles.save(part.index(), part.counts());
        synchronized (epochs) {
          part.epoch().saved(part.index(), part.counts(), part.observed());
        }
        profiles.forgetBefore(
            part.index() - keptIntervals, part.counts().version(), part.counts().baseline());
      }
      failing = false;
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.warn("{}: storing counts failed; tried again every {}.", name, every, e);
      }
      failing = true;
    }
  }

  @Override
  public void close() {
    synchronized (saving) {
      if (closed && !failing) {
        return;
      }
      closed = true;
      if (next != null) {
        next.close();
      }
      save();
      if (failing) {
        LOG.warn(
            "{} was closed before its store took all counts: what was counted since it last did is"
                + " in memory only. Close it again to try again.",
            name);
      }
    }
  }
}
