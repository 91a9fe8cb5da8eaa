package io.mlops4j.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Thousands of runs: found by queries, whoever packs them and whenever. */
class RunIndexTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T08:30:00Z"));
  private final CountingStore store = new CountingStore();

  /** In memory; counts what is read. */
  private static class CountingStore implements ObjectStore {
    private final ObjectStore memory = ObjectStore.inMemory();
    final AtomicInteger gets = new AtomicInteger();

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return memory.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      gets.incrementAndGet();
      return memory.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return memory.list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return memory.remove(key);
    }
  }

  private TrackedExperiment process() {
    return Tracking.on(store, TrackingOptions.withDefaults().withTime(time)).experiment("flights");
  }

  private static Set<String> ids(List<RunRecord> runs) {
    Set<String> ids = new HashSet<>();
    runs.forEach(run -> ids.add(run.id()));
    assertThat(ids).as("no run twice").hasSize(runs.size());
    return ids;
  }

  @Test
  void query_manyRuns_readsPacksInsteadOfRuns() {
    TrackedExperiment writer = process();
    Set<String> started = new HashSet<>();
    for (int i = 0; i < 3_500; i++) {
      try (Run run = writer.start("r" + i)) {
        run.metric("auc", i);
        started.add(run.id());
      }
    }
    TrackedExperiment reader = process();
    assertThat(ids(reader.query("LIMIT 100000"))).isEqualTo(started);
    store.gets.set(0);
    assertThat(reader.query("metric.auc >= 3499")).hasSize(1);
    assertThat(store.gets.get()).as("3 packs, and the 500 runs of the open one").isLessThan(1_200);
    assertThat(Tracking.on(store, TrackingOptions.withDefaults()).verify(Progress.silent()))
        .isEmpty();
  }

  @Test
  void query_runsThatEndAfterTheyWerePacked_showsWhatTheyAreNow() {
    TrackedExperiment writer = process();
    Run longest = writer.start("long");
    longest.metric("auc", 0.1);
    Run dying = writer.start("dying");
    Run resumed = writer.start("resumed");
    resumed.close();
    for (int i = 0; i < 1_100; i++) {
      writer.start("r" + i).close();
    }
    assertThat(store.list("tracking/packs/flights")).hasSize(1);
    TrackedExperiment reader = process();
    assertThat(reader.query("name = 'long' AND status = 'RUNNING'")).hasSize(1);
    longest.metric("auc", 0.9);
    longest.close();
    Run again = process().resume(resumed.id());
    again.metric("auc", 0.8);
    again.close();
    assertThat(reader.query("metric.auc > 0.5")).hasSize(2);
    assertThat(dying.id()).isNotEmpty();
    // Nobody moves the process of the dying run any more, only the others' wall clocks.
    time.setWallClock(time.now().plus(Duration.ofMinutes(5)));
    TrackedExperiment later = process();
    assertThat(later.query("status = 'KILLED'")).hasSize(1);
    for (int i = 0; i < 1_100; i++) {
      later.start("s" + i).close();
    }
    assertThat(store.list("tracking/packs/flights")).hasSize(2);
    assertThat(process().query("status = 'KILLED'"))
        .extracting(RunRecord::name)
        .containsExactly("dying");
    assertThat(process().query("metric.auc > 0.5")).hasSize(2);
    assertThat(process().query("LIMIT 100000")).hasSize(2_203);
  }

  @Test
  void query_packDamagedOrDeletedOrWritersRacing_losesNoRun() throws Exception {
    Set<String> started = java.util.concurrent.ConcurrentHashMap.newKeySet();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> done = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      TrackedExperiment process = process();
      Random random = new Random(t);
      done.add(
          threads.submit(
              () -> {
                List<Run> open = new ArrayList<>();
                for (int i = 0; i < 550; i++) {
                  Run run = process.start("r" + i);
                  run.metric("auc", i);
                  started.add(run.id());
                  open.add(run);
                  if (random.nextInt(3) > 0) {
                    open.remove(random.nextInt(open.size())).close();
                  }
                }
                open.forEach(Run::close);
              }));
    }
    for (Future<?> future : done) {
      future.get();
    }
    threads.shutdown();
    assertThat(store.list("tracking/packs/flights")).hasSizeGreaterThanOrEqualTo(2);
    List<RunRecord> all = process().query("status = 'FINISHED' AND EXISTS metric.auc LIMIT 100000");
    assertThat(ids(all)).isEqualTo(started);

    ObjectStore whole = store;
    ObjectStore withoutPacks =
        new CountingStore() {
          @Override
          public List<String> list(String prefix) {
            return prefix.startsWith("tracking/packs") ? List.of() : whole.list(prefix);
          }

          @Override
          public Optional<byte[]> get(String key) {
            return whole.get(key);
          }
        };
    assertThat(
            ids(
                Tracking.on(withoutPacks, TrackingOptions.withDefaults())
                    .experiment("flights")
                    .query("LIMIT 100000")))
        .isEqualTo(started);
    ObjectStore damaged =
        new CountingStore() {
          @Override
          public List<String> list(String prefix) {
            return whole.list(prefix);
          }

          @Override
          public Optional<byte[]> get(String key) {
            if (key.equals("tracking/packs/flights/g000001")) {
              throw new io.mlops4j.registry.IntegrityException("flipped");
            }
            return whole.get(key);
          }
        };
    assertThat(
            ids(
                Tracking.on(damaged, TrackingOptions.withDefaults())
                    .experiment("flights")
                    .query("LIMIT 100000")))
        .isEqualTo(started);
  }

  @Test
  void query_storeThatNeverRemoves_works() {
    ObjectStore keeps =
        new CountingStore() {
          @Override
          public boolean remove(String key) {
            throw new UnsupportedOperationException("keeps everything");
          }
        };
    TrackedExperiment experiment =
        Tracking.on(keeps, TrackingOptions.withDefaults().withTime(time)).experiment("flights");
    Run run = experiment.start("trial");
    time.advance(Duration.ofMinutes(10));
    run.close();
    assertThat(experiment.query("status = 'FINISHED'")).hasSize(1);
  }
}
