package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OfflineTest {
  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void scoreAll_tenThousandRows_answersInOrderAndLeavesRequestsAlone() {
    AtomicInteger seen = new AtomicInteger();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).listener(p -> seen.incrementAndGet()).build()) {
      List<Scored<float[], Double>> scored =
          predictor.scoreAll(IntStream.range(0, 10_000).mapToObj(Models::row)).toList();
      for (int i = 0; i < 10_000; i++) {
        assertThat(scored.get(i).row()).isEqualTo(i);
        assertThat(scored.get(i).output()).isEqualTo(i + 1);
        assertThat(scored.get(i).version()).hasToString("plus1:0");
      }
      assertThat(predictor.stats().offlineRows()).isEqualTo(10_000);
      assertThat(predictor.stats().answered()).isZero();
      assertThat(seen).hasValue(0);
    }
  }

  @Test
  void scoreAll_rowsThatFail_areFailuresOfTheirOwn() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("table")).fallback(x -> -1.0).build()) {
      List<Scored<float[], Double>> scored =
          predictor.scoreAll(Stream.of(1, 77, 3).map(Models::row)).toList();
      assertThat(scored.get(0).output()).isEqualTo(10);
      assertThat(scored.get(2).output()).isEqualTo(30);
      assertThat(scored.get(1).answer()).isNull();
      assertThat(scored.get(1).failure()).hasMessageContaining("row 1:");
      assertThatThrownBy(() -> scored.get(1).output())
          .isInstanceOf(PredictionFailedException.class);
    }
  }

  @Test
  void scoreAll_consumedSlowly_readsNoFurtherThanARun() {
    AtomicInteger read = new AtomicInteger();
    AtomicBoolean closed = new AtomicBoolean();
    Stream<float[]> endless =
        Stream.iterate(0, i -> i + 1)
            .peek(i -> read.incrementAndGet())
            .map(Models::row)
            .onClose(() -> closed.set(true));
    try (Predictor<float[], Double> predictor = Predictor.of(Models.one("plus1")).build();
        Stream<Scored<float[], Double>> scores = predictor.scoreAll(endless)) {
      assertThat(read).hasValue(0);
      Iterator<Scored<float[], Double>> iterator = scores.iterator();
      for (int i = 0; i < 1_000; i++) {
        assertThat(iterator.next().output()).isEqualTo(i + 1);
        assertThat(read.get()).isBetween(i + 1, i + 1 + 128);
      }
    }
    assertThat(closed).isTrue();
  }

  @Test
  void scoreAll_whileRequestsWait_waits() throws Exception {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      CompletableFuture<Integer> live = predictor.predictAsync(1);
      CompletableFuture<List<Integer>> offline = new CompletableFuture<>();
      Thread scorer =
          GatedModel.start(
              () ->
                  offline.complete(
                      predictor.scoreAll(Stream.of(7, 8)).map(Scored::output).toList()));
      // The worker holds row 0, row 1 waits: offline rows are held back.
      GatedModel.until(() -> scorer.getState() == Thread.State.TIMED_WAITING);
      assertThat(model.batches()).containsExactly(List.of(0));
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(offline.get(20, TimeUnit.SECONDS)).containsExactly(70, 80);
      assertThat(live.join()).isEqualTo(10);
    }
  }

  @Test
  void scoreAll_costlyRows_areRunInShortRuns() {
    List<Integer> sizes = new ArrayList<>();
    try (Predictor<Integer, Integer> predictor =
        Predictor.<Integer, Integer>of(
                rows -> {
                  sizes.add(rows.size());
                  return rows;
                })
            .build()) {
      ServedVersion<?, ?> version = ((ServingPredictor<?, ?>) predictor).served();
      // A millisecond a row: two rows are as long as a request may have to wait.
      for (int rows = 1; rows <= 128; rows *= 2) {
        Objects.requireNonNull(version).costs.ran(rows, rows * 1_000_000L);
      }
      assertThat(predictor.scoreAll(IntStream.range(0, 100).boxed()).count()).isEqualTo(100);
      assertThat(sizes.get(0)).isEqualTo(2);
    }
  }

  @Test
  void scoreAll_noVersionOrClosed_says() {
    SwitchableSource<Double, Double> source = new SwitchableSource<>();
    Predictor<Double, Double> predictor = Predictor.from(source).build();
    assertThatThrownBy(() -> predictor.scoreAll(Stream.of(1.0)).toList())
        .isInstanceOf(PredictionRejectedException.class);
    Stream<Scored<Double, Double>> open = predictor.scoreAll(Stream.of(1.0));
    predictor.close();
    assertThatThrownBy(open::toList).isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> predictor.scoreAll(Stream.of(1.0)))
        .isInstanceOf(PredictorClosedException.class);
  }

  @Test
  void scored_neitherOrBoth_isRefused() {
    assertThatThrownBy(() -> new Scored<>(3, 1.0, Models.version(1), null, null))
        .hasMessageContaining("row 3");
    assertThatThrownBy(() -> new Scored<>(3, 1.0, Models.version(1), 1.0, new MlopsException("no")))
        .hasMessageContaining("row 3");
  }
}
