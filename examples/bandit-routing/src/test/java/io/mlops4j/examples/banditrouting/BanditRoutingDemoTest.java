package io.mlops4j.examples.banditrouting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BanditRoutingDemoTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private List<BanditRoutingDemo.Day> run(Path directory, boolean faulty) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new BanditRoutingDemo(out, faulty).run(directory, 10);
  }

  @Test
  void run_betterChallengerThatBreaks_winsTrafficAndIsStopped(@TempDir Path directory) {
    List<BanditRoutingDemo.Day> days = run(directory, true);
    assertThat(days.get(0).share()).isLessThan(0.11);
    BanditRoutingDemo.Day before =
        days.stream()
            .filter(day -> day.date().equals(BanditRoutingDemo.FAULT.minusDays(1)))
            .findAny()
            .orElseThrow();
    assertThat(before.share()).as("what it has learned by the end of May").isGreaterThan(0.8);
    assertThat(before.stopped()).isFalse();
    assertThat(days.get(days.size() - 1).stopped()).isTrue();
    assertThat(days.get(days.size() - 1).share()).isZero();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("trees is stopped: Brier score")
        .contains(" labels were late, 0 unknown.");
  }

  @Test
  void run_noFault_isNotStopped(@TempDir Path directory) {
    List<BanditRoutingDemo.Day> days = run(directory, false);
    assertThat(days.get(days.size() - 1).stopped()).isFalse();
    assertThat(days.get(days.size() - 1).share()).isGreaterThan(0.8);
  }
}
