package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps that hang, die, lie or are cancelled; on real threads where a thread is what matters. */
@Timeout(60)
class StepFaultsTest {
  private final VirtualTime time = VirtualTime.startingAt(Bench.START);
  private final ObjectStore store = ObjectStore.inMemory();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> undone = new ArrayList<>();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private PipelineRunner onThreads(Pipeline pipeline) {
    return PipelineRunner.of(pipeline, store, "pod-1")
        .time(time)
        .executor(threads)
        .lease(Duration.ofHours(1))
        .build()
        .start();
  }

  private Pipeline hanging(CountDownLatch began, CountDownLatch free, boolean heeds, int attempts) {
    Step<String> before = Step.named("before").source(Codec.text(), step -> "x");
    Step<String> hang =
        Step.named("hang")
            .timeout(Duration.ofMinutes(5))
            .retry(Retry.attempts(attempts))
            .map(
                before,
                Codec.text(),
                (x, step) -> {
                  began.countDown();
                  boolean waiting = true;
                  while (waiting) {
                    try {
                      free.await();
                      waiting = false;
                    } catch (InterruptedException e) {
                      if (heeds) {
                        throw e;
                      }
                    }
                  }
                  return "late";
                });
    return Pipeline.named("hang")
        .steps(hang)
        .onRollBack(before, (made, why, step) -> undone.add(why))
        .build();
  }

  @Test
  void run_stepHangs_isInterruptedAtItsTimeoutAndTriedAgain() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    PipelineRunner runner = onThreads(hanging(began, new CountDownLatch(1), true, 1));
    String id = runner.run("r", "").run();
    began.await();
    time.advance(Duration.ofMinutes(5));

