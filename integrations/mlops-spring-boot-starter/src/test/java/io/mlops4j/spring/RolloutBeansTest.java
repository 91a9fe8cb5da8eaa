package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutLog;
import io.mlops4j.delivery.RolloutStatus.Phase;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Rollouts from properties. */
@Timeout(300)
class RolloutBeansTest {
  @TempDir Path directory;
  private ApplicationContextRunner runner;

  @BeforeEach
  void aRegistryWithAChampionAndACandidate() {
    Models.promote(directory, "flight-delay", Models.trees());
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      registry.model("flight-delay").register(Models.trees(), Lineage.unknown());
    }
    runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MlopsAutoConfiguration.class))
            .withPropertyValues(
                "mlops.registry.directory=" + directory,
                "mlops.predictors.flightDelay.model=flight-delay",
                "mlops.predictors.flightDelay.row-type=io.mlops4j.spring.Flight",
                "mlops.predictors.flightDelay.unit-by=origin",
                "mlops.rollouts.flightDelay.steps=1");
  }

  @Configuration(proxyBeanMethods = false)
  static class Meters {
    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }

    @Bean
    @Qualifier("flightDelayRollout")
    Check quality() {
      return new Check() {
        @Override
        public String name() {
          return "quality";
        }

        @Override
        public Outcome evaluate() {
          return new NoData("No labels yet.");
        }
      };
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void rollout_fromProperties_movesThePredictorsTraffic() {
    runner
        .withUserConfiguration(Meters.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              var predictor = (TrafficSplit<Flight, Double>) context.getBean(Predictor.class);
              var rollout = (Rollout<Flight, Double>) context.getBean("flightDelayRollout");
              double before = predictor.predict(Flight.ONE);

              assertThat(rollout.start(2, "weekly").phase()).isEqualTo(Phase.RUNNING);
              while (predictor.candidateProblem().isPresent()) {
                assertThat(predictor.candidateFailed()).isFalse();
                Thread.onSpinWait();
              }
              var answer = predictor.predictDetailed(Flight.ONE);
              assertThat(answer.version().number()).isEqualTo(2);
              assertThat(answer.output()).isEqualTo(before);
              rollout.look();
              assertThat(rollout.results())
                  .anySatisfy(r -> assertThat(r.sentence()).isEqualTo("No labels yet."));
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("mlops.rollout.share")
                          .gauge()
                          .value())
                  .isEqualTo(1);

              RolloutLog.of(ObjectStores.directory(directory), "flight-delay")
                  .abort("by hand", "ann", Instant.now());
              assertThat(rollout.look().phase()).isEqualTo(Phase.ABORTED);
              assertThat(predictor.predictDetailed(Flight.ONE).version().number()).isEqualTo(1);
            });
  }

  @Test
  void rollout_ofNoPredictor_withoutUnit_orOutOfRange_saysWhatToChange() {
    runner
        .withPropertyValues("mlops.rollouts.other.steps=1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasMessageContaining("mlops.rollouts.other is about a predictor"));
    runner
        .withPropertyValues("mlops.rollouts.flightDelay.min-samples=3")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("minSamples: 3 (expected: 50 or more)"));
    runner
        .withPropertyValues("mlops.predictors.flightDelay.unit-by=")
        .run(context -> assertThat(context).hasFailed());
  }
}
