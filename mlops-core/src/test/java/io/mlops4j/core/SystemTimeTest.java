package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SystemTimeTest {
  private final Time time = Time.system();

  @Test
  void clocks_areTheMachines() {
    long nanos = time.nanos();
    assertThat(time.nanos() - nanos).isBetween(0L, TimeUnit.MINUTES.toNanos(1));
    assertThat(Duration.between(time.now(), Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void schedule_afterADelay_runsOnceAndNotEarlier() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    long start = time.nanos();
    time.schedule(
        Duration.ofMillis(5),
        () -> {
          runs.incrementAndGet();
          ran.countDown();
        });
    assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(time.nanos() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
    assertThat(runs).hasValue(1);
  }

  @Test
  void schedule_zeroNegativeOrHugeDelay() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(3);
    time.schedule(Duration.ZERO, ran::countDown);
    time.schedule(Duration.ofDays(-1), ran::countDown);
    time.schedule(Duration.ofSeconds(Long.MIN_VALUE), ran::countDown);
    assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    Subscription never = time.schedule(Duration.ofSeconds(Long.MAX_VALUE), ran::countDown);
    never.close();
    never.close();
  }

  @Test
  void close_beforeItIsDue_cancels() throws InterruptedException {
    AtomicInteger cancelled;
    long begin;
    do {
      cancelled = new AtomicInteger();
      begin = time.nanos();
      Subscription task = time.schedule(Duration.ofMillis(20), cancelled::incrementAndGet);
      task.close();
      // After a pause of the machine it was due before it was closed, and shows nothing.
    } while (time.nanos() - begin >= Duration.ofMillis(20).toNanos());
    CountDownLatch later = new CountDownLatch(1);
    time.schedule(Duration.ofMillis(60), later::countDown);
    assertThat(later.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(cancelled).hasValue(0);
  }
}
