package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void after_millis_nanos_ofWhatDoesNotFit_areTheFarthestThereIs() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    Duration shortest = Duration.ofSeconds(Long.MIN_VALUE);
    Instant noon = Instant.parse("2026-11-26T12:00:00Z");
    assertThat(Time.after(noon, Duration.ofHours(1))).isEqualTo(noon.plusSeconds(3_600));
    assertThat(Time.after(noon, Duration.ofHours(-1))).isEqualTo(noon.minusSeconds(3_600));
    assertThat(Time.after(Instant.MAX, Duration.ofNanos(1))).isEqualTo(Instant.MAX);
    assertThat(Time.after(noon, longest)).isEqualTo(Instant.MAX);
    assertThat(Time.after(Instant.MIN, Duration.ofNanos(-1))).isEqualTo(Instant.MIN);
    assertThat(Time.after(noon, shortest)).isEqualTo(Instant.MIN);
    assertThat(Time.millis(noon)).isEqualTo(noon.toEpochMilli());
    assertThat(Time.millis(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
    assertThat(Time.millis(Instant.MIN)).isEqualTo(Long.MIN_VALUE);
    assertThat(Time.nanos(Duration.ofMillis(-3))).isEqualTo(-3_000_000);
    assertThat(Time.nanos(longest)).isEqualTo(Long.MAX_VALUE);
    assertThat(Time.nanos(shortest)).isEqualTo(Long.MIN_VALUE);
    // The control: the JDK throws.
    assertThatThrownBy(() -> Instant.MAX.plus(Duration.ofNanos(1)))
        .isInstanceOf(DateTimeException.class);
  }

  @Test
  void progress_longestInterval_tellsTheFirstAndTheLast() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    for (boolean estimates : new boolean[] {false, true}) {
      List<String> lines = new ArrayList<>();
      Progress progress =
          estimates
              ? Progress.estimates(lines::add, longest, time)
              : Progress.sentences(lines::add, longest, time);
      progress.report("rows", 1, 3);
      progress.report("rows", 2, 3);
      progress.report("rows", 3, 3);
      assertThat(lines).hasSize(2);
    }
  }
}
