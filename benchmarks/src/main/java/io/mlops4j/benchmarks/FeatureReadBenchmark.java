package io.mlops4j.benchmarks;

import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.features.Aggregate;
import io.mlops4j.features.Entity;
import io.mlops4j.features.FeatureValues;
import io.mlops4j.features.FeatureView;
import io.mlops4j.features.OnlineStore;
import io.mlops4j.features.OnlineView;
import io.mlops4j.features.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What reading the features of one entity costs, by how many events its window holds. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class FeatureReadBenchmark {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int ENTITIES = 1_000;

  record Event(String id, String key, Instant at, double value) {}

  /** Events in the window of each entity. */
  @Param({"1", "20", "200"})
  public int events;

  private final Random random = new Random(1);
  private final VirtualTime time = VirtualTime.startingAt(NOW);
  private final OnlineStore store = OnlineStore.inMemory(1L << 30, time);
  private OnlineView<Event, String> view = view(1);
  private int next;

  private OnlineView<Event, String> view(int window) {
    return OnlineView.of(
        FeatureView.named(
                "events",
                Entity.of("key", String.class),
                Schema.of(Event.class),
                (Event event) -> event.key())
            .happened(Event::at)
            .knownAtOnce()
            .id(Event::id)
            .feature("mean", Aggregate.mean("value"), Window.lastEvents(window))
            .feature("count", Aggregate.count(), Window.within(Duration.ofHours(1)))
            .build(),
        store,
        time);
  }

  /** Writes the events. */
  @Setup
  public void write() {
    view = view(events);
    for (int entity = 0; entity < ENTITIES; entity++) {
      List<Event> written = new ArrayList<>();
      for (int i = 0; i < events; i++) {
        Instant at = NOW.minusSeconds(random.nextInt(3_600));
        written.add(new Event("e" + i, "k" + entity, at, random.nextGaussian()));
      }
      view.write(written);
    }
  }

  private String key() {
    next = (next + 1) % ENTITIES;
    return "k" + next;
  }

  /**
   * The stored bytes alone.
   *
   * @return their length
   */
  @Benchmark
  public int baseline() {
    String key = key();
    return store.get(view.table(), key.length() + ":" + key).map(state -> state.length).orElse(0);
  }

  /**
   * Two features.
   *
   * @return their values
   */
  @Benchmark
  public FeatureValues read() {
    return view.read(key());
  }
}
