package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several versions at once, on real sessions. Odd versions answer x + 1, even ones x + 2. */
@Timeout(60)
class PredictorSetTest {
  /** Releases a test turns by hand. */
  private static final class Listed implements ModelReleases<float[], Double> {
    private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
    private volatile List<ModelRelease<float[], Double>> now = List.of();

    @Override
    public String name() {
      return "m@latest";
    }

    @Override
    public List<ModelRelease<float[], Double>> current() {
      return now;
    }

    @Override
    public Subscription subscribe(Runnable onChange) {
      subscribers.add(onChange);
      return () -> subscribers.remove(onChange);
    }

    void list(List<ModelRelease<float[], Double>> releases) {
      now = releases;
      subscribers.forEach(Runnable::run);
    }

    void list(int... numbers) {
      list(IntStream.of(numbers).mapToObj(PredictorSetTest::release).toList());
    }
  }

  private final Listed listed = new Listed();

  private static ModelRelease<float[], Double> release(int number) {
    return Models.release(number, () -> Models.one(number % 2 == 1 ? "plus1" : "plus2"));
  }

  private static ModelRelease<float[], Double> broken(int number) {
    return Models.release(
        number,
        () -> {
          throw new ModelLoadException("cut off at byte 7");
        });
  }

  private PredictorSet<float[], Double> open() {
    return PredictorSet.following(listed, UnaryOperator.identity());
  }

  private static List<Integer> numbers(PredictorSet<float[], Double> set) {
    return set.versions().stream().map(ModelVersion::number).toList();
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @Test
  void predict_byNumber_isThatVersionsAnswer() {
    listed.list(3, 2);
    try (PredictorSet<float[], Double> set = open()) {
      assertThat(numbers(set)).containsExactly(3, 2);
      assertThat(set.predict(3, Models.row(1))).isEqualTo(2);
      assertThat(set.predict(2, Models.row(1))).isEqualTo(3);
      assertThat(set.predict(Models.row(1))).isEqualTo(2);
      assertThat(set.version(2).orElseThrow().predictAll(List.of(Models.row(5))))
          .containsExactly(7.0);
      GatedModel.until(() -> OnnxSession.OPEN.get() == 2);
      assertThatThrownBy(() -> set.predict(7, Models.row(1)))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessage("Predictors 'm@latest' do not serve version 7. Served: [3, 2].");
    }
    assertThat(listed.subscribers).isEmpty();
  }

  @Test
  void change_newAndDropped_opensAndClosesOnlyThose() {
    listed.list(2, 1);
    try (PredictorSet<float[], Double> set = open()) {
      Predictor<float[], Double> two = set.version(2).orElseThrow();
      listed.list(3, 2);
      GatedModel.until(() -> numbers(set).equals(List.of(3, 2)));
      assertThat(set.version(2)).containsSame(two);
      assertThat(set.predict(Models.row(1))).isEqualTo(2);
      GatedModel.until(() -> OnnxSession.OPEN.get() == 2);
    }
  }

  @Test
  void change_toAVersionThatCannotLoad_leavesTheOthersAndSaysWhy() {
    listed.list(List.of(broken(2), release(1)));
    try (PredictorSet<float[], Double> set = open()) {
      assertThat(numbers(set)).containsExactly(1);
      assertThat(set.problems()).containsEntry(Models.version(2), "cut off at byte 7");
      assertThatThrownBy(() -> set.predict(2, Models.row(1)))
          .hasMessage(
              "Predictors 'm@latest' do not serve version 2. Served: [1]; not served: {m:2=cut off"
                  + " at byte 7}.");
      listed.list(2, 1);
      GatedModel.until(() -> numbers(set).equals(List.of(2, 1)));
      assertThat(set.problems()).isEmpty();
    }
  }

  @Test
  void open_oneHangs_othersAreServedAndTheLateOneIsClosed() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    listed.list(1);
    try (PredictorSet<float[], Double> set = open()) {
      listed.list(
          List.of(
              Models.release(
                  2,
                  () -> {
                    inside.countDown();
                    GatedModel.await(goOn);
                    return Models.closing(Models.one("plus2"), closed);
                  }),
              release(1)));
      GatedModel.await(inside);
      assertThat(set.problems()).containsEntry(Models.version(2), "It is being opened.");
      listed.list(3, 1);
      GatedModel.until(() -> numbers(set).equals(List.of(3, 1)));
      goOn.countDown();
      GatedModel.await(closed);
      GatedModel.until(() -> OnnxSession.OPEN.get() == 2);
      assertThat(numbers(set)).containsExactly(3, 1);
    }
  }

  @Test
  void predict_newestWhileTheListMoves_noneFails() throws Exception {
    listed.list(2, 1);
    LongAdder failed = new LongAdder();
    LongAdder answered = new LongAdder();
    AtomicBoolean go = new AtomicBoolean(true);
    List<Thread> callers = new ArrayList<>();
    try (PredictorSet<float[], Double> set = open()) {
      for (int t = 0; t < 4; t++) {
        callers.add(
            GatedModel.start(
                () -> {
                  while (go.get()) {
                    try {
                      double answer = set.predict(Models.row(1));
                      (answer == 2 || answer == 3 ? answered : failed).increment();
                    } catch (RuntimeException e) {
                      failed.increment();
                    }
                  }
                }));
      }
      GatedModel.until(() -> answered.sum() > 0);
      for (int v = 3; v <= 60; v++) {
        int newest = v;
        listed.list(v, v - 1);
        GatedModel.until(() -> numbers(set).equals(List.of(newest, newest - 1)));
      }
      go.set(false);
      for (Thread caller : callers) {
        caller.join();
      }
    }
    assertThat(failed.sum()).isZero();
    assertThat(answered.sum()).isPositive();
  }

  @Test
  void close_thenEverything_isRefused() {
    PredictorSet<float[], Double> set = open();
    assertThatThrownBy(() -> set.predict(Models.row(1)))
        .hasMessage("Predictors 'm@latest' do not serve a version. Served: none.");
    set.close();
    set.close();
    assertThatThrownBy(() -> set.predict(Models.row(1)))
        .isInstanceOf(PredictorClosedException.class);
    listed.list(1);
    assertThat(set.versions()).isEmpty();
  }
}
