package io.mlops4j.features;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one view, made when it is first used. Thread-safe; without a registry it is idle.
 */
final class OnlineMeters {
  private final @Nullable MeterRegistry registry;
  private final String view;
  private final Time time;
  private final OnlineStore store;
  private volatile @Nullable Meters made;

  OnlineMeters(@Nullable MeterRegistry registry, String view, Time time, OnlineStore store) {
    this.registry = registry;
    this.view = view;
    this.time = time;
    this.store = store;
  }

  @Nullable MeterRegistry registry() {
    return registry;
  }

  void wrote(Materialized result) {
    Meters meters = meters();
    if (meters != null) {
      meters.wrote(result);
    }
  }

  void read(FeatureValues values) {
    Meters meters = meters();
    if (meters != null) {
      meters.read(values);
    }
  }

  private @Nullable Meters meters() {
    MeterRegistry to = registry;
    Meters meters = made;
    if (to == null || meters != null) {
      return meters;
    }
    synchronized (this) {
      if (made == null) {
        made = new Meters(to, view, time, store);
      }
      return made;
    }
  }

  private static final class Meters {
    private final MeterRegistry registry;
    private final String view;
    private final Time time;
    private final AtomicLong newest = new AtomicLong(Long.MIN_VALUE);
    private final Counter found;
    private final Counter empty;
    private final Counter ahead;
    private final Timer age;

    Meters(MeterRegistry registry, String view, Time time, OnlineStore store) {
      this.registry = registry;
      this.view = view;
      this.time = time;
      this.found =
          counter("mlops.features.reads", "result", "found", "Reads of an entity with events");
      this.empty =
          counter("mlops.features.reads", "result", "empty", "Reads of an entity without events");
      this.ahead = counter("mlops.features.reads.ahead", "", "", "Reads for a time after now");
      this.age =
          Timer.builder("mlops.features.age")
              .tags("view", view)
              .description("Age of the latest event at a read")
              .register(registry);
      TimeGauge.builder("mlops.features.freshness", this, TimeUnit.SECONDS, Meters::freshness)
          .tags("view", view)
          .description("Time since the latest event happened that this instance wrote")
          .strongReference(true)
          .register(registry);
      if (store instanceof CaffeineStore memory) {
        FunctionCounter.builder("mlops.features.forgotten", memory, CaffeineStore::evicted)
            .description("Entities the store in memory forgot for want of room")
            .register(registry);
      }
    }

    private Counter counter(String name, String tag, String value, String what) {
      Counter.Builder builder = Counter.builder(name).tags("view", view).description(what);
      return (tag.isEmpty() ? builder : builder.tags(tag, value)).register(registry);
    }

    private double freshness() {
      long latest = newest.get();
      return latest == Long.MIN_VALUE
          ? Double.NaN
          : Time.nanos(Duration.between(Nanos.instant(latest), time.now())) / 1e9;
    }

    void wrote(Materialized result) {
      result.newest().ifPresent(at -> newest.accumulateAndGet(Nanos.of(at), Math::max));
      count("written", result.written());
      count("duplicate", result.duplicates());
      count("too-old", result.tooOld());
      count("without-key", result.withoutKey());
      count("not-known", result.notKnown());
    }

    private void count(String outcome, long events) {
      counter("mlops.features.events", "outcome", outcome, "Events written, by what became of them")
          .increment((double) events);
    }

    void read(FeatureValues values) {
      if (values.newestEvent().isEmpty()) {
        empty.increment();
      } else {
        found.increment();
        Instant latest = values.newestEvent().get();
        age.record(Duration.between(latest, values.at()));
      }
      if (values.at().isAfter(time.now())) {
        ahead.increment();
      }
    }
  }
}
