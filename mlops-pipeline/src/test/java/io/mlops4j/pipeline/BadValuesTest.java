package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.pipeline.batch.AnswerColumns;
import io.mlops4j.pipeline.batch.BadRows;
import io.mlops4j.pipeline.batch.BatchException;
import io.mlops4j.pipeline.batch.BatchScoring;
import io.mlops4j.pipeline.batch.BatchSink;
import io.mlops4j.pipeline.batch.BatchSource;
import io.mlops4j.pipeline.search.Folds;
import io.mlops4j.pipeline.search.SearchSpace;
import io.mlops4j.pipeline.search.TimeFolds;
import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that are too large, empty, or nothing one can work with: one sentence says what is. */
class BadValuesTest {
  /** As long as there is: more nanoseconds than a long holds. */
  private static final Duration ENDLESS = Duration.ofSeconds(Long.MAX_VALUE);

  private static final Interval ALWAYS = new Interval(Instant.MIN, Instant.MAX);
  private static final Command ECHO = Command.of(Path.of("/bin/echo"));
  private static final Model<Row, Double> MODEL = rows -> List.of(0.5);

  record Row(long second) {}

  private static Arguments of(String message, ThrowingCallable call) {
    return Arguments.of(message, call);
  }

  private static Pipeline pipeline() {
    return Pipeline.named("p")
        .steps(Step.named("load").code("1").source(Codec.text(), step -> "rows"))
        .build();
  }

  private static PipelineRunner.Builder runner(Bench bench) {
    return PipelineRunner.of(pipeline(), bench.store, "pod")
        .time(bench.time)
        .executor(Runnable::run)
        .trigger(Trigger.cron("hourly", "0 * * * *", ZoneOffset.UTC));
  }

  private static ThrowingCallable running(Consumer<PipelineRunner> call) {
    return () -> {
      try (Bench bench = new Bench();
          PipelineRunner runner = runner(bench).build()) {
        call.accept(runner);
      }
    };
  }

  private static Folds<Row> folds(Instant first, TimeFolds how) {
    List<Labeled<Row>> rows =
        Stream.of(1L, 2L, 3L, 4L).map(at -> new Labeled<>(new Row(at), 0)).toList();
    return Folds.timeOrdered(
        LabeledDataset.of(Schema.of(Row.class), rows), row -> first.plusSeconds(row.second()), how);
  }

  private static BatchScoring<Row, Double> job(Path out) {
    return BatchScoring.with(new ModelVersion("m", 1), MODEL)
        .from(BatchSource.csv(Path.of("rows.csv"), Schema.of(Row.class)))
        .answers(AnswerColumns.score("risk"))
        .to(BatchSink.csv(out));
  }

  static Stream<Arguments> ofSteps() {
    return Stream.of(
        of(
            "timeout: " + ENDLESS + " (expected: more than zero, at most 3650 days)",
            () -> Step.named("s").timeout(ENDLESS)),
        of(
            "every: PT-1S (expected: more than zero, at most 3650 days)",
            () -> Step.named("s").every(Duration.ofSeconds(-1))),
        of("name: \"\" (expected: a variable's name", () -> ECHO.withVariable("", "x")),
        of("name: \"A=B\" (expected: a variable's name", () -> ECHO.withVariable("A=B", "x")),
        of("the value of KEY has a NUL character", () -> ECHO.withSecret("KEY", "sesame\0")),
        of("an argument has a NUL character", () -> ECHO.plus("a\0b")),
        of(
            "What was kept of a step is no whole number",
            () -> Codec.number().read("1e9".getBytes(US_ASCII))),
        of(
            "What was kept of a step is no version",
            () -> Codec.version().read("m:99999999999".getBytes(US_ASCII))));
  }

  static Stream<Arguments> ofRunners() {
    return Stream.of(
        of("every: " + ENDLESS, () -> runner(new Bench()).every(ENDLESS)),
        of("lease: " + ENDLESS, () -> runner(new Bench()).lease(ENDLESS)),
        of("most: -1 (expected: 0 or more)", running(runner -> runner.runs(-1))),
        of("most: -1 (expected: 0 or more)", running(runner -> runner.overview(-1))),
        of("run: \"\" is none of pipeline 'p'", running(runner -> runner.page(""))),
        of(
            "range: " + ALWAYS + " (expected: between 1900",
            running(runner -> runner.planBackfill(BackfillRequest.of("hourly", ALWAYS, "")))));
  }

