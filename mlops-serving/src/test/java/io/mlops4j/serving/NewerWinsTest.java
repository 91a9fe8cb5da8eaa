package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.serving.PredictorStatus.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A version that hangs on its way into service keeps no other from being served. */
@Timeout(60)
class NewerWinsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final SwitchableSource<float[], Double> source = new SwitchableSource<>();
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);

  private PredictorBuilder<float[], Double> predictor() {
    return Predictor.from(source)
        .time(time)
        .swapStepLimit(LIMIT)
        .swapListener(
            step -> steps.add(step.version().number() + " " + step.kind() + " " + step.state()));
  }

  private void select(int version) {
    source.select(Models.release(version, () -> Models.one(version % 2 == 1 ? "plus1" : "plus2")));
  }

  private void selectHanging(int version) {
    source.select(
        Models.release(
            version,
            () -> {
              hang();
              return Models.one(version % 2 == 1 ? "plus1" : "plus2");
            }));
  }

  private void hang() {
    inside.countDown();
    GatedModel.await(open);
  }

  private static void serves(Predictor<float[], Double> predictor, int version) {
    GatedModel.until(() -> predictor.version().map(v -> v.number() == version).orElse(false));
    assertThat(predictor.predict(Models.row(1))).isEqualTo(version % 2 == 1 ? 2 : 3);
  }

  /** The negative control is in the middle: before its limit the load is not overtaken. */
  @Test
  void load_hangsPastItsLimit_newerVersionIsPublishedAndTheLateOneDropped() {
    select(1);
    try (Predictor<float[], Double> predictor = predictor().build()) {
      selectHanging(2);
      GatedModel.await(inside);
      select(3);
      time.advance(LIMIT.minusNanos(1));
      assertThat(steps).doesNotContain("3 LOAD BEGUN");
      time.advance(Duration.ofNanos(1));
      serves(predictor, 3);
      assertThat(predictor.status().problem()).isEmpty();
      open.countDown();
      GatedModel.until(() -> steps.contains("2 CLOSE DONE"));
      GatedModel.until(() -> predictor.stats().openVersions() == 1);
      assertThat(steps).contains("2 LOAD OVERDUE", "2 LOAD DONE").doesNotContain("2 PUBLISH BEGUN");
      serves(predictor, 3);
      assertThat(predictor.stats().swaps()).isEqualTo(1);
    }
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void load_overdueAndNothingNewer_isToldInTheStatusAndPublishedWhenDone() {
    select(1);
    try (Predictor<float[], Double> predictor = predictor().build()) {
      selectHanging(2);
      GatedModel.await(inside);
      time.advance(LIMIT);
      assertThat(predictor.status().problem().orElseThrow())
          .isEqualTo(
              "Version 'm:2' is not ready: LOAD takes longer than PT30S. It is published when it is"
                  + " done; selecting another version overtakes it.");
      assertThat(predictor.status().health()).isEqualTo(Health.DEGRADED);
      // The same version selected again is not loaded a second time beside the first.
      selectHanging(2);
      open.countDown();
      serves(predictor, 2);
      assertThat(steps).filteredOn("2 LOAD BEGUN"::equals).hasSize(1);
      assertThat(predictor.status().problem()).isEmpty();
    }
  }

  @Test
  void load_overtakenThenSelectedAgain_isPublishedByTheThreadLeftBehind() {
    select(1);
    try (Predictor<float[], Double> predictor = predictor().build()) {
      selectHanging(2);
      GatedModel.await(inside);
      time.advance(LIMIT);
      select(3);
      serves(predictor, 3);
      selectHanging(2);
      open.countDown();
      serves(predictor, 2);
      assertThat(steps).filteredOn("2 LOAD BEGUN"::equals).hasSize(1);
      GatedModel.until(() -> predictor.stats().openVersions() == 1);
    }
  }

  @Test
  void warmUp_hangs_isOvertakenLikeALoad() {
    select(1);
    try (Predictor<float[], Double> predictor = predictor().build()) {
      Model<float[], Double> hanging =
          new Model<>() {
            @Override
            public List<Double> predict(List<float[]> inputs) {
              hang();
              return inputs.stream().map(row -> 0.0).toList();
            }

            @Override
            public Optional<Schema<float[]>> schema() {
              hang();
              return Optional.empty();
            }
          };
      source.select(Models.release(2, () -> hanging));
      GatedModel.await(inside);
      time.advance(LIMIT);
      select(3);
      serves(predictor, 3);
      assertThat(steps).contains("2 PREPARE OVERDUE");
      open.countDown();
      GatedModel.until(() -> steps.contains("2 CLOSE DONE"));
    }
  }

  @Test
  void close_ofAnOldVersionHangs_nextSwapGoesOn() {
    source.select(
        Models.release(
            1,
            () ->
                new Model<float[], Double>() {
                  @Override
                  public List<Double> predict(List<float[]> inputs) {
                    return inputs.stream().map(row -> 0.0).toList();
                  }

                  @Override
                  public void close() {
                    hang();
                  }
                }));
    try (Predictor<float[], Double> predictor = predictor().build()) {
      select(2);
      GatedModel.await(inside);
      select(3);
      time.advance(LIMIT);
      serves(predictor, 3);
      assertThat(steps).contains("1 CLOSE OVERDUE");
      open.countDown();
    }
  }

  @Test
  void build_firstVersionHangs_newerOneLetsItReturn() throws Exception {
    selectHanging(1);
    AtomicReference<@Nullable Predictor<float[], Double>> built = new AtomicReference<>();
    Thread starting = GatedModel.start(() -> built.set(predictor().build()));
    GatedModel.await(inside);
    time.advance(LIMIT);
    select(2);
    starting.join(30_000);
    try (Predictor<float[], Double> predictor = Objects.requireNonNull(built.get())) {
      serves(predictor, 2);
      open.countDown();
    }
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void loads_hangAgainAndAgain_leaveOnlySoManyThreadsBehind() {
    select(1);
    ConcurrentLinkedQueue<Integer> hanging = new ConcurrentLinkedQueue<>();
    try (Predictor<float[], Double> predictor = predictor().build()) {
      for (int v = 2; v <= 10; v++) {
        int version = v;
        source.select(
            Models.release(
                version,
                () -> {
                  hanging.add(version);
                  hang();
                  return Models.one("plus1");
                }));
        int most = Math.min(version - 1, LoaderThread.MOST_LEFT + 1);
        GatedModel.until(() -> hanging.size() == most);
        time.advance(LIMIT);
      }
      assertThat(hanging).containsExactly(2, 3, 4, 5);
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      open.countDown();
      GatedModel.until(() -> predictor.version().orElseThrow().number() == 10);
      GatedModel.until(() -> predictor.stats().openVersions() == 1);
    }
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void load_noRoomForBuffers_keepsTheOldAndSaysSo() {
    select(1);
    try (Predictor<float[], Double> predictor = predictor().build()) {
      source.select(
          Models.release(
              2,
              () -> {
                throw new OutOfMemoryError("Cannot reserve 8 bytes of direct buffer memory");
              }));
      ((ServingPredictor<?, ?>) predictor).awaitLoader();
      assertThat(steps).contains("2 LOAD FAILED");
      assertThat(predictor.status().problem().orElseThrow()).contains("direct buffer memory");
      serves(predictor, 1);
      select(3);
      serves(predictor, 3);
    }
  }
}
