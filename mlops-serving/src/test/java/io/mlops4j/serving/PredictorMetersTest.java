package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Model;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
                      .isSubsetOf(List.of("model", "reason", "result", "source", "path", "step")));
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  private static double value(SimpleMeterRegistry registry, String gauge) {
    return registry.get(gauge).gauge().value();
  }

  @Test
  void version_swapAndRollback_isTheNumberServedAndBytesAreOfOpenVersions() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    try (Predictor<float[], Double> predictor =
        Predictor.from(source).previousVersionFallback().meters(registry).build()) {
      ServingPredictor<?, ?> serving = (ServingPredictor<?, ?>) predictor;
      assertThat(value(registry, "mlops.version")).isNaN();
      source.select(Models.release(1, PredictorMetersTest::nativeMlp));
      serving.awaitLoader();
      assertThat(value(registry, "mlops.version")).isEqualTo(1);
      double one = Models.bytes("mlp.onnx").length;
      assertThat(value(registry, "mlops.native.bytes")).isEqualTo(one);
      source.select(Models.release(2, PredictorMetersTest::nativeMlp));
      serving.awaitLoader();
      assertThat(value(registry, "mlops.version")).isEqualTo(2);
      assertThat(value(registry, "mlops.versions.open")).isEqualTo(2);
      assertThat(value(registry, "mlops.native.bytes")).isEqualTo(2 * one);
      source.select(Models.release(1, PredictorMetersTest::nativeMlp));
      serving.awaitLoader();
      assertThat(value(registry, "mlops.version")).isEqualTo(1);
      assertThat(value(registry, "mlops.versions.open")).isEqualTo(1);
      assertThat(value(registry, "mlops.native.bytes")).isEqualTo(one);
    }
  }

  private static Model<float[], Double> nativeMlp() {
    return OnnxModel.probability(Models.THIRTY).load(Models.file("mlp.onnx"));
  }

  @Test
  void nativeBytes_ofWhatIsMadeOfModels_countEachPartOnceAndJavaNothing() {
    double one = Models.bytes("mlp.onnx").length;
    try (Model<float[], Double> a = nativeMlp();
        Model<float[], Double> b = nativeMlp();
        Model<float[], Double> linear =
            OnnxModel.probability(Models.FOUR).load(Models.file("logreg.onnx"))) {
      assertThat(NativeBytes.of(linear)).isZero();
      assertThat(NativeBytes.of(Models.adding(1))).isZero();
      Model<float[], Double> both = Ensemble.average(List.of(a, b, a));
      assertThat(NativeBytes.of(both)).isEqualTo((long) (2 * one));
      assertThat(
              NativeBytes.of(ModelSteps.of(both).before((float[] row) -> row).after(p -> p > 0.5)))
          .isEqualTo((long) (2 * one));
    }
  }

  @Test
  void answers_outdatedVersion_areOfThePreviousOneAndAddUp() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> predictor =
        Predictor.from(source).cache(Caching.withDefaults()).meters(registry).build()) {
      predictor.predict(Models.row(1));
      predictor.predict(Models.row(1));
      source.empty("Taken back.");
      ((ServingPredictor<?, ?>) predictor).awaitLoader();
      predictor.predict(Models.row(2));
      predictor.predictAll(List.of(Models.row(3), Models.row(4)));
      assertThat(answers(registry, "model")).isEqualTo(1);
      assertThat(answers(registry, "cache")).isEqualTo(1);
      assertThat(answers(registry, "previous_version")).isEqualTo(3);
      assertThat(answers(registry, "fallback")).isZero();
      assertThat(registry.get("mlops.predict").functionTimer().count()).isEqualTo(5);
    }
  }

  private static double answers(SimpleMeterRegistry registry, String source) {
    return registry.get("mlops.predict.answers").tag("source", source).functionCounter().count();
  }

  @Test
  void computeTime_inlineRuns_areMeasuredNowAndThenAndBatchesAlways() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity")).meters(registry).build()) {
      for (int i = 0; i < 6_400; i++) {
        predictor.predict(Models.row(i));
      }
      predictor.predictAll(List.of(Models.row(1), Models.row(2)));
      // Binomial(6400, 1/64): mean 100, standard deviation 10; ten of these either way.
      assertThat(computes(registry, "inline").count()).isBetween(1.0, 200.0);
      assertThat(computes(registry, "inline").mean(TimeUnit.NANOSECONDS)).isBetween(1.0, 1e9);
      assertThat(computes(registry, "batch").count()).isEqualTo(1);
      assertThat(computes(registry, "batch").totalTime(TimeUnit.NANOSECONDS)).isPositive();
    }
  }

  private static FunctionTimer computes(SimpleMeterRegistry registry, String path) {
    return registry.get("mlops.compute.time").tag("path", path).functionTimer();
  }

  @Test
  void quantiles_afterAQuietTime_forgetWhatWasLongAgo() {
    AtomicLong nanos = new AtomicLong();
    LatencyHistogram histogram = new LatencyHistogram(1);
    RecentLatency recent = new RecentLatency(histogram, new StoppedTime(nanos));
    assertThat(recent.quantile(0.99)).isNaN();
    histogram.record(1_000_000, 1_000);
    assertThat(recent.quantile(0.99)).isBetween(1_000_000.0, 1_062_500.0);
    nanos.addAndGet(RecentLatency.WINDOW_NANOS);
    assertThat(recent.quantile(0.99)).as("a minute ago is recent").isGreaterThan(999_999);
    histogram.record(1_000, 10);
    nanos.addAndGet(RecentLatency.WINDOW_NANOS);
    assertThat(recent.quantile(0.99)).as("two minutes ago is not").isBetween(1_000.0, 1_062.5);
    assertThat(recent.quantile(0.5)).isBetween(1_000.0, 1_062.5);
    nanos.addAndGet(RecentLatency.WINDOW_NANOS);
    assertThat(recent.quantile(0.99)).isNaN();
  }

  /** Monotonic time that a test moves. */
  private record StoppedTime(AtomicLong at) implements Time {
    @Override
    public long nanos() {
      return at.get();
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public Subscription schedule(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }
}
