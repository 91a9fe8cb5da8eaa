package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is wrong is said at the line that is wrong, with the value and what was expected. */
class ValuesTest {
  private static final Step<String> LOAD = Step.named("load").source(Codec.text(), step -> "x");

  @Test
  void step_wrongValues_areRefusedWithWhatWasExpected() {
    assertThatThrownBy(() -> Step.named("a/b")).hasMessageContaining("step: \"a/b\" (expected: ");
    assertThatThrownBy(() -> Step.named("s").with("a b", 1)).hasMessageContaining("parameter");
    assertThatThrownBy(() -> Step.named("s").with("a", 1).with("a", 2))
        .hasMessageContaining("parameter a is set already, to 1");
    assertThatThrownBy(() -> Step.named("s").timeout(Duration.ZERO))
        .hasMessageContaining("timeout: PT0S (expected: more than zero, at most 3650 days)");
    assertThatThrownBy(() -> Step.named("s").everyRun().reused())
        .hasMessageContaining("reused is set already, to false");
  }

  @Test
  void retry_wrongValues_areRefusedWithWhatWasExpected() {
    assertThatThrownBy(() -> Retry.attempts(0)).hasMessage("attempts: 0 (expected: 1..100)");
    assertThatThrownBy(
            () -> Retry.attempts(2).withBackOff(Duration.ofHours(2), Duration.ofHours(1)))
        .hasMessageContaining("firstWait: PT2H");
    assertThatThrownBy(() -> new Retry(2, Duration.ZERO, Double.NaN, Duration.ZERO))
        .hasMessageContaining("factor: NaN");
    assertThatThrownBy(() -> Retry.attempts(2).withBackOff(Duration.ZERO, Duration.ofDays(2)))
        .hasMessageContaining("maxWait: PT48H");
    assertThat(Retry.attempts(9).after(3)).isEqualTo(Duration.ofSeconds(40));
    assertThat(Retry.attempts(99).after(90)).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void pipeline_wrongSteps_areRefusedWithTheirNames() {
    Step<String> other = Step.named("load").source(Codec.text(), step -> "y");
    assertThatThrownBy(() -> Pipeline.named("p").steps(LOAD, other))
        .hasMessageContaining("two different steps are called load");
    assertThatThrownBy(() -> Pipeline.named("p").build()).hasMessageContaining("steps: 0");
    assertThatThrownBy(
            () ->
                Pipeline.named("p").steps(LOAD).onRollBack(other, (made, why, step) -> {}).build())
        .hasMessageContaining("which is none of its steps: load");
    Step<String> one = Step.named("one").with("rate", 1).source(Codec.text(), step -> "");
    Step<String> two = Step.named("two").with("rate", 2).source(Codec.text(), step -> "");
    assertThatThrownBy(() -> Pipeline.named("p").steps(one, two).build())
        .hasMessageContaining("parameter rate is 1 in one step and 2 in two");
  }

  @Test
  void trigger_wrongValues_areRefusedWithWhatWasExpected() {
    Trigger nightly = Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC);
    assertThatThrownBy(() -> nightly.withCoolDown(Duration.ofHours(-1)))
        .hasMessageContaining("coolDown: PT-1H");
    assertThatThrownBy(() -> nightly.withBudget(0, Duration.ofDays(1)))
        .hasMessageContaining("runs: 0 (expected: 1..1000)");
    assertThatThrownBy(() -> nightly.withBudget(1, Duration.ZERO)).hasMessageContaining("period");
    assertThatThrownBy(() -> nightly.withInterval(Interval::at))
        .hasMessageContaining("its schedule says the intervals");
    assertThatThrownBy(() -> Trigger.when("x", Occasion.Kind.SCHEDULE, Optional::empty))
        .hasMessageContaining("kind: SCHEDULE");
    assertThat(nightly).hasToString("nightly (SCHEDULE)");
  }

