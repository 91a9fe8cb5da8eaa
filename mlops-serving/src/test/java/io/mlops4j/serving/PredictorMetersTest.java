package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PredictorMetersTest {

  @Test
  void meters_afterWork_tellWhatHappenedAndGoWithThePredictor() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity"))
            .name("risk")
            .meters(registry)
            .listener(p -> {})
            .build()) {
      predictor.predict(Models.row(1));
      predictor.predictAsync(Models.row(2)).join();
      assertThatThrownBy(() -> predictor.predict(Models.row(Double.NaN)))
          .isInstanceOf(PredictionFailedException.class);
      System.gc();
      assertThat(registry.get("mlops.predict").tag("model", "risk").functionTimer().count())
          .isEqualTo(2);
      assertThat(registry.get("mlops.predict").functionTimer().totalTime(TimeUnit.NANOSECONDS))
          .isPositive();
      assertThat(registry.get("mlops.predict.p50").timeGauge().value(TimeUnit.NANOSECONDS))
          .isPositive();
      assertThat(
              registry.get("mlops.predict.errors").tag("reason", "model").functionCounter().count())
          .isEqualTo(1);
      assertThat(
              registry
                  .get("mlops.predict.errors")
                  .tag("reason", "queue_full")
                  .functionCounter()
                  .count())
          .isZero();
      assertThat(registry.get("mlops.batch.size").summary().count()).isEqualTo(1);
      assertThat(registry.get("mlops.queue.depth").gauge().value()).isZero();
      assertThat(registry.get("mlops.predict.inflight").gauge().value()).isZero();
      assertThat(registry.get("mlops.swaps").functionCounter().count()).isZero();
      assertThat(registry.get("mlops.listener.dropped").functionCounter().count()).isZero();
      assertThat(registry.getMeters())
          .allSatisfy(
              meter ->
                  assertThat(meter.getId().getTags())
                      .extracting("key")
                      .isSubsetOf(List.of("model", "reason", "result")));
    }
    assertThat(registry.getMeters()).isEmpty();
  }
}
