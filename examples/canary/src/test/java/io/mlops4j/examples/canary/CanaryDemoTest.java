package io.mlops4j.examples.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.delivery.RolloutStatus;
import io.mlops4j.delivery.RolloutStatus.Phase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The decisions follow the candidates, not their order. */
class CanaryDemoTest {
  private static List<Departure> flights;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeAll
  static void loads() {
    flights = CanaryDemo.load();
  }

  private List<RolloutStatus> run(Path directory, boolean goodFirst) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new CanaryDemo(flights, out).run(directory, goodFirst);
  }

  private static void assertRolledBackAtFirstStep(RolloutStatus status) {
    assertThat(status.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(status.step()).isZero();
    assertThat(status.reason())
        .contains("missing discrimination: Mean missing discrimination: candidate");
  }

  @Test
  void shuffledLabels_isRolledBackAtFivePercent_trees_reachEverybody(@TempDir Path directory) {
    List<RolloutStatus> ends = run(directory, false);
    assertRolledBackAtFirstStep(ends.get(0));
    assertThat(ends.get(1).phase()).isEqualTo(Phase.PROMOTED);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("flight-delay:2 was rolled back by rollout on 2001-03-")
        .contains("flight-delay:3 was promoted by rollout on 2001-");
    assertThat(directory.resolve("rollout-2.html")).exists();
  }

  @Test
  void candidatesSwapped_decisionsSwap(@TempDir Path directory) {
    List<RolloutStatus> ends = run(directory, true);
    assertThat(ends.get(0).phase()).isEqualTo(Phase.PROMOTED);
    assertRolledBackAtFirstStep(ends.get(1));
  }
}
