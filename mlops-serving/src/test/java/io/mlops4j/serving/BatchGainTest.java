package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Model;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatchGainTest {
  private static final int MICRO = 1_000;
  private static final int HOLD = -1;

  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);

  private static BatchGain learned(int aloneMicros, int rows, int togetherMicros) {
    BatchGain gain = new BatchGain();
    for (int run = 0; run < 100; run++) {
      gain.ran(1, (long) aloneMicros * MICRO);
      gain.ran(rows, (long) togetherMicros * MICRO);
    }
    return gain;
  }

  @Test
  void pays_beforeItKnows_isTrue() {
    BatchGain gain = new BatchGain();
    for (int run = 0; run < 64; run++) {
      assertThat(gain.pays()).isTrue();
      gain.ran(1, MICRO);
    }
    gain.ran(1, MICRO);
    assertThat(gain.pays()).isFalse();
  }

  @Test
  void pays_onlyBatchesSeen_isTrue() {
    BatchGain gain = new BatchGain();
    for (int run = 0; run < 1_000; run++) {
      gain.ran(8, MICRO);
    }
    assertThat(gain.pays()).isTrue();
  }

  @Test
  void pays_savingAgainstTheHandOver_decides() {
    assertThat(learned(2, 32, 4).pays()).isFalse();
    assertThat(learned(50, 32, 200).pays()).isTrue();
    // As dear in a batch as alone.
    assertThat(learned(50, 32, 50 * 32).pays()).isFalse();
    assertThat(learned(16, 10, 50).pays()).isTrue();
    assertThat(learned(14, 10, 50).pays()).isFalse();
  }

  @Test
  void ran_interruptedRuns_areNotBelieved() {
    BatchGain gain = learned(2, 32, 4);
    for (int run = 0; run < 1_000; run++) {
      gain.ran(1, run % 10 == 0 ? 10_000 * MICRO : 2 * MICRO);
      assertThat(gain.pays()).as("run " + run).isFalse();
    }
  }

  @Test
  void ran_modelBecomesSlower_isBatchedAgainAfterSomeRuns() {
    BatchGain gain = learned(2, 32, 4);
    int runs = 0;
    while (!gain.pays()) {
      gain.ran(1, 200 * MICRO);
      runs++;
      assertThat(runs).isLessThan(200);
    }
    // From 2 to more than 10 us by at most 1/64 a run.
    assertThat(runs).isGreaterThan(90);
  }

  /** Costs time of a clock, whatever the machine does, and stays inside when asked to. */
  private final class Costly implements Model<Integer, Integer> {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    private final Duration perRun;

    Costly(Duration perRun) {
      this.perRun = perRun;
    }

    @Override
    public List<Integer> predict(List<Integer> inputs) {
      if (inputs.contains(HOLD)) {
        inside.countDown();
        GatedModel.await(open);
      }
      time.advance(perRun);
      return inputs;
    }
  }

  /** Lets it learn, holds the only worker, and asks from another thread. */
  private void askWhileBusy(Costly model, MicroBatching batching, boolean expectQueued)
      throws Exception {
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(batching).time(time).build()) {
      // One call in 64 is timed; 64 of them must be.
      for (int i = 0; i < 10_000; i++) {
        predictor.predict(i);
      }
      CompletableFuture<Integer> held = predictor.predictAsync(HOLD);
      GatedModel.await(model.inside);
      while (InlineRuns.isMeasured(time.nanos())) {
        time.advance(Duration.ofNanos(MICRO));
      }
      CompletableFuture<Integer> answer = new CompletableFuture<>();
      Thread caller = new Thread(() -> answer.complete(predictor.predict(7)));
      caller.setDaemon(true);
      caller.start();
      if (expectQueued) {
        while (predictor.stats().queueDepth() == 0) {
          Thread.onSpinWait();
        }
        assertThat(answer).isNotDone();
      } else {
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(held).isNotDone();
      }
      model.open.countDown();
      assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(7);
      assertThat(held.get(30, TimeUnit.SECONDS)).isEqualTo(HOLD);
    }
  }

  @Test
  void predict_modelTooQuickToHandOver_doesNotQueue() throws Exception {
    askWhileBusy(new Costly(Duration.ofNanos(MICRO)), MicroBatching.withDefaults(), false);
  }

  @Test
  void predict_modelWorthBatching_queues() throws Exception {
    askWhileBusy(new Costly(Duration.ofNanos(50 * MICRO)), MicroBatching.withDefaults(), true);
  }

  @Test
  void predict_quickModelButAlwaysOrWithWorkers_queues() throws Exception {
    Duration quick = Duration.ofNanos(MICRO);
    askWhileBusy(new Costly(quick), MicroBatching.withDefaults().always(), true);
    askWhileBusy(new Costly(quick), MicroBatching.withDefaults().withWorkers(1), true);
  }
}
