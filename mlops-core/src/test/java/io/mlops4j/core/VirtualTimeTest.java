package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private final VirtualTime time = VirtualTime.startingAt(START);

  @Test
  void advance_tasksDue_runsThemInOrderAtTheirInstants() {
    List<String> ran = new ArrayList<>();
    time.schedule(Duration.ofSeconds(2), () -> ran.add("b@" + time.now()));
    time.schedule(Duration.ofSeconds(1), () -> ran.add("a@" + time.now()));
    time.schedule(Duration.ofSeconds(9), () -> ran.add("never"));

    time.advance(Duration.ofSeconds(5));

    assertThat(ran).containsExactly("a@2026-01-01T00:00:01Z", "b@2026-01-01T00:00:02Z");
    assertThat(time.now()).isEqualTo(START.plusSeconds(5));
    assertThat(time.nanos()).isEqualTo(5_000_000_000L);
    assertThat(time.pending()).isEqualTo(1);
  }

  @Test
  void advance_taskThatSchedulesAgain_runsAgainWithinTheSpan() {
    int[] runs = {0};
    Runnable[] tick = new Runnable[1];
    tick[0] =
        () -> {
          runs[0]++;
          time.schedule(Duration.ofSeconds(1), tick[0]);
        };
    time.schedule(Duration.ofSeconds(1), tick[0]);

    time.advance(Duration.ofSeconds(10));

    assertThat(runs[0]).isEqualTo(10);
  }

  @Test
  void close_beforeDue_cancels() {
    Subscription task = time.schedule(Duration.ofSeconds(1), () -> assertThat(true).isFalse());
    task.close();
    task.close();
    time.advance(Duration.ofMinutes(1));
    assertThat(time.pending()).isZero();
  }

  @Test
  void setWallClock_backwards_leavesNanosAndTasksAlone() {
    int[] runs = {0};
    time.schedule(Duration.ofSeconds(1), () -> runs[0]++);
    time.setWallClock(START.minusSeconds(3600));
    assertThat(time.nanos()).isZero();
    time.advance(Duration.ofSeconds(1));
    assertThat(runs[0]).isEqualTo(1);
    assertThat(time.now()).isEqualTo(START.minusSeconds(3599));
  }

  @Test
  void advance_negative_isRefused() {
    assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-1S");
  }
}
