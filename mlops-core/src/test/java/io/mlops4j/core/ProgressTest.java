package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void sentences_manySteps_oneAnIntervalAndAlwaysTheLast() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    List<String> lines = new ArrayList<>();
    Progress progress = Progress.sentences(lines::add, Duration.ofSeconds(1), time);
    for (int row = 1; row <= 2000; row++) {
      progress.report("rows", row, 2000);
      time.advance(Duration.ofMillis(1));
    }
    assertThat(lines)
        .containsExactly(
            "rows: 1 of 2,000 (0 %)",
            "rows: 1,001 of 2,000 (50 %)", "rows: 2,000 of 2,000 (100 %)");
  }

  @Test
  void sentences_hostileNameAndNoTotal_onePlainLine() {
    List<String> lines = new ArrayList<>();
    Progress.sentences(lines::add, Duration.ZERO, VirtualTime.startingAt(Instant.EPOCH))
        .report("a\nb\u001b[31m", 7, Progress.UNKNOWN_TOTAL);
    assertThat(lines).containsExactly("a?b?[31m: 7");
  }

  @Test
  void estimates_operationThatGoesOn_sayHowLongItTakes() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    List<String> lines = new ArrayList<>();
    Progress progress = Progress.estimates(lines::add, Duration.ofSeconds(1), time);
    progress.report("rows", 500, 10_000_000); // resumed: what was done before is no speed
    for (int i = 1; i <= 4; i++) {
      time.advance(Duration.ofMillis(500));
      progress.report("rows", 500 + 500L * i, 10_000_000);
    }
    time.advance(Duration.ofSeconds(1));
    progress.report("rows", 9_000_000, 10_000_000);
    progress.report("rows", 10_000_000, 10_000_000);

    assertThat(lines)
        .containsExactly(
            "rows: 500 of 10,000,000 (0 %)",
            "rows: 1,500 of 10,000,000 (0 %), 1,000 a second, about 2.8 h left",
            "rows: 2,500 of 10,000,000 (0 %), 1,000 a second, about 2.8 h left",
            "rows: 9,000,000 of 10,000,000 (90 %), 2,999,833 a second, about 1 s left",
            "rows: 10,000,000 of 10,000,000 (100 %), 3,333,167 a second");
    List<String> open = new ArrayList<>();
    Progress unknown = Progress.estimates(open::add, Duration.ZERO, time);
    unknown.report("rows", 0, Progress.UNKNOWN_TOTAL);
    time.advance(Duration.ofSeconds(2));
    unknown.report("rows", 10, Progress.UNKNOWN_TOTAL);
    unknown.report("rows", 10, 1_000);
    assertThat(open)
        .containsExactly(
            "rows: 0",
            "rows: 10, 5 a second",
            "rows: 10 of 1,000 (1 %), 5 a second, about 3 min left");
  }
}
