package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PipelineRunnerTest {
  private final List<String> did = new ArrayList<>();

  private Pipeline threeSteps() {
    Step<Long> load =
        Step.named("load")
            .source(
                Codec.number(),
                step -> {
                  did.add("load");
                  return 20L;
                });
    Step<Long> doubled =
        Step.named("double")
            .with("by", 2)
            .map(
                load,
                Codec.number(),
                (n, step) -> {
                  did.add("double");
                  return n * (long) step.number("by");
                });
    Step<String> text =
        Step.named("say")
            .map(
                doubled,
                load,
                Codec.text(),
                (twice, once, step) -> {
                  did.add("say");
                  return once + " becomes " + twice;
                });
    return Pipeline.named("numbers").steps(text).build();
  }

  @Test
  void run_threeSteps_runsEachAfterThoseItNeeds() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(threeSteps()).start();

      RunStart start = runner.run("first", "Ada wants to see it");

      PipelineRun run = runner.find(start.run()).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(did).containsExactly("load", "double", "say");
      assertThat(runner.whenOver(start.run())).isCompletedWithValueMatching(r -> r.equals(run));
      assertThat(run.request().occasion().evidence()).isEqualTo("Ada wants to see it");
    }
  }

  @Test
  void run_secondRunWithTheSameInputs_reusesAllButTheSource() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(threeSteps()).start();
      runner.run("first", "");
      did.clear();

      PipelineRun run = runner.find(runner.run("second", "").run()).orElseThrow();

      assertThat(did).containsExactly("load");
      assertThat(run.step("double").status()).isEqualTo(StepStatus.REUSED);
      assertThat(run.step("say").reusedFrom()).isPresent();
    }
  }

  @Test
  void run_parameterDiffers_runsWhatDependsOnIt() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(threeSteps()).start();
      runner.run("first", "");
      did.clear();

      Occasion why =
          new Occasion("manual", Occasion.Kind.MANUAL, "second", Bench.START, "other factor");
      runner.run(RunRequest.of(why, Interval.at(Bench.START)).with("by", 3));

      assertThat(did).containsExactly("load", "double", "say");
    }
  }

  @Test
  void run_askedTwice_runsOnce() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(threeSteps()).start();
      RunStart first = runner.run("once", "");
      RunStart second = runner.run("once", "");

      assertThat(first.outcome()).isEqualTo(RunStart.Outcome.CREATED);
      assertThat(second.outcome()).isEqualTo(RunStart.Outcome.EXISTS);
      assertThat(second.run()).isEqualTo(first.run());
      assertThat(did).hasSize(3);
    }
  }

  @Test
  void run_stepFailsTwice_isTriedAgainAfterTheBackOff() {
    AtomicInteger calls = new AtomicInteger();
    Step<String> flaky =
        Step.named("flaky")
            .retry(Retry.attempts(3))
            .source(
                Codec.text(),
                step -> {
                  if (calls.incrementAndGet() < 3) {
                    throw new java.io.IOException("away");
                  }
                  return "done at attempt " + step.attempt();
                });
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("flaky").steps(flaky).build()).start();
      String id = runner.run("r", "").run();

      assertThat(calls).hasValue(1);
      bench.time.advance(Duration.ofMillis(9_999));
      assertThat(calls).hasValue(1);
      bench.time.advance(Duration.ofMillis(1));
      assertThat(calls).hasValue(2);
      assertThat(runner.find(id).orElseThrow().step("flaky").error())
          .isEqualTo("IOException: away");
      bench.time.advance(Duration.ofSeconds(20));
      assertThat(calls).hasValue(3);
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.SUCCEEDED);
    }
  }

  @Test
  void run_checkFails_isRefusedAndWhatWasDoneIsUndone() {
    Step<String> load = Step.named("load").source(Codec.text(), step -> "rows");
    Step<String> valid =
        Step.named("validate").check(load, (rows, step) -> new Check.Pass("all there"));
    Step<String> gate =
        Step.named("gate").check(valid, (rows, step) -> new Check.Fail("AUC 0.58 is below 0.60"));
    Pipeline pipeline =
        Pipeline.named("gated")
            .steps(gate)
            .onRollBack(load, (made, why, step) -> did.add("undo load " + made + ": " + why))
            .onRollBack(valid, (made, why, step) -> did.add("undo validate"))
            .build();
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(pipeline).start();
      PipelineRun run = runner.find(runner.run("r", "").run()).orElseThrow();

      assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
      assertThat(run.reason()).isEqualTo("Step 'gate': AUC 0.58 is below 0.60");
      assertThat(did)
          .containsExactly(
              "undo validate", "undo load rows: REFUSED: Step 'gate': AUC 0.58 is below 0.60");
      assertThat(run.step("validate").note()).isEqualTo("all there");
    }
  }

  @Test
  void run_stepWaits_goesOnWhenTheAnswerIsThereOnAnyInstance() {
    List<String> answers = new ArrayList<>();
    Step<String> version = Step.named("version").source(Codec.text(), step -> "m:7");
    Step<String> canary =
        Step.named("canary")
            .every(Duration.ofMinutes(5))
            .await(
                version,
                Codec.text(),
                new Awaited<String, String>() {
                  @Override
                  public String start(String input, StepContext step) {
                    did.add("start " + input);
                    return "rollout-1";
                  }

                  @Override
                  public Optional<String> poll(String token, StepContext step) {
                    did.add("poll " + token);
                    return answers.stream().findFirst();
                  }
                });
    Pipeline pipeline = Pipeline.named("waits").steps(canary).build();
    try (Bench bench = new Bench()) {
      PipelineRunner first = bench.runner(pipeline).start();
      String id = first.run("r", "").run();
      assertThat(first.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
      assertThat(did).containsExactly("start m:7", "poll rollout-1");
      int objects = bench.store.list("pipelines").size();
      bench.time.advance(Duration.ofDays(1));
      assertThat(did).hasSize(2 + 24 * 12);
      assertThat(bench.store.list("pipelines")).as("waiting writes nothing").hasSize(objects);
      first.close();

      PipelineRunner second = bench.runner(pipeline, "pod-2", b -> b).start();
      answers.add("promoted");
      bench.time.advance(Duration.ofMinutes(5));

      PipelineRun run = second.find(id).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(run.step("canary").took()).isGreaterThan(Duration.ofDays(1));
      assertThat(did.stream().filter(what -> what.startsWith("start"))).hasSize(1);
    }
  }

  @Test
  void run_stepAsksForWhatItDidNotDeclare_failsAndSaysHow() {
    Step<String> sneaky =
        Step.named("sneaky").reused().source(Codec.text(), step -> step.interval().toString());
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("sneaky").steps(sneaky).build()).start();
      PipelineRun run = runner.find(runner.run("r", "").run()).orElseThrow();

      assertThat(run.status()).isEqualTo(RunStatus.FAILED);
      assertThat(run.reason()).contains("Add readsInterval() to the step.");
    }
  }

  @Test
  void run_unknownParameter_isRefusedWithThoseThereAre() {
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(threeSteps());
      Occasion why = new Occasion("manual", Occasion.Kind.MANUAL, "x", Bench.START, "");
      RunRequest request = RunRequest.of(why, Interval.at(Bench.START)).with("bye", 3);

      assertThatThrownBy(() -> runner.run(request))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("bye")
          .hasMessageContaining("[by]");
    }
  }
}
