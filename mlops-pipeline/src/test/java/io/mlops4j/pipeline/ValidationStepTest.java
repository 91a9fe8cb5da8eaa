package io.mlops4j.pipeline;

import static io.mlops4j.data.expect.Expectation.feature;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A suite of expectations as a step: what it refuses is not trained on. */
class ValidationStepTest {
  record Trip(double distance) {}

  private static final Expectations<Trip> EXPECTED =
      Expectations.of(Schema.of(Trip.class), feature("distance").isBetween(0, 6000));

  private final List<String> trained = new ArrayList<>();

  private PipelineRun run(long farthest) {
    Step<Long> load = Step.named("load").source(Codec.number(), step -> farthest);
    Step<Long> valid =
        Step.named("validate")
            .check(
                load,
                (far, step) ->
                    EXPECTED
                        .validate(
                            Dataset.of(
                                EXPECTED.schema(), List.of(new Trip(733), new Trip((double) far))))
                        .evaluate());
    Step<Long> model =
        Step.named("train")
            .map(
                valid,
                Codec.number(),
                (far, step) -> {
                  trained.add("train");
                  return far;
                });
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("trips").steps(model).build()).start();
      return runner.find(runner.run("one", "by hand").run()).orElseThrow();
    }
  }

  @Test
  void validate_rowsAsExpected_areTrainedOn() {
    assertThat(run(5_999).status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(trained).containsExactly("train");
  }

  @ParameterizedTest
  @ValueSource(longs = {6_001, -1})
  void validate_rowsOutOfRange_areRefusedBeforeTraining(long farthest) {
    PipelineRun run = run(farthest);

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.step("validate").error()).contains("distance", "1 of 2");
    assertThat(run.step("train").status()).isNotEqualTo(StepStatus.DONE);
    assertThat(trained).isEmpty();
  }
}