    PipelineRun run = runner.whenOver(id).get(30, TimeUnit.SECONDS);
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.reason()).isEqualTo("Step 'hang': It took longer than PT5M.");
    assertThat(undone).containsExactly("FAILED: Step 'hang': It took longer than PT5M.");
    runner.close();
  }

  @Test
  void run_stepIgnoresTheInterrupt_runEndsWithoutItAndItsResultDoesNotCount() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    PipelineRunner runner = onThreads(hanging(began, free, false, 3));
    String id = runner.run("r", "").run();
    began.await();
    time.advance(Duration.ofMinutes(5));
    time.advance(StepCalls.GRACE);

    PipelineRun run = runner.whenOver(id).get(30, TimeUnit.SECONDS);
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.reason()).contains("ignored the interrupt; its thread is lost");
    free.countDown();
    runner.close();
    assertThat(runner.find(id).orElseThrow().step("hang").status()).isEqualTo(StepStatus.FAILED);
  }

  @Test
  void cancel_stepRuns_isInterruptedAndWhatWasDoneIsUndone() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    PipelineRunner runner = onThreads(hanging(began, new CountDownLatch(1), true, 3));
    String id = runner.run("r", "").run();
    began.await();

    assertThat(runner.cancel(id, "Ada stops it")).isTrue();

    PipelineRun run = runner.whenOver(id).get(30, TimeUnit.SECONDS);
    assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(run.reason()).isEqualTo("Ada stops it");
    assertThat(undone).containsExactly("CANCELLED: Ada stops it");
    assertThat(runner.cancel(id, "again")).isFalse();
    runner.close();
  }

  @Test
  void close_stepRuns_isInterruptedAndRunAgainElsewhereWithoutCountingAsAFailure()
      throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    Pipeline pipeline = hanging(began, free, true, 1);
    PipelineRunner first = onThreads(pipeline);
    String id = first.run("r", "").run();
    began.await();
    first.close();
    free.countDown();

    PipelineRunner second =
        PipelineRunner.of(pipeline, store, "pod-2").time(time).executor(threads).build().start();
    PipelineRun run = second.whenOver(id).get(30, TimeUnit.SECONDS);
    assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(run.instances()).hasSize(2);
    assertThat(run.step("hang").attempts()).isEqualTo(1);
    second.close();
  }

  @Test
  void run_stepThatKillsItsProcessEachTime_failsInsteadOfKillingTheFleet() {
    Step<String> poison =
        Step.named("poison")
            .source(
                Codec.text(),
                step -> {
                  throw new CrashingStore.Killed();
                });
    try (Bench bench = new Bench()) {
      Pipeline pipeline = Pipeline.named("poison").steps(poison).build();
      int lives = 0;
      Optional<PipelineRun> run = Optional.empty();
      while (run.filter(r -> r.status().over()).isEmpty() && lives < 20) {
        lives++;
        // The step's own Killed is caught as any Throwable; the store dies right after it.
        CrashingStore dying = new CrashingStore(bench.store, dyingAt(bench), false);
        PipelineRunner runner = bench.runner(dying, pipeline, "pod-1", b -> b);
        try {
          runner.start();
          runner.run("r", "");
        } catch (CrashingStore.Killed e) {
          // That life is over.
        }
        bench.abandon(runner);
        run = bench.runner(bench.store, pipeline, "reader", b -> b).runs(1).stream().findFirst();
      }
      assertThat(lives).isLessThan(20);
      assertThat(run.orElseThrow().status()).isEqualTo(RunStatus.FAILED);
      assertThat(run.orElseThrow().reason()).contains("5 times the process ended while it ran");
    }
  }

  /** The write after the next "started" event: found by trying it on a copy. */
  private static int dyingAt(Bench bench) {
    ObjectStore copy = ObjectStore.inMemory();
    bench.store.list("").forEach(key -> copy.putIfAbsent(key, bench.store.get(key).orElseThrow()));
    List<String> keys = new ArrayList<>();
    ObjectStore watched =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            String text = new String(value, java.nio.charset.StandardCharsets.UTF_8);
            keys.add(
                text.contains("\"failed\"") && !text.contains("process ended") ? "failed" : key);
            return copy.putIfAbsent(key, value);
          }

          @Override
          public Optional<byte[]> get(String key) {
            return copy.get(key);
          }

          @Override
          public List<String> list(String prefix) {
            return copy.list(prefix);
          }

          @Override
          public boolean remove(String key) {
            return copy.remove(key);
          }
        };
    Step<String> poison =
        Step.named("poison")
            .source(
                Codec.text(),
                step -> {
                  throw new CrashingStore.Killed();
                });
    Bench other = new Bench();
    PipelineRunner runner =
        other.runner(watched, Pipeline.named("poison").steps(poison).build(), "pod-1", b -> b);
    runner.start();
    runner.run("r", "");
    int at = keys.indexOf("failed");
    return at < 0 ? Integer.MAX_VALUE : at + 1;
  }

  @Test
  void run_storeFailsWhileTheResultIsWritten_stepIsNotRunAgain() {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger fail = new AtomicInteger();
    ObjectStore flaky = failing(store, fail, "results/");
    Step<String> costly =
        Step.named("costly")
            .source(
                Codec.text(),
                step -> {
                  fail.set(3);
                  return "after " + calls.incrementAndGet() + " call";
                });
    try (Bench bench = new Bench()) {
      PipelineRunner runner =
          bench.runner(flaky, Pipeline.named("costly").steps(costly).build(), "pod-1", b -> b);
      runner.start();
      String id = runner.run("r", "").run();
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
      bench.time.advance(Duration.ofMinutes(5));
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(calls).hasValue(1);
    }
  }

  private static ObjectStore failing(ObjectStore store, AtomicInteger fail, String part) {
    return new ObjectStore() {
      @Override
      public boolean putIfAbsent(String key, byte[] value) {
        if (key.contains(part) && fail.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          throw new MlopsException("The store is away.");
        }
        return store.putIfAbsent(key, value);
      }

      @Override
      public Optional<byte[]> get(String key) {
        return store.get(key);
      }

      @Override
      public List<String> list(String prefix) {
        return store.list(prefix);
      }

      @Override
      public boolean remove(String key) {
        return store.remove(key);
      }
    };
  }

  @Test
  void run_storeIsAwayWhileAStepNeedsItsInput_stepDoesNotFail() {
    AtomicInteger fail = new AtomicInteger();
    ObjectStore flaky =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            return store.putIfAbsent(key, value);
          }

          @Override
          public Optional<byte[]> get(String key) {
            if (key.contains("/results/") && fail.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
              throw new MlopsException("The store is away.");
            }
            return store.get(key);
          }

          @Override
          public List<String> list(String prefix) {
            return store.list(prefix);
          }

          @Override
          public boolean remove(String key) {
            return store.remove(key);
          }
        };
    Step<String> load =
        Step.named("load")
            .source(
                Codec.text(),
                step -> {
                  fail.set(20);
                  return "rows";
                });
    Step<String> train = Step.named("train").map(load, Codec.text(), (rows, step) -> "model");
    try (Bench bench = new Bench()) {
      PipelineRunner runner =
          bench.runner(flaky, Pipeline.named("away").steps(train).build(), "pod-1", b -> b);
      String id = runner.start().run("r", "").run();
      bench.time.advance(Duration.ofMinutes(30));

      PipelineRun run = runner.find(id).orElseThrow();
      assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(run.step("train").attempts()).isEqualTo(1);
    }
  }

  @Test
  void run_stepIsNotDeterministic_firstResultStaysAndTheOtherIsReported() {
    AtomicInteger calls = new AtomicInteger();
    Step<String> load = Step.named("load").source(Codec.text(), step -> "rows");
    Step<String> train =
        Step.named("train")
            .map(load, Codec.text(), (rows, step) -> "model " + calls.incrementAndGet());
    Step<String> use = Step.named("use").map(train, Codec.text(), (model, step) -> "uses " + model);
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("random").steps(use).build()).start();
      PipelineRun first = runner.find(runner.run("first", "").run()).orElseThrow();
      Occasion why = new Occasion("manual", Occasion.Kind.MANUAL, "2", Bench.START, "again");
      RunStart again = runner.run(RunRequest.of(why, Interval.at(Bench.START)).withFreshSteps());
      PipelineRun second = runner.find(again.run()).orElseThrow();

      assertThat(calls).hasValue(2);
      assertThat(first.notDeterministic()).isEmpty();
      assertThat(second.notDeterministic()).extracting(s -> s.name()).containsExactly("train");
      assertThat(second.step("train").digest()).isEqualTo(first.step("train").digest());
      assertThat(second.step("use").digest()).isEqualTo(first.step("use").digest());
      assertThat(bench.store.list("pipelines/random/differing")).hasSize(1);
      assertThat(runner.page(again.run()).toText()).contains("Step train is not deterministic");
    }
  }

  @Test
  void run_keptResultIsDamaged_isMadeAgainAndNeverTaken() {
    ObjectStore damaging = ObjectStore.inMemory();
    Box<Boolean> damaged = new Box<>(false);
    ObjectStore lying =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            return damaging.putIfAbsent(key, value);
          }

          @Override
          public Optional<byte[]> get(String key) {
            Optional<byte[]> bytes = damaging.get(key);
            boolean lie = damaged.get() && key.contains("/results/") && !key.contains(".");
            return lie
                ? bytes.map(b -> "other".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                : bytes;
          }

          @Override
          public List<String> list(String prefix) {
            return damaging.list(prefix);
          }

          @Override
          public boolean remove(String key) {
            return damaging.remove(key);
          }
        };
    AtomicInteger calls = new AtomicInteger();
    Step<String> load = Step.named("load").reused().source(Codec.text(), step -> "rows");
    Step<String> train =
        Step.named("train")
            .map(
                load,
                Codec.text(),
                (rows, step) -> {
                  calls.incrementAndGet();
                  return "model of " + rows;
                });
    try (Bench bench = new Bench()) {
      PipelineRunner runner =
          bench.runner(lying, Pipeline.named("damage").steps(train).build(), "pod-1", b -> b);
      runner.start();
      runner.run("first", "");
      damaged.set(true);
      PipelineRun second = runner.find(runner.run("second", "").run()).orElseThrow();

      assertThat(calls).hasValue(2);
      assertThat(second.status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(second.notDeterministic()).isEmpty();
    }
  }
}
