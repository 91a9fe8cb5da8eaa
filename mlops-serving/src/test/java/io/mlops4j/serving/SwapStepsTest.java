package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.serving.PredictorStatus.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each step of a version can be seen, and so can whether a predictor is fit to be asked. */
@Timeout(60)
class SwapStepsTest {
  private final SwitchableSource<Integer, Integer> source = new SwitchableSource<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<SwapStep> steps = new CopyOnWriteArrayList<>();

  private void see(SwapStep step) {
    seen.add(step.version().number() + " " + step.kind() + " " + step.state());
    steps.add(step);
  }

  private SwapStep last() {
    return steps.get(steps.size() - 1);
  }

  private static void settled(Predictor<?, ?> predictor) {
    ((ServingPredictor<?, ?>) predictor).awaitLoader();
  }

  @Test
  void swap_ofTwoVersions_tellsEveryStepInOrder() {
    source.select(Models.release(1, () -> rows -> rows));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Predictor<Integer, Integer> predictor =
        Predictor.from(source).swapListener(this::see).meters(registry).build();
    source.select(Models.release(2, () -> rows -> rows));
    settled(predictor);
    assertThat(registry.get("mlops.swap.steps").tag("step", "load").functionTimer().count())
        .isEqualTo(2);
    predictor.close();
    assertThat(seen)
        .containsExactly(
            "1 LOAD BEGUN",
            "1 LOAD DONE",
            "1 PREPARE BEGUN",
            "1 PREPARE DONE",
            "1 PUBLISH BEGUN",
            "1 PUBLISH DONE",
            "2 LOAD BEGUN",
            "2 LOAD DONE",
            "2 PREPARE BEGUN",
            "2 PREPARE DONE",
            "2 PUBLISH BEGUN",
            "2 PUBLISH DONE",
            "1 DRAIN BEGUN",
            "1 DRAIN DONE",
            "1 CLOSE BEGUN",
            "1 CLOSE DONE",
            "2 DRAIN BEGUN",
            "2 DRAIN DONE",
            "2 CLOSE BEGUN",
            "2 CLOSE DONE");
  }

  @Test
  void load_thatThrows_isToldWithItsReason() {
    source.select(Models.release(1, () -> rows -> rows));
    try (Predictor<Integer, Integer> predictor =
        Predictor.from(source)
            .swapListener(this::see)
            .swapListener(
                step -> {
                  throw new IllegalStateException("a listener's");
                })
            .build()) {
      source.select(
          Models.release(
              2,
              () -> {
                throw new ModelLoadException("no such file");
              }));
      settled(predictor);
      assertThat(seen).endsWith("2 LOAD BEGUN", "2 LOAD FAILED");
      assertThat(last().failure()).contains("no such file");
      assertThat(last().predictor()).isEqualTo("m@production");
      assertThat(predictor.predict(1)).isEqualTo(1);
      assertThat(predictor.status().health()).isEqualTo(Health.DEGRADED);
      assertThat(predictor.status().ready()).isTrue();
    }
  }

  @Test
  void drain_longerThanItsLimit_isToldOnceAndEndsLater() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    GatedModel hanging = new GatedModel();
    source.select(Models.release(1, () -> hanging));
    Predictor<Integer, Integer> predictor =
        Predictor.from(source)
            .swapListener(this::see)
            .swapStepLimit(Duration.ofSeconds(30))
            .meters(registry)
            .time(time)
            .build();
    CompletableFuture<Integer> inside = GatedModel.hold(predictor, hanging);
    source.select(Models.release(2, () -> rows -> rows));
    settled(predictor);
    time.advance(Duration.ofSeconds(29));
    assertThat(seen).endsWith("1 DRAIN BEGUN");
    time.advance(Duration.ofSeconds(1));
    assertThat(seen).endsWith("1 DRAIN OVERDUE");
    assertThat(last().took()).isEqualTo(Duration.ofSeconds(30));
    assertThat(registry.get("mlops.swap.overdue").functionCounter().count()).isEqualTo(1);
    time.advance(Duration.ofMinutes(5));
    assertThat(seen).filteredOn(step -> step.endsWith("OVERDUE")).hasSize(1);
    hanging.open.countDown();
    assertThat(inside.join()).isZero();
    predictor.close();
    assertThat(seen).contains("1 DRAIN DONE", "1 CLOSE DONE");
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void swapStepLimit_notPositive_isRefused() {
    assertThatThrownBy(() -> Predictor.from(source).swapStepLimit(Duration.ZERO))
        .hasMessage("swapStepLimit: PT0S (expected: positive)");
  }

  @Test
  void status_fromNothingToClosed_isHealthAndReadiness() {
    Predictor<Integer, Integer> bare = Predictor.from(source).build();
    assertThat(bare.status().health()).isEqualTo(Health.DOWN);
    assertThat(bare.status().ready()).isFalse();
    source.select(Models.release(1, () -> rows -> rows));
    settled(bare);
    assertThat(bare.status().health()).isEqualTo(Health.UP);
    assertThat(bare.status().ready()).isTrue();
    source.empty("Taken back.");
    settled(bare);
    assertThat(bare.status().health()).isEqualTo(Health.DEGRADED);
    assertThat(bare.status().ready()).isTrue();
    bare.close();
    assertThat(bare.status().health()).isEqualTo(Health.DOWN);
    assertThat(bare.status().closed()).isTrue();
    try (Predictor<Integer, Integer> withFallback =
        Predictor.from(source).fallback(x -> -1).build()) {
      assertThat(withFallback.status().health()).isEqualTo(Health.DEGRADED);
      assertThat(withFallback.status().ready()).isTrue();
    }
  }

  @Test
  void status_openCircuit_isDegradedAndReady() {
    source.select(
        Models.release(
            1,
            () ->
                rows -> {
                  throw new IllegalStateException("broken");
                }));
    try (Predictor<Integer, Integer> predictor =
        Predictor.from(source)
            .circuitBreaker(CircuitBreaking.withDefaults())
            .fallback(x -> -1)
            .build()) {
      assertThat(predictor.status().health()).isEqualTo(Health.UP);
      for (int i = 0; i < 200; i++) {
        predictor.predict(i);
      }
      assertThat(predictor.status().circuitOpen()).isTrue();
      assertThat(predictor.status().health()).isEqualTo(Health.DEGRADED);
      assertThat(predictor.status().ready()).isTrue();
    }
  }
}
