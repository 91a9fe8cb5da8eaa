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
}
