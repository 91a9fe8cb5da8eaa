package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackfillTest {
  private static final Trigger DAILY = Trigger.cron("daily", "0 0 * * *", ZoneOffset.UTC);
  private final List<String> loaded = new ArrayList<>();
  private final Set<String> failing = new HashSet<>();

  private static Interval days(int from, int to) {
    return new Interval(
        Instant.parse("2026-02-01T00:00:00Z").plus(Duration.ofDays(from - 1)),
        Instant.parse("2026-02-01T00:00:00Z").plus(Duration.ofDays(to - 1)));
  }

  private Pipeline pipeline() {
    return Pipeline.named("p")
        .steps(
            Step.named("load")
                .readsInterval()
                .source(
                    Codec.text(),
                    step -> {
                      String day = step.interval().from().toString().substring(0, 10);
                      loaded.add(day);
                      if (failing.contains(day)) {
                        throw new java.io.IOException("no rows of " + day);
                      }
                      return day;
                    }))
        .build();
  }

  private PipelineRunner runner(Bench bench) {
    return bench.runner(pipeline(), "pod-1", b -> b.trigger(DAILY)).start();
  }

  @Test
  void backfill_none_runsOnlyIntervalsWithoutARunInOrder() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = runner(bench);
      runner.backfill(BackfillRequest.of("daily", days(2, 4), "first"));
      assertThat(loaded).containsExactly("2026-02-02", "2026-02-03");
      failing.add("2026-02-05");

      BackfillPlan plan = runner.backfill(BackfillRequest.of("daily", days(1, 6), "second"));

      assertThat(plan.runs()).isEqualTo(3);
      assertThat(plan.items()).hasSize(5);
      assertThat(loaded)
          .containsExactly("2026-02-02", "2026-02-03", "2026-02-01", "2026-02-04", "2026-02-05");
    }
  }

  @Test
  void backfill_failed_runsWhatFailedOnceMoreAndNotForEver() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = runner(bench);
      failing.add("2026-02-02");
      runner.backfill(BackfillRequest.of("daily", days(1, 4), "first"));
      loaded.clear();

      BackfillRequest again =
          BackfillRequest.of("daily", days(1, 4), "again").withReprocess(Reprocess.FAILED);
      assertThat(runner.backfill(again).runs()).isEqualTo(1);
      assertThat(loaded).containsExactly("2026-02-02");
      bench.time.advance(Duration.ofHours(1));
      assertThat(loaded).as("it failed again, and is left").hasSize(1);

      failing.clear();
      runner.backfill(again);
      assertThat(loaded).as("asked for once more").hasSize(2);
    }
  }

  @Test
  void backfill_completedNewestFirst_runsAllAgainBackwards() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = runner(bench);
      runner.backfill(BackfillRequest.of("daily", days(1, 4), "first"));
      loaded.clear();

      runner.backfill(
          BackfillRequest.of("daily", days(1, 4), "all")
              .withReprocess(Reprocess.COMPLETED)
              .newestFirst());

      assertThat(loaded).containsExactly("2026-02-03", "2026-02-02", "2026-02-01");
      assertThat(runner.runs(100)).hasSize(6);
      assertThat(runner.runs(1).get(0).request().occasion().kind())
          .isEqualTo(Occasion.Kind.BACKFILL);
    }
  }

  @Test
  void backfill_intervalWhoseRunGoesOn_waitsForItWhateverTheReprocess() {
    try (Bench bench = new Bench()) {
      Box<Optional<String>> answer = new Box<>(Optional.empty());
      Step<String> load =
          Step.named("load")
              .readsInterval()
              .source(
                  Codec.text(),
                  step -> {
                    loaded.add(step.interval().from().toString().substring(0, 10));
                    return "rows";
                  });
      Step<String> wait =
          Step.named("wait")
              .await(
                  load,
                  Codec.text(),
                  new Awaited<String, String>() {
                    @Override
                    public String start(String input, StepContext step) {
                      return "t";
                    }

                    @Override
                    public Optional<String> poll(String token, StepContext step) {
                      return answer.get();
                    }
                  });
      PipelineRunner runner =
          bench
              .runner(
                  Pipeline.named("p").steps(wait).build(),
                  "pod-1",
                  b -> b.trigger(DAILY).maxActiveRuns(5))
              .start();
      runner.backfill(BackfillRequest.of("daily", days(1, 2), "first"));

      BackfillRequest again =
          BackfillRequest.of("daily", days(1, 2), "again").withReprocess(Reprocess.COMPLETED);
      assertThat(runner.backfill(again).items().get(0).start().outcome())
          .isEqualTo(RunStart.Outcome.BLOCKED);
      bench.time.advance(Duration.ofHours(1));
      assertThat(loaded).containsExactly("2026-02-01");

      answer.set(Optional.of("over"));
      bench.time.advance(Duration.ofMinutes(5));
      assertThat(loaded).containsExactly("2026-02-01", "2026-02-01");
    }
  }

  @Test
  void planBackfill_anything_writesNothing() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = runner(bench);
      runner.backfill(BackfillRequest.of("daily", days(1, 2), "first"));
      List<String> before = bench.store.list("");

      BackfillPlan plan = runner.planBackfill(BackfillRequest.of("daily", days(1, 4), "look"));

      assertThat(plan.id()).isEmpty();
      assertThat(plan.items())
          .extracting(item -> item.start().outcome())
          .containsExactly(
              RunStart.Outcome.EXISTS, RunStart.Outcome.CREATED, RunStart.Outcome.CREATED);
      assertThat(bench.store.list("")).isEqualTo(before);
    }
  }

  @Test
  void backfill_intervalTheScheduleHasRun_isTheSameSlot() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = runner(bench);
      bench.time.advance(Duration.ofDays(2));
      assertThat(loaded).containsExactly("2026-03-02", "2026-03-03");

      BackfillPlan plan =
          runner.backfill(
              BackfillRequest.of(
                  "daily",
                  new Interval(
                      Instant.parse("2026-03-02T00:00:00Z"), Instant.parse("2026-03-04T00:00:00Z")),
                  "nothing to do"));

      assertThat(plan.runs()).isZero();
      assertThat(loaded).hasSize(2);
    }
  }

  @Test
  void backfill_whatCannotBe_isRefusedWithTheNumbers() {
    try (Bench bench = new Bench()) {
      Trigger minutely = Trigger.cron("minutely", "* * * * *", ZoneOffset.UTC);
      PipelineRunner runner =
          bench.runner(
              pipeline(), "pod-1", b -> b.trigger(minutely).trigger(Trigger.pulled("alert")));
      assertThatThrownBy(() -> runner.backfill(BackfillRequest.of("minutely", days(1, 20), "much")))
          .hasMessageContaining("more than 10000 intervals of trigger 'minutely'");
      assertThatThrownBy(() -> runner.backfill(BackfillRequest.of("alert", days(1, 2), "no")))
          .hasMessageContaining("is no schedule");
      assertThatThrownBy(() -> runner.backfill(BackfillRequest.of("nobody", days(1, 2), "no")))
          .hasMessageContaining("Triggers: [minutely, alert]");
    }
  }
}
