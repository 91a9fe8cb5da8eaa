package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Predictors of real sessions are closed under six callers, who go on with the next one. A session
 * closed under a call would end the JVM. Odd predictors answer {@code x + 1}, even ones {@code x +
 * 2}.
 */
@Timeout(600)
class CloseStressTest {
  private static final int CALLERS = 6;
  private static final int CLOSES = Boolean.getBoolean("mlops4j.proof") ? 10_000 : 150;

  /** What is open at the moment. */
  private record Open(int number, Predictor<float[], Double> predictor) {}

  private final AtomicReference<@Nullable Open> current = new AtomicReference<>();
  private final AtomicBoolean go = new AtomicBoolean(true);
  private final LongAdder answered = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder strange = new LongAdder();

  private static Open open(int number) {
    PredictorBuilder<float[], Double> builder =
        Predictor.of(Models.one(number % 2 == 1 ? "plus1" : "plus2"));
    if (number % 3 == 0) {
      builder.microBatching(MicroBatching.withDefaults().always());
    }
    return new Open(number, builder.build());
  }

  private void call(int way, CountDownLatch ended) {
    int met = 0;
    for (int x = 0; go.get(); x = (x + 1) % 10_000) {
      Open open = current.get();
      if (open == null || open.number() == met) {
        LockSupport.parkNanos(20_000); // the driver needs the processor to open the next one
        continue;
      }
      try {
        double answer = ask(open.predictor(), way % 3, Models.row(x));
        answered.increment();
        if (answer != x + (open.number() % 2 == 1 ? 1 : 2)) {
          strange.increment();
        }
      } catch (RuntimeException e) {
        if (e instanceof PredictorClosedException
            || (e instanceof CompletionException
                && e.getCause() instanceof PredictorClosedException)) {
          met = open.number(); // and does not ask it again
          closed.increment();
        } else {
          strange.increment();
        }
      }
    }
    ended.countDown();
  }

  private static double ask(Predictor<float[], Double> predictor, int way, float[] row) {
    return switch (way) {
      case 0 -> predictor.predict(row);
      case 1 -> predictor.predictAsync(row).join();
      default -> predictor.predictAll(List.of(row, row, row)).get(2);
    };
  }

  @Test
  void close_whileCallsRun_everyCallIsAnsweredOrToldSo() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(CALLERS);
    for (int i = 0; i < CALLERS; i++) {
      int way = i;
      GatedModel.start(() -> call(way, ended));
    }
    try {
      openAndClose();
      // Whoever has met no closed one yet meets the last.
      GatedModel.until(() -> closed.sum() >= CALLERS);
    } finally {
      go.set(false);
    }
    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(strange.sum()).isZero();
    assertThat(answered.sum()).isGreaterThan((long) CLOSES * CALLERS);
  }

  private void openAndClose() {
    for (int number = 1; number <= CLOSES; number++) {
      Open open = open(number);
      long before = answered.sum();
      current.set(open);
      GatedModel.until(() -> answered.sum() > before + CALLERS);
      assertThat(open.predictor().close(Duration.ofSeconds(30))).isTrue();
      assertThat(OnnxSession.OPEN).as("after close %s", number).hasValue(0);
    }
  }
}
