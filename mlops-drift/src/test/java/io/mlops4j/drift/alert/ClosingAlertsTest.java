package io.mlops4j.drift.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Alerts that are closed while somebody is being told. */
class ClosingAlertsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final Check FAILS =
      new Check() {
        @Override
        public String name() {
          return "fails";
        }

        @Override
        public Outcome evaluate() {
          return new Fail("p99 is 130 ms, promised are 100 ms.");
        }
      };

  private final VirtualTime time = VirtualTime.startingAt(NOON);
  private final ObjectStore store = ObjectStore.inMemory();
  private final List<String> told = new CopyOnWriteArrayList<>();

  private Alerts.Builder builder() {
    return Alerts.named("flights")
        .rule(AlertRule.on("first", FAILS))
        .rule(AlertRule.on("second", FAILS))
        .store(store, "a")
        .time(time)
        .executor(Runnable::run);
  }

  /** An event that no sink was told of is told after the next start; one that was is not. */
  @Test
  void close_whileASinkHangs_tellsTheRestAfterTheNextStart() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Alerts alerts =
        builder()
            .sink(
                event -> {
                  entered.countDown();
                  never.await();
                })
            .meters(meters)
            .build();
    alerts.evaluate();
    entered.await();
    alerts.close();
    assertThat(alerts.awaitSinks(SOON)).isTrue();
    assertThat(count(meters, "failed")).as("interrupted").isEqualTo(1);
    assertThat(count(meters, "dropped")).as("waited").isEqualTo(1);
    try (Alerts next = builder().sink(event -> told.add(event.id())).build()) {
      next.evaluate();
      assertThat(next.awaitSinks(SOON)).isTrue();
      assertThat(told)
          .containsExactlyInAnyOrder("flights/first/1/FIRING", "flights/second/1/FIRING");
    }
    try (Alerts next = builder().sink(event -> told.add(event.id())).build()) {
      next.evaluate();
      assertThat(next.awaitSinks(SOON)).isTrue();
      assertThat(told).as("the control: told is told").hasSize(2);
    }
  }

  private static double count(SimpleMeterRegistry meters, String result) {
    return meters.get("mlops.alert.notifications").tag("result", result).functionCounter().count();
  }

  @Test
  void close_twiceAndWithASinkThatThrows_closesEverySinkOnce() {
    AtomicInteger closed = new AtomicInteger();
    Alerts alerts = builder().sink(new Closing(closed)).sink(new Closing(closed)).build();
    alerts.close();
    alerts.close();
    assertThat(closed).hasValue(2);
  }

  private record Closing(AtomicInteger closed) implements AlertSink {
    @Override
    public void send(AlertEvent event) {}

    @Override
    public void close() {
      closed.incrementAndGet();
      throw new IllegalStateException("made up");
    }
  }

  @Test
  void close_withTheCallersThreads_leavesThemRunning() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1));
    try {
      Alerts.named("flights").rule(AlertRule.on("first", FAILS)).executor(threads).build().close();
      assertThat(threads.isShutdown()).isFalse();
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void round_afterClose_asksNothing() {
    AtomicInteger asked = new AtomicInteger();
    Check counting =
        new Check() {
          @Override
          public String name() {
            return "counting";
          }

          @Override
          public Outcome evaluate() {
            asked.incrementAndGet();
            return new Pass("fine");
          }
        };
    Alerts alerts =
        Alerts.named("flights")
            .rule(AlertRule.on("x", counting))
            .time(time)
            .executor(Runnable::run)
            .every(Duration.ofMinutes(1))
            .build();
    time.advance(Duration.ofMinutes(2));
    assertThat(asked).hasValue(2);
    alerts.close();
    time.advance(Duration.ofMinutes(5));
    assertThat(asked).hasValue(2);
  }

  @Test
  void snooze_nearTheEndOfTime_lastsUntilThen() {
    time.setWallClock(Instant.MAX.minusSeconds(60));
    try (Alerts alerts = builder().sink(event -> told.add(event.id())).build()) {
      alerts.snooze("first", Duration.ofDays(1));
      assertThat(alerts.status().get(0).snoozedUntil()).contains(Instant.MAX);
      alerts.evaluate();
      assertThat(alerts.awaitSinks(SOON)).isTrue();
      assertThat(told).as("the control is not snoozed").containsExactly("flights/second/1/FIRING");
    }
  }
}
