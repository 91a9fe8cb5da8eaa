package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.alert.AlertEvent;
import io.mlops4j.drift.alert.AlertSink;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several instances on one store. */
@Timeout(60)
class FleetTest {
  private static final Trigger NIGHTLY = Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC);
  private static final Trigger ALERT = Trigger.pulled("alert").withCoolDown(Duration.ZERO);

  @Test
  void pods_comeAndGoForTenDays_everyNightIsRunOnceByWhoeverLeads() {
    List<String> did = new ArrayList<>();
    try (Bench bench = new Bench(Duration.ofMinutes(10))) {
      Pipeline pipeline = counting(did);
      for (int day = 0; day < 10; day++) {
        PipelineRunner one = bench.runner(pipeline, "pod-" + day, b -> b.trigger(NIGHTLY)).start();
        PipelineRunner two =
            bench.runner(pipeline, "other-" + day, b -> b.trigger(NIGHTLY)).start();
        bench.time.advance(Duration.ofHours(12));
        assertThat(one.leads() && two.leads()).isFalse();
        // One leaves politely, one just goes.
        two.close();
        bench.time.advance(Duration.ofHours(12));
        one.close();
      }
    }
    assertThat(did).hasSize(10).doesNotHaveDuplicates();
  }

  private static Pipeline counting(List<String> did) {
    return Pipeline.named("p")
        .steps(
            Step.named("load")
                .readsInterval()
                .source(
                    Codec.text(),
                    step -> {
                      did.add(step.interval().toString());
                      return "x";
                    }))
        .build();
  }

  @Test
  void alertSink_sameEpisodeOnThreeInstancesAndTwice_runsOnce() throws Exception {
    List<String> did = new ArrayList<>();
    try (Bench bench = new Bench()) {
      Pipeline pipeline = counting(did);
      List<AlertSink> sinks = new ArrayList<>();
      for (int pod = 0; pod < 3; pod++) {
        sinks.add(
            bench.runner(pipeline, "pod-" + pod, b -> b.trigger(ALERT)).start().alertSink("alert"));
      }
      for (AlertSink sink : sinks) {
        sink.send(event(1, AlertEvent.Status.FIRING));
        sink.send(event(1, AlertEvent.Status.FIRING));
        sink.send(event(1, AlertEvent.Status.RESOLVED));
      }
      bench.time.advance(Duration.ofHours(1));
      assertThat(did).hasSize(1);
      sinks.get(2).send(event(2, AlertEvent.Status.FIRING));
      bench.time.advance(Duration.ofHours(1));
      assertThat(did).hasSize(2);
      PipelineRun run = bench.runner(pipeline, "reader", b -> b).runs(1).get(0);
      assertThat(run.request().occasion().kind()).isEqualTo(Occasion.Kind.ALERT);
      assertThat(run.request().occasion().evidence()).isEqualTo("quality (page): AUC fell to 0.61");
    }
  }

  private static AlertEvent event(long episode, AlertEvent.Status status) {
    return new AlertEvent(
        "flight-delay",
        "quality",
        "page",
        status,
        episode,
        Bench.START,
        Optional.empty(),
        "AUC fell to 0.61");
  }

  @Test
  void run_eightThreadsOnFourInstancesAskForTheSame_makeOneRunEach() throws Exception {
    ObjectStore store = ObjectStore.inMemory();
    VirtualTime time = VirtualTime.startingAt(Bench.START);
    Set<String> executed = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    Pipeline pipeline =
        Pipeline.named("p")
            .steps(
                Step.named("s")
                    .source(
                        Codec.text(),
                        step -> {
                          twice.addAndGet(executed.add(step.run()) ? 0 : 1);
                          return "x";
                        }))
            .build();
    ExecutorService threads = Executors.newCachedThreadPool();
    List<PipelineRunner> pods = new ArrayList<>();
    for (int pod = 0; pod < 4; pod++) {
      pods.add(
          PipelineRunner.of(pipeline, store, "pod-" + pod)
              .time(time)
              .executor(threads)
              .maxActiveRuns(4)
              .build()
              .start());
    }
    CountDownLatch go = new CountDownLatch(1);
    List<Future<Integer>> created = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      PipelineRunner pod = pods.get(thread % 4);
      created.add(
          threads.submit(
              () -> {
                go.await();
                int mine = 0;
                for (int id = 0; id < 25; id++) {
                  mine += pod.run("r" + id, "all at once").created() ? 1 : 0;
                }
                return mine;
              }));
    }
    go.countDown();
    int runs = 0;
    for (Future<Integer> future : created) {
      runs += future.get();
    }
    assertThat(runs).isEqualTo(25);
    for (PipelineRun run : pods.get(0).runs(100)) {
      while (!pods.get(0).whenOver(run.id()).isDone()) {
        pods.forEach(PipelineRunner::pass);
      }
    }
    assertThat(executed).hasSize(25);
    assertThat(twice).hasValue(0);
    pods.forEach(PipelineRunner::close);
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void drift_twoLeadersNoticeTheSameEpisode_makeOneRun() {
    List<String> did = new ArrayList<>();
    Check failing =
        new Check() {
          @Override
          public String name() {
            return "psi";
          }

          @Override
          public Outcome evaluate() {
            return new Fail("0.4");
          }
        };
    try (Bench bench = new Bench()) {
      Trigger drift = Trigger.drift("drift", failing).withCoolDown(Duration.ofDays(1));
      Pipeline pipeline = counting(did);
      PipelineRunner first = bench.runner(pipeline, "pod-1", b -> b.trigger(drift));
      first.pass();
      // Its successor does not know yet that it fired, and notices the same.
      PipelineRunner second = bench.runner(pipeline, "pod-2", b -> b.trigger(drift));
      second.pass();
      bench.time.advance(Duration.ofMinutes(6));
      second.pass();
      second.pass();
      assertThat(second.leads()).isTrue();
      assertThat(did).hasSize(1);
    }
  }
}