  static Stream<Arguments> ofBatchesAndSearches() {
    Path rows = Path.of("rows.csv");
    Path out = Path.of("out.csv");
    return Stream.of(
        of(
            "checkpointEvery: " + ENDLESS + " (expected: 0 to 3650 days)",
            () -> job(out).checkpointEvery(ENDLESS)),
        of("rowsPerSecond: NaN", () -> job(out).rowsPerSecond(Double.NaN)),
        of("columns: none (expected: at least one)", () -> AnswerColumns.of(List.of(), x -> null)),
        of("labels: none (expected: one per class)", () -> AnswerColumns.probabilities("c")),
        of("file: \"/\" (expected: a file with a name)", () -> BatchSink.csv(Path.of("/"))),
        of("file: \"\" (expected: a file with a name)", () -> BatchSink.jsonLines(Path.of(""))),
        of("rejects: \"/\" (expected: a file", () -> BadRows.skipTo(Path.of("/"), 1)),
        of("to: rows.csv is named by from, too", () -> job(rows).run()),
        of(
            "to: ./rows.csv is named by from, too",
            () -> job(Path.of("./rows.csv")).restart().run()),
        of(
            "badRows: out.csv is named by to, too",
            () -> job(out).badRows(BadRows.skipTo(out, 9)).run()),
        of(
            "with a finite difference",
            () -> SearchSpace.empty().uniform("a", -Double.MAX_VALUE, Double.MAX_VALUE)),
        of(
            "with a finite ratio",
            () -> SearchSpace.empty().logUniform("a", Double.MIN_VALUE, Double.MAX_VALUE)),
        of("horizon: " + ENDLESS, () -> TimeFolds.of(2).withHorizon(ENDLESS)),
        of("embargo: PT-1S", () -> TimeFolds.of(2).withEmbargo(Duration.ofSeconds(-1))),
        of(
            "expected: more than 2 test periods of 2147483647 rows",
            () -> folds(Instant.EPOCH, TimeFolds.of(2).withTestRows(Integer.MAX_VALUE))),
        of("(expected: within 9,500 years of 1970)", () -> folds(Instant.MIN, TimeFolds.of(1))));
  }

  @ParameterizedTest
  @MethodSource({"ofSteps", "ofRunners", "ofBatchesAndSearches"})
  void call_badValue_isOneClearError(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfAny(
            IllegalArgumentException.class, IllegalStateException.class, PipelineException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("sesame", "Exception");
  }

  @Test
  void through_closedPredictor_saysSo() {
    Predictor<Row, Double> predictor = Predictor.of(MODEL).build();
    predictor.close();
    BatchScoring<Row, Double> job =
        BatchScoring.through(predictor)
            .from(BatchSource.csv(Path.of("rows.csv"), Schema.of(Row.class)))
            .answers(AnswerColumns.score("risk"))
            .to(BatchSink.csv(Path.of("out.csv")));

    assertThatThrownBy(job::run)
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("The predictor is closed");
  }

  @Test
  void runner_closed_readsAndAsksForNothing() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(pipeline(), "pod", b -> b.trigger(Trigger.pulled("a")));
      runner.start();
      String run = runner.run("r", "").run();
      runner.close();
      runner.close();
      List<String> before = bench.store.list("");

      List<ThrowingCallable> asking =
          List.of(
              () -> runner.run("s", ""),
              () -> runner.fire("a", new Trigger.Signal("1", "")),
              () -> runner.cancel(run, ""),
              () -> runner.backfill(BackfillRequest.of("a", Interval.at(Bench.START), "")));
      for (ThrowingCallable each : asking) {
        assertThatThrownBy(each)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("The runner of pipeline 'p' is closed");
      }
      runner.pass();
      assertThat(runner.find(run).orElseThrow().status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(runner.leads()).isFalse();
      assertThat(bench.store.list("")).as("nothing was written").isEqualTo(before);
    }
  }

  @Test
  void run_clockGoesBackwards_isTheSameRunAndBothAreOver() {
    try (Bench bench = new Bench()) {
      PipelineRunner early = bench.runner(pipeline()).start();
      RunStart first = early.run("r", "");
      early.close();
      // The next process is on a machine whose clock is a year behind.
      bench.time = VirtualTime.startingAt(Bench.START.minus(Duration.ofDays(365)));
      PipelineRunner late = bench.runner(pipeline()).start();

      assertThat(late.run("r", "").created()).as("the same id is the same run").isFalse();
      RunStart second = late.run("s", "");
      assertThat(second.created()).isTrue();
      for (RunStart each : List.of(first, second)) {
        assertThat(late.find(each.run()).orElseThrow().status()).isEqualTo(RunStatus.SUCCEEDED);
      }
    }
  }
}
