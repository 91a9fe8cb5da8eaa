package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Prediction;
import io.mlops4j.core.Prediction.Release;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that wait to fill, in virtual time. */
@Timeout(60)
class MaxDelayTest {
  private static final Duration DELAY = Duration.ofMillis(10);
  private static final MicroBatching DELAYED =
      MicroBatching.withDefaults().always().withMaxBatchSize(4).withMaxDelay(DELAY);

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T12:00:00Z"));
  private final GatedModel model = new GatedModel();

  private Predictor<Integer, Integer> predictor() {
    model.open.countDown();
    Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(DELAYED).time(time).build();
    GatedModel.until(() -> time.pending() == 0); // the loader's own timers are over
    return predictor;
  }

  private CompletableFuture<Prediction<Integer, Integer>> ask(
      Predictor<Integer, Integer> predictor, int x, CallOptions options) {
    CompletableFuture<Prediction<Integer, Integer>> answer = new CompletableFuture<>();
    GatedModel.start(() -> answer.complete(predictor.predictDetailed(x, options)));
    return answer;
  }

  private CompletableFuture<Prediction<Integer, Integer>> ask(
      Predictor<Integer, Integer> predictor, int x) {
    return ask(predictor, x, CallOptions.withDefaults());
  }

  /** Waits until the worker waits. */
  private void awaitDelay(int timers) {
    GatedModel.until(() -> time.pending() >= timers);
  }

  private static Prediction.Execution run(CompletableFuture<Prediction<Integer, Integer>> answer)
      throws Exception {
    return Objects.requireNonNull(answer.get(20, TimeUnit.SECONDS).execution());
  }

  @Test
  void predict_alone_isRunWhenItHasWaitedLongEnough() throws Exception {
    try (Predictor<Integer, Integer> predictor = predictor()) {
      CompletableFuture<Prediction<Integer, Integer>> answer = ask(predictor, 1);
      awaitDelay(1);
      time.advance(DELAY.minusNanos(1));
      assertThat(model.batches).isEmpty();
      time.advance(Duration.ofNanos(1));
      assertThat(run(answer)).isEqualTo(new Prediction.Execution(DELAY, 1, Release.DELAY));
    }
  }

  @Test
  void predict_batchFull_isRunAtOnce() throws Exception {
    try (Predictor<Integer, Integer> predictor = predictor()) {
      List<CompletableFuture<Prediction<Integer, Integer>>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(ask(predictor, i));
      }
      for (CompletableFuture<Prediction<Integer, Integer>> answer : answers) {
        assertThat(run(answer)).isEqualTo(new Prediction.Execution(Duration.ZERO, 4, Release.FULL));
      }
      assertThat(time.nanos()).isZero();
    }
  }

  @Test
  void predict_oneIsInAHurry_theRunBeginsInTimeForIt() throws Exception {
    try (Predictor<Integer, Integer> predictor = predictor()) {
      ServedVersion<?, ?> version = ((ServingPredictor<?, ?>) predictor).served();
      Objects.requireNonNull(version).costs.ran(1, 1_000_000);
      CompletableFuture<Prediction<Integer, Integer>> patient = ask(predictor, 1);
      awaitDelay(1);
      CompletableFuture<Prediction<Integer, Integer>> hasty =
          ask(predictor, 2, CallOptions.withDefaults().withDeadline(Duration.ofMillis(6)));
      GatedModel.awaitDepth(predictor, 2);
      awaitDelay(2);
      // Two rows take 2 ms, three would take 3: a run must begin after 3 ms.
      time.advance(Duration.ofMillis(3));
      assertThat(run(patient).release()).isEqualTo(Release.DEADLINE);
      assertThat(run(hasty).batchSize()).isEqualTo(2);
    }
  }

  @Test
  void close_whileWaiting_drainsAtOnce() throws Exception {
    CompletableFuture<Prediction<Integer, Integer>> answer = new CompletableFuture<>();
    try (Predictor<Integer, Integer> predictor = predictor()) {
      Thread caller =
          GatedModel.start(
              () -> answer.complete(predictor.predictDetailed(1, CallOptions.withDefaults())));
      awaitDelay(1);
      // Not before it waits: one that has queued, and then finds the predictor closing, withdraws.
      GatedModel.until(() -> caller.getState() == Thread.State.WAITING);
    }
    assertThat(run(answer).release()).isEqualTo(Release.DRAIN);
  }

  @Test
  void execution_withoutDelay_saysInlineAndIdleAndHowLong() throws Exception {
    GatedModel gated = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(gated)
            .microBatching(MicroBatching.withDefaults().always())
            .time(time)
            .build()) {
      CompletableFuture<Prediction<Integer, Integer>> inline = ask(predictor, 0);
      GatedModel.await(gated.inside);
      CompletableFuture<Prediction<Integer, Integer>> first = ask(predictor, 1);
      GatedModel.awaitDepth(predictor, 1);
      time.advance(Duration.ofMillis(7));
      CompletableFuture<Prediction<Integer, Integer>> second = ask(predictor, 2);
      GatedModel.awaitDepth(predictor, 2);
      gated.open.countDown();
      assertThat(run(inline)).isEqualTo(new Prediction.Execution(Duration.ZERO, 1, Release.INLINE));
      assertThat(run(first))
          .isEqualTo(new Prediction.Execution(Duration.ofMillis(7), 2, Release.IDLE));
      assertThat(run(second)).isEqualTo(new Prediction.Execution(Duration.ZERO, 2, Release.IDLE));
    }
  }
}