  @Test
  void runner_wrongValues_areRefusedWithWhatWasExpected() {
    try (Bench bench = new Bench()) {
      Pipeline pipeline = Pipeline.named("p").steps(LOAD).build();
      Trigger alert = Trigger.pulled("alert");
      assertThatThrownBy(() -> bench.runner(pipeline, "a/b", b -> b))
          .hasMessageContaining("instance");
      assertThatThrownBy(() -> bench.runner(pipeline, "pod", b -> b.trigger(alert).trigger(alert)))
          .hasMessageContaining("two triggers are called alert");
      assertThatThrownBy(() -> bench.runner(pipeline, "pod", b -> b.maxActiveRuns(0)))
          .hasMessageContaining("maxActiveRuns: 0 (expected: 1..100)");
      assertThatThrownBy(() -> bench.runner(pipeline, "pod", b -> b.every(Duration.ofDays(1))))
          .hasMessageContaining("every is set already");
      assertThatThrownBy(
              () ->
                  bench.runner(
                      pipeline, "pod", b -> b.trigger(alert.withParameters(Map.of("x", "1")))))
          .hasMessageContaining("alert (ALERT) gives parameter x");
      PipelineRunner runner = bench.runner(pipeline, "pod", b -> b.trigger(alert));
      assertThatThrownBy(() -> runner.fire("nobody", new Trigger.Signal("1", "")))
          .hasMessageContaining("Triggers: [alert]");
      assertThatThrownBy(() -> runner.cancel("nobody", "")).hasMessageContaining("nobody");
      assertThatThrownBy(() -> runner.whenOver("nobody")).hasMessageContaining("nobody");
      runner.start();
      assertThatThrownBy(runner::start).hasMessageContaining("is started");
      runner.close();
      assertThatThrownBy(runner::start).hasMessageContaining("is closed");
    }
  }

  @Test
  void interval_backwards_isRefused() {
    assertThatThrownBy(() -> new Interval(Instant.EPOCH, Instant.EPOCH.minusSeconds(1)))
        .hasMessageContaining("expected: not before from");
    assertThat(new Interval(Instant.EPOCH, Instant.EPOCH.plusSeconds(1)))
        .isGreaterThan(Interval.at(Instant.EPOCH));
  }

  @Test
  void codec_model_readsWhatItWroteByteForByte() {
    ModelFiles files =
        ModelFiles.of("constant", Map.of("a", new byte[] {1}, "b", new byte[0]))
            .withSignature("b".repeat(64));
    byte[] bytes = Codec.model().write(files);
    ModelArtifact back = Codec.model().read(bytes);
    assertThat(back.files()).containsExactly("a", "b");
    assertThat(back.bytes("a")).containsExactly(1);
    assertThat(back.signature()).contains("b".repeat(64));
    assertThat(Codec.model().write(back)).isEqualTo(bytes);
  }

  @Test
  void codec_smallValues_comeBack() {
    ModelVersion version = new ModelVersion("m", 7);
    assertThat(Codec.version().read(Codec.version().write(version))).isEqualTo(version);
    assertThat(Codec.number().read(Codec.number().write(-5L))).isEqualTo(-5L);
    assertThat(Codec.bytes().read(Codec.bytes().write(new byte[] {9}))).containsExactly(9);
    assertThatThrownBy(() -> Codec.version().read(new byte[] {'x'}))
        .isInstanceOf(PipelineException.class);
    assertThat(Codec.text()).hasToString("text");
  }

  @Test
  void check_noData_isNoPass() {
    Step<String> unsure =
        Step.named("unsure").check(LOAD, (rows, step) -> new Check.NoData("12 rows of 500"));
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("p").steps(unsure).build()).start();
      PipelineRun run = runner.find(runner.run("r", "").run()).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
      assertThat(run.reason()).contains("No data: 12 rows of 500");
      assertThatThrownBy(() -> run.step("nobody")).hasMessageContaining("Steps: load, unsure");
    }
  }
}
