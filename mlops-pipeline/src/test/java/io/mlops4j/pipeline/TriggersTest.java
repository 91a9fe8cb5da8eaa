package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.data.DatasetSnapshot;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TriggersTest {
  private static Pipeline interval() {
    return Pipeline.named("p")
        .steps(
            Step.named("load")
                .readsInterval()
                .source(Codec.text(), step -> step.interval().toString()))
        .build();
  }

  private static final Trigger NIGHTLY = Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC);

  @Test
  void cron_threeDays_runsEachIntervalOnceAndNoneFromBeforeItWasSeen() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(NIGHTLY)).start();
      assertThat(runner.runs(10)).isEmpty();

      bench.time.advance(Duration.ofDays(3));

      assertThat(runner.runs(10))
          .extracting(run -> run.request().interval().toString())
          .containsExactly(
              "2026-03-04T03:00:00Z/2026-03-05T03:00:00Z",
              "2026-03-03T03:00:00Z/2026-03-04T03:00:00Z",
              "2026-03-02T03:00:00Z/2026-03-03T03:00:00Z");
    }
  }

  @Test
  void cron_afterAPause_runsTheLatestIntervalAndSaysHowManyItPassedOver() {
    try (Bench bench = new Bench()) {
      PipelineRunner first = bench.runner(interval(), "pod-1", b -> b.trigger(NIGHTLY)).start();
      bench.time.advance(Duration.ofDays(1));
      first.close();
      bench.time.advance(Duration.ofDays(10));

      PipelineRunner second = bench.runner(interval(), "pod-1", b -> b.trigger(NIGHTLY)).start();

      List<PipelineRun> runs = second.runs(10);
      assertThat(runs).hasSize(2);
      assertThat(runs.get(0).request().interval().to())
          .isEqualTo(Instant.parse("2026-03-13T03:00:00Z"));
      assertThat(runs.get(0).request().occasion().evidence())
          .contains("9 intervals before it had no run");
    }
  }

  @Test
  void cron_clockSetBackADay_runsNothingTwice() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(NIGHTLY)).start();
      bench.time.advance(Duration.ofDays(2));
      assertThat(runner.runs(10)).hasSize(2);

      bench.time.setWallClock(bench.time.now().minus(Duration.ofDays(1)));
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10)).hasSize(2);
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10)).hasSize(3);
    }
  }

  @Test
  void cron_clockWrongByYearsForAWhile_goesOnWhenItIsRight() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(NIGHTLY)).start();
      Instant right = bench.time.now();
      bench.time.setWallClock(Instant.parse("2099-01-01T12:00:00Z"));
      bench.time.advance(Duration.ofMinutes(1));
      assertThat(runner.runs(10)).hasSize(1);

      bench.time.setWallClock(right);
      bench.time.advance(Duration.ofDays(1));

      assertThat(runner.runs(10)).hasSize(2);
      assertThat(runner.runs(1).get(0).request().interval().to())
          .isEqualTo(Instant.parse("2026-03-03T03:00:00Z"));
    }
  }

  private DatasetSnapshot snapshot(Bench bench, String content) {
    return DatasetSnapshot.byContent(
        bench.store,
        "rows",
        Map.of(
            "rows.csv", () -> new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void dataArrival_newDigest_runsOnceForEachAndCoolsDown() {
    try (Bench bench = new Bench()) {
      Box<Optional<DatasetSnapshot>> newest = new Box<>(Optional.empty());
      Trigger arrival =
          Trigger.dataArrival("rows", newest::get)
              .withInterval(now -> new Interval(now.minus(Duration.ofDays(30)), now));
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(arrival)).start();
      bench.time.advance(Duration.ofMinutes(1));
      assertThat(runner.runs(10)).isEmpty();

      DatasetSnapshot first = snapshot(bench, "a");
      newest.set(Optional.of(first));
      bench.time.advance(Duration.ofMinutes(5));
      assertThat(runner.runs(10)).hasSize(1);
      assertThat(runner.runs(1).get(0).request().occasion().id()).isEqualTo(first.digest());

      newest.set(Optional.of(snapshot(bench, "b")));
      bench.time.advance(Duration.ofMinutes(50));
      assertThat(runner.runs(10)).as("cools down for an hour").hasSize(1);
      bench.time.advance(Duration.ofMinutes(10));
      assertThat(runner.runs(10)).hasSize(2);

      newest.set(Optional.of(snapshot(bench, "a")));
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10)).as("seen before").hasSize(2);
    }
  }

  @Test
  void drift_checkFailsForAWeek_runsOncePerCoolDownWithinItsBudget() {
    try (Bench bench = new Bench()) {
      Box<Check.Outcome> answer = new Box<>(new Check.NoData("12 rows of 500"));
      Trigger drift =
          Trigger.drift("drift", check(answer))
              .withCoolDown(Duration.ofHours(12))
              .withBudget(3, Duration.ofDays(4));
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(drift)).start();
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10)).as("no data moves nothing").isEmpty();

      answer.set(new Check.Fail("PSI of distance is 0.31, above 0.2"));
      bench.time.advance(Duration.ofHours(1));
      assertThat(runner.runs(10)).hasSize(1);
      assertThat(runner.runs(1).get(0).request().occasion().evidence())
          .isEqualTo("psi: PSI of distance is 0.31, above 0.2");
      bench.time.advance(Duration.ofDays(3));
      assertThat(runner.runs(10)).as("at most 3 in 4 days").hasSize(3);
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10)).hasSize(4);
    }
  }

  private static Check check(Box<Check.Outcome> answer) {
    return new Check() {
      @Override
      public String name() {
        return "psi";
      }

      @Override
      public Outcome evaluate() {
        return answer.get();
      }
    };
  }

  @Test
  void drift_clockSetBackAYearWhileCoolingDown_coolsDownNoLonger() {
    try (Bench bench = new Bench()) {
      Trigger drift = Trigger.drift("drift", check(new Box<>(new Check.Fail("drifted"))));
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(drift)).start();
      assertThat(runner.runs(10)).hasSize(1);

      bench.time.setWallClock(bench.time.now().minus(Duration.ofDays(365)));
      bench.time.advance(Duration.ofMinutes(59));
      assertThat(runner.runs(10)).hasSize(1);
      bench.time.advance(Duration.ofMinutes(2));
      assertThat(runner.runs(10)).hasSize(2);
    }
  }

  @Test
  void trigger_thatThrows_harmsNoOther() {
    try (Bench bench = new Bench()) {
      Trigger broken =
          Trigger.when(
              "broken",
              Occasion.Kind.DRIFT,
              () -> {
                throw new IllegalStateException("no connection");
              });
      PipelineRunner runner =
          bench.runner(interval(), "pod-1", b -> b.trigger(broken).trigger(NIGHTLY)).start();
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10)).hasSize(1);
    }
  }

  @Test
  void fire_aThousandSignals_runsOneAndKeepsOne() {
    try (Bench bench = new Bench()) {
      Trigger alert = Trigger.pulled("alert");
      PipelineRunner runner = bench.runner(interval(), "pod-1", b -> b.trigger(alert)).start();
      for (int i = 0; i < 1_000; i++) {
        RunStart start = runner.fire("alert", new Trigger.Signal("event-" + i, "loud"));
        if (i > 0) {
          assertThat(start.outcome()).isEqualTo(RunStart.Outcome.BLOCKED);
          assertThat(start.sentence())
              .startsWith("Trigger 'alert' cools down: run ")
              .endsWith(i == 1 ? "The signal is kept." : "signal of it is kept already.");
        }
      }
      int objects = bench.store.list("pipelines").size();
      assertThat(runner.runs(10)).hasSize(1);
      assertThat(objects).as("objects written in a storm").isLessThan(15);

      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.runs(10))
          .extracting(run -> run.request().occasion().id())
          .containsExactly("event-1", "event-0");
    }
  }
}
