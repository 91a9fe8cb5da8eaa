package io.mlops4j.junit;

import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.serving.PredictionFailedException;
import io.mlops4j.serving.Predictor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScriptedTest {
  private static final List<String> ROW = List.of("row");

  @Test
  void model_steps_holdForTheirCallsTheLastForEver() {
    var model =
        ScriptedModel.<String, Double>answering(0.2).times(2).thenFail("broken").thenAnswer(0.3);
    assertThat(model.predict(ROW)).containsExactly(0.2);
    assertThat(model.predict(List.of("a", "b"))).containsExactly(0.2, 0.2);
    assertThatThrownBy(() -> model.predict(ROW))
        .isInstanceOf(MlopsException.class)
        .hasMessage("broken");
    assertThat(model.predict(ROW)).containsExactly(0.3);
    assertThat(model.predict(ROW)).containsExactly(0.3);
    assertThat(model.calls()).isEqualTo(5);
    assertThat(model.rows()).isEqualTo(6);
    assertThat(model).hasToString("ScriptedModel(calls=5, rows=6, closes=0)");
  }

  @Test
  void model_block_waitsUntilReleased() throws Exception {
    var model = ScriptedModel.<String, Double>answering(0.2).thenBlock();
    model.predict(ROW);
    CompletableFuture<List<Double>> second =
        CompletableFuture.supplyAsync(() -> model.predict(ROW));
    model.awaitBlocked(1);
    assertThat(second).isNotDone();
    model.close();
    assertThat(model.closedWhileInside()).isTrue();
    model.release();
    assertThat(second.get(20, TimeUnit.SECONDS)).containsExactly(0.2);
  }

  @Test
  void model_interruptedWhileBlocked_failsAndKeepsTheFlag() {
    var model = ScriptedModel.<String, Double>answering(0.2).thenBlock();
    model.predict(ROW);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> model.predict(ROW)).hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> model.awaitBlocked(1)).isInstanceOf(AssertionError.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void model_taking_movesVirtualTime() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    var model = ScriptedModel.<String, Double>answering(0.2).taking(time, Duration.ofMillis(40));
    try (Predictor<String, Double> predictor = Predictor.of(model).time(time).build()) {
      predictor.predict("row");
      predictor.predict("row");
      assertThat(time.now()).isEqualTo(Instant.EPOCH.plusMillis(80));
      assertThat(predictor.stats().p50()).isBetween(Duration.ofMillis(40), Duration.ofMillis(43));
    }
    assertThat(model.closes()).isEqualTo(1);
    assertThat(model.closedWhileInside()).isFalse();
  }

  @Test
  void model_nan_isRefusedByAPredictor() {
    var model = ScriptedModel.<String, Double>answering(Double.NaN);
    try (Predictor<String, Double> predictor = Predictor.of(model).build()) {
      assertThatThrownBy(() -> predictor.predict("row"))
          .isInstanceOf(PredictionFailedException.class);
    }
  }

  @Test
  void model_noisy_sameSeedSameNumbers() {
    var first = ScriptedModel.<String>noisy(row -> 1.0, 0.5, new Seed(7));
    var same = ScriptedModel.<String>noisy(row -> 1.0, 0.5, new Seed(7));
    var other = ScriptedModel.<String>noisy(row -> 1.0, 0.5, new Seed(8));
    List<String> rows = List.of("a", "b", "c");
    List<Double> answers = first.predict(rows);
    assertThat(answers).isEqualTo(same.predict(rows)).doesNotHaveDuplicates();
    assertThat(other.predict(rows)).isNotEqualTo(answers);
    assertThatThrownBy(() -> ScriptedModel.<String>noisy(row -> 1.0, -1, new Seed(8)))
        .hasMessageContaining("deviation: -1.0");
  }

  @Test
  void model_afterClose_refuses() {
    var model = ScriptedModel.<String, Double>answering(0.2);
    model.close();
    assertThatThrownBy(() -> model.predict(ROW)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> model.times(0)).hasMessageContaining("times: 0");
  }

  @Test
  void source_selections_areFollowedAndCounted() {
    ScriptedSource<String, Double> source = ScriptedSource.of("delay");
    AtomicInteger told = new AtomicInteger();
    var subscription = source.subscribe(told::incrementAndGet);
    assertThat(source.current()).isInstanceOf(ModelSource.Empty.class);
    var model = ScriptedModel.<String, Double>answering(0.2);
    source.select(1, model);
    try (Predictor<String, Double> predictor = Predictor.from(source).build()) {
      assertThat(predictor.predict("row")).isEqualTo(0.2);
      assertThat(predictor.version().orElseThrow()).hasToString("delay:1");
      assertThat(source.open()).isEqualTo(1);
      assertThat(source.subscribers()).isEqualTo(2);
    }
    assertThat(source.opened()).isEqualTo(1);
    assertThat(source.closed()).isEqualTo(1);
    assertThat(model.closes()).isEqualTo(1);
    source.empty("withdrawn");
    assertThat(source.current()).isEqualTo(new ModelSource.Empty<>("withdrawn"));
    assertThat(told).hasValue(2);
    subscription.close();
    source.empty("again");
    assertThat(told).hasValue(2);
    assertThat(source.subscribers()).isZero();
    assertThat(source).hasToString("delay@test (opened=1, closed=1)");
  }

  @Test
  void source_failingLoad_isCountedAndOpensNothing() {
    ScriptedSource<String, Double> source = ScriptedSource.of("delay");
    source.selectFailing(1, "no such file");
    assertThatThrownBy(() -> Predictor.from(source).build()).hasMessageContaining("no such file");
    try (Predictor<String, Double> predictor = Predictor.from(source).fallback(r -> -1.0).build()) {
      assertThat(predictor.predict("row")).isEqualTo(-1.0);
    }
    assertThat(source.loads()).isEqualTo(2);
    assertThat(source.opened()).isZero();
  }

  @Test
  void predictor_served_isWaitedFor() {
    ScriptedSource<String, Double> source = ScriptedSource.of("delay");
    source.select(1, ScriptedModel.answering(0.1));
    try (Predictor<String, Double> predictor = Predictor.from(source).fallback(r -> -1.0).build()) {
      assertThat(predictor).serves(1);
      source.select(2, ScriptedModel.<String, Double>answering(0.2).times(2).thenFail("broken"));
      assertThat(predictor).serves(2).hasAnsweredEveryRequest();
      source.selectFailing(3, "no such file");
      assertThat(predictor).hasProblem("no such file").serves(2);
      predictor.predict("row");
      predictor.predict("row");
      assertThat(predictor).hasAnsweredEveryRequest();
      predictor.predict("row");
      assertThatThrownBy(() -> assertThat(predictor).hasAnsweredEveryRequest())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("1 of 3 answers are the fallback's");
    }
  }

  @Test
  void source_baseline_comesWithEachVersion() {
    Schema<float[]> schema = Schema.floats("x");
    Baseline baseline = Baseline.fit(schema, () -> List.of(new float[] {1}).stream());
    ScriptedSource<float[], Double> source =
        ScriptedSource.<float[], Double>of("delay").withBaseline(baseline);
    source.select(4, ScriptedModel.<float[], Double>answering(0.2).withSchema(schema));
    var selected = (ModelSource.Selected<float[], Double>) source.current();
    assertThat(selected.release().baseline()).contains(baseline);
    assertThat(selected.release().load().schema()).contains(schema);
  }
}
