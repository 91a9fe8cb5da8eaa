package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Prediction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A champion that answers x + 1 and a candidate that answers x + 2, on real sessions. */
@Timeout(60)
class TrafficSplitTest {
  private final ConcurrentLinkedQueue<Prediction<float[], Double>> seen =
      new ConcurrentLinkedQueue<>();
  private final TrafficSplit<float[], Double> split =
      TrafficSplit.of(
          Predictor.from(ModelSource.of(plus(1))).listener(seen::add).build(),
          row -> "unit-" + (int) row[0],
          builder -> builder.listener(seen::add));

  private static ModelRelease<float[], Double> plus(int version) {
    return Models.release(version, () -> Models.one(version % 2 == 1 ? "plus1" : "plus2"));
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    split.close();
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  private void offer(int version) {
    assertThat(split.offer(plus(version), "salt").join()).isTrue();
  }

  /** The units that are answered by the candidate. */
  private Set<Integer> candidates(int units) {
    Set<Integer> result = new HashSet<>();
    for (int i = 0; i < units; i++) {
      double answer = split.predict(Models.row(i));
      assertThat(answer).isIn(i + 1.0, i + 2.0);
      if (answer == i + 2) {
        result.add(i);
      }
    }
    return result;
  }

  @Test
  void share_raised_keepsWhoIsIn() {
    assertThat(candidates(500)).isEmpty();
    offer(2);
    assertThat(candidates(500)).isEmpty();
    Set<Integer> before = Set.of();
    for (double share : new double[] {0.05, 0.25, 0.6, 1}) {
      split.share(share);
      Set<Integer> now = candidates(500);
      assertThat(now).containsAll(before);
      assertThat(now.size()).isBetween((int) (500 * share * 0.6), (int) (500 * share * 1.4) + 1);
      assertThat(split.share()).isEqualTo(share, org.assertj.core.data.Offset.offset(1e-4));
      before = now;
    }
    assertThat(before).hasSize(500);
    split.share(0.25);
    assertThat(candidates(500)).hasSizeLessThan(250);
    split.withdraw();
    assertThat(candidates(500)).isEmpty();
    assertThat(split.candidate()).isEmpty();
  }

  @Test
  void everyCall_ofAUnit_isOfTheSameVersionWhichTheAnswerNames() {
    offer(2);
    split.share(0.5);
    List<float[]> rows = IntStream.range(0, 200).mapToObj(Models::row).toList();
    List<Double> all = split.predictAll(rows);
    for (int i = 0; i < 200; i++) {
      Prediction<float[], Double> detailed = split.predictDetailed(rows.get(i));
      int version = split.candidateAnswers("unit-" + i) ? 2 : 1;
      assertThat(detailed.version().number()).isEqualTo(version);
      assertThat(detailed.output()).isEqualTo(i + version);
      assertThat(split.predict(rows.get(i))).isEqualTo(i + version);
      assertThat(split.predictAsync(rows.get(i)).join()).isEqualTo(i + version);
      assertThat(all.get(i)).isEqualTo(i + version);
    }
    assertThat(split.awaitListeners(java.time.Duration.ofSeconds(20))).isTrue();
    assertThat(seen).hasSize(800);
    assertThat(seen)
        .filteredOn(prediction -> prediction.version().number() == 2)
        .allSatisfy(prediction -> assertThat(prediction.unit()).startsWith("unit-"));
  }

  @Test
  void candidate_cannotBeLoaded_getsNoRequestAndSaysWhy() {
    ModelRelease<float[], Double> broken =
        Models.release(
            2,
            () -> {
              throw new ModelLoadException("cut off at byte 7");
            });
    assertThat(split.offer(broken, "salt").join()).isFalse();
    split.share(1);
    assertThat(candidates(50)).isEmpty();
    assertThat(split.candidateFailed()).isTrue();
    assertThat(split.candidateProblem().orElseThrow()).contains("cut off at byte 7");
    assertThat(split.share()).isZero();
    assertThat(split.status().ready()).isTrue();

    offer(4); // and another one can
    split.share(1);
    assertThat(candidates(50)).hasSize(50);
  }

  @Test
  void candidate_stillLoading_getsNoRequestUntilItIsReady() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch may = new CountDownLatch(1);
    var ready =
        split.offer(
            Models.release(
                2,
                () -> {
                  loading.countDown();
                  GatedModel.await(may);
                  return Models.one("plus2");
                }),
            "salt");
    split.share(1);
    assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(candidates(20)).isEmpty();
    assertThat(split.candidateProblem()).contains("It is being opened.");
    assertThat(split.candidateFailed()).isFalse();
    may.countDown();
    assertThat(ready.join()).isTrue();
    assertThat(candidates(20)).hasSize(20);
  }

