package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever fires, however often, on whichever instances, across restarts: never more runs than
 * cool-downs and budgets allow, and no more objects than runs.
 */
class TriggerStormTest {
  private static final Duration COOL_DOWN = Duration.ofMinutes(40);
  private static final Duration DAY = Duration.ofHours(12);
  private static final int BUDGET = 5;

  /** What happens: signals to an instance, then perhaps its restart, then time. */
  record Wave(int instance, int signals, boolean failing, boolean restart, int minutes) {}

  @Provide
  Arbitrary<List<Wave>> waves() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 30),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false, false, false),
            Arbitraries.integers().between(0, 90))
        .as(Wave::new)
        .list()
        .ofMinSize(5)
        .ofMaxSize(40);
  }

  @Property(tries = 15)
  void storm_anySignalsOnAnyInstances_staysWithinCoolDownAndBudget(
      @ForAll("waves") List<Wave> waves) {
    Storm storm = new Storm(COOL_DOWN, BUDGET, DAY);
    storm.run(waves);
    storm.assertBounded();
  }

  @Example
  void storm_withoutCoolDownAndBudget_isCaught() {
    // The control: the same storm with triggers that allow everything breaks the bounds.
    Storm storm = new Storm(Duration.ZERO, 1_000, DAY);
    storm.run(Collections.nCopies(4, new Wave(0, 20, true, false, 10)));
    boolean caught = false;
    try {
      storm.assertBounded();
    } catch (AssertionError e) {
      caught = true;
    }
    assertThat(caught).isTrue();
  }

  /** Three instances of one pipeline, an alert that is pulled and a check that fails. */
  private static final class Storm {
    private final Bench bench = new Bench(Duration.ofMinutes(10));
    private final Box<Check.Outcome> answer = new Box<>(new Check.Pass("all is well"));
    private final List<PipelineRunner> runners = new ArrayList<>();
    private final Trigger alert;
    private final Trigger drift;
    private int sent;

    Storm(Duration coolDown, int budget, Duration period) {
      alert = Trigger.pulled("alert").withCoolDown(coolDown).withBudget(budget, period);
      drift =
          Trigger.drift("drift", new Asked(answer))
              .withCoolDown(coolDown)
              .withBudget(budget, period);
      for (int i = 0; i < 3; i++) {
        runners.add(runner(i));
      }
    }

    private PipelineRunner runner(int instance) {
      Pipeline pipeline =
          Pipeline.named("p")
              .steps(Step.named("s").code("1").source(Codec.text(), step -> step.run()))
              .build();
      return bench
          .runner(pipeline, "pod-" + instance, b -> b.trigger(alert).trigger(drift))
          .start();
    }

    void run(List<Wave> waves) {
      for (Wave wave : waves) {
        answer.set(wave.failing() ? new Check.Fail("PSI is 0.4") : new Check.Pass("all is well"));
        for (int i = 0; i < wave.signals(); i++) {
          runners.get(wave.instance()).fire("alert", new Trigger.Signal("event-" + sent++, "loud"));
        }
        if (wave.restart()) {
          runners.get(wave.instance()).close();
          runners.set(wave.instance(), runner(wave.instance()));
        }
        bench.time.advance(Duration.ofMinutes(wave.minutes()));
      }
    }

    void assertBounded() {
      List<PipelineRun> runs = new ArrayList<>(runners.get(0).runs(10_000));
      Collections.reverse(runs);
      for (String trigger : List.of("alert", "drift")) {
        List<Instant> at =
            runs.stream()
                .filter(run -> run.request().occasion().trigger().equals(trigger))
                .map(PipelineRun::createdAt)
                .toList();
        for (int i = 1; i < at.size(); i++) {
          assertThat(Duration.between(at.get(i - 1), at.get(i)))
              .as("%s: run %d after the one before", trigger, i)
              .isGreaterThanOrEqualTo(COOL_DOWN);
        }
        for (int i = BUDGET; i < at.size(); i++) {
          assertThat(Duration.between(at.get(i - BUDGET), at.get(i)))
              .as("%s: run %d and the %dth before", trigger, i, BUDGET)
              .isGreaterThanOrEqualTo(DAY);
        }
      }
      long written =
          bench.store.list("pipelines").stream().filter(key -> !key.contains("/epochs/")).count();
      // A run: asked for, claimed, started, result, key, done, ending, end, over, and a kept
      // signal.
      assertThat(written)
          .as("objects of %d runs", runs.size())
          .isLessThanOrEqualTo(12 + 12L * runs.size());
      bench.close();
    }
  }

  private record Asked(Box<Check.Outcome> answer) implements Check {
    @Override
    public String name() {
      return "psi";
    }

    @Override
    public Outcome evaluate() {
      return answer.get();
    }
  }

  @Example
  void fire_eightThreadsOnFourInstances_runOnceAndKeepOne() throws Exception {
    try (Bench bench = new Bench()) {
      List<PipelineRunner> runners = new ArrayList<>();
      Pipeline pipeline =
          Pipeline.named("p")
              .steps(Step.named("s").code("1").source(Codec.text(), step -> step.run()))
              .build();
      for (int i = 0; i < 4; i++) {
        runners.add(bench.runner(pipeline, "pod-" + i, b -> b.trigger(Trigger.pulled("alert"))));
      }
      ExecutorService threads = Executors.newFixedThreadPool(8);
      CountDownLatch begin = new CountDownLatch(1);
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int thread = t;
        done.add(
            threads.submit(
                () -> {
                  begin.await();
                  for (int i = 0; i < 50; i++) {
                    runners
                        .get(thread % 4)
                        .fire("alert", new Trigger.Signal(thread + "-" + i, "loud"));
                  }
                  return null;
                }));
      }
      begin.countDown();
      for (Future<?> one : done) {
        one.get(30, TimeUnit.SECONDS);
      }
      threads.shutdown();
      assertThat(runners.get(0).runs(1_000)).as("runs of 400 signals").hasSize(1);

      runners.get(0).start();
      bench.time.advance(Duration.ofHours(5));
      assertThat(runners.get(0).runs(1_000)).as("and the one that was kept").hasSize(2);
    }
  }
}