  @Test
  void candidate_replacedWhileLoading_isNeverServedAndClosed() {
    CountDownLatch may = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    var first =
        split.offer(
            Models.release(
                2,
                () -> {
                  GatedModel.await(may);
                  return Models.closing(Models.one("plus2"), closed);
                }),
            "salt");
    offer(3); // answers x + 1 too
    may.countDown();
    assertThat(first.join()).isFalse();
    split.share(1);
    assertThat(split.predictDetailed(Models.row(1)).version().number()).isEqualTo(3);
    // Its thread may be at it still: the session it opens late is closed, and is nobody else's.
    GatedModel.await(closed);
  }

  @Test
  void candidate_comesAndGoesUnderLoad_failsNoRequest() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    LongAdder wrong = new LongAdder();
    LongAdder byCandidate = new LongAdder();
    List<Thread> callers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread caller =
          new Thread(
              () -> {
                for (int i = 0; !stop.get(); i = (i + 1) % 1_000) {
                  try {
                    double answer =
                        i % 3 == 0
                            ? split.predictAsync(Models.row(i)).join()
                            : i % 3 == 1
                                ? split.predictAll(List.of(Models.row(i))).get(0)
                                : split.predict(Models.row(i));
                    byCandidate.add(answer == i + 2 ? 1 : 0);
                    wrong.add(answer == i + 1 || answer == i + 2 ? 0 : 1);
                  } catch (RuntimeException e) {
                    wrong.increment();
                  }
                }
              });
      caller.start();
      callers.add(caller);
    }
    for (int round = 0; round < 40; round++) {
      offer(2);
      split.share(0.5);
      long before = byCandidate.sum();
      GatedModel.until(() -> byCandidate.sum() > before);
      split.withdraw();
    }
    stop.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(wrong.sum()).isZero();
    assertThat(byCandidate.sum()).isPositive();
  }

  @Test
  void unit_nullOrThrowing_isTheChampions() {
    try (TrafficSplit<float[], Double> odd =
        TrafficSplit.of(
            Predictor.from(ModelSource.of(plus(1))).build(),
            row -> {
              if (row[0] > 10) {
                throw new IllegalStateException("no unit");
              }
              return null;
            },
            builder -> builder.unitBy(row -> "u"))) {
      assertThat(odd.offer(plus(2), "salt").join()).isTrue();
      odd.share(1);
      assertThat(odd.predict(Models.row(5))).isEqualTo(6);
      assertThat(odd.predict(Models.row(50))).isEqualTo(51);
    }
  }

  @Test
  void share_outOfRangeOrWithoutCandidate_isRefused() {
    assertThatThrownBy(() -> split.share(1.01))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share: 1.01 (expected: 0..1)");
    assertThatThrownBy(() -> split.share(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> split.share(0.1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("without a candidate");
    split.share(0); // is what it is already
  }

  @Test
  void close_thenOffer_isRefused() {
    offer(2);
    split.close();
    assertThatThrownBy(() -> split.offer(plus(2), "salt"))
        .isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> split.predict(Models.row(1)))
        .isInstanceOf(PredictorClosedException.class);
  }
}
