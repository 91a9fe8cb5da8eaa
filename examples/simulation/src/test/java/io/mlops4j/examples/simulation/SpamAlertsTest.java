package io.mlops4j.examples.simulation;

import static io.mlops4j.drift.FalseAlarmBudget.days;
import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static io.mlops4j.junit.simulation.Regression.accuracyDrop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.core.Check;
import io.mlops4j.junit.simulation.Arrivals;
import io.mlops4j.junit.simulation.LabelDelay;
import io.mlops4j.junit.simulation.Simulation;
import io.mlops4j.junit.simulation.SimulationResult;
import io.mlops4j.junit.simulation.Traffic;
import io.mlops4j.junit.simulation.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpamAlertsTest {
  /** Our traffic: 1,200 mails a day, 30 % of them spam, and nine of ten users who say so. */
  private static final Traffic<float[]> MAILS =
      Traffic.binary(0.998, 0.3)
          .arriving(Arrivals.poisson(1_200))
          .labelled(LabelDelay.exponential(Duration.ofHours(3)).missing(0.1));

  /** What runs in production, with the world's time and store. */
  private static void inProduction(World<float[]> world) {
    SpamAlerts<float[]> spam =
        SpamAlerts.of(world.source(), world.time(), world.store(), world.executor());
    world.listener(spam.quality());
    world.labels(spam.quality());
    world.alarmWhen(spam.alerts().check("quality"), Duration.ofHours(3));
    world.closing(spam);
  }

  @Test
  void alerts_atOurTraffic_catchAThreePointDropInTwoDaysAndDoNotCryWolf() {
    var alerts = Simulation.of(MAILS, SpamAlertsTest::inProduction).replicas(48).lasting(days(23));
    assertThat(alerts).catches(accuracyDrop(0.03)).within(days(2));
    assertThat(alerts).criesWolfAtMostOncePer(days(365));
  }

  /**
   * What a team would write without a monitor: accuracy of the last 100 mails, looked at hourly.
   */
  private static void ruleOfThumb(World<float[]> world) {
    ArrayDeque<Boolean> last = new ArrayDeque<>();
    world.whenLabelled(
        (prediction, spam) -> {
          last.add((prediction.output() >= 0.5) == (spam == 1));
          if (last.size() > 100) {
            last.remove();
          }
        });
    world.alarmWhen(
        new Check() {
          @Override
          public String name() {
            return "accuracy of the last 100 mails";
          }

          @Override
          public Outcome evaluate() {
            long right = last.stream().filter(Boolean::booleanValue).count();
            return last.size() == 100 && right < 95 ? new Fail(right + " %") : new Pass("");
          }
        },
        Duration.ofHours(1));
  }

  /** The control: the same test fails for the rule of thumb, and says by how much. */
  @Test
  void ruleOfThumb_inTheSameTest_fails() {
    var alerts = Simulation.of(MAILS, SpamAlertsTest::ruleOfThumb).replicas(5);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(alerts).criesWolfAtMostOncePer(days(365)))
        .withMessageStartingWith("Expected at most one false alarm in 365 days (1 a year), but")
        .withMessageContaining("simulated years: at least");
  }

  /** A page to look at: target/simulation.html. */
  @Test
  void page_isWritten() throws Exception {
    SimulationResult result =
        Simulation.of(MAILS, SpamAlertsTest::inProduction)
            .replicas(10)
            .lasting(days(4))
            .run(accuracyDrop(0.01), accuracyDrop(0.03), accuracyDrop(0.1));
    Path page = Path.of("target", "simulation.html");
    Files.createDirectories(page.getParent());
    Files.writeString(page, result.report("The alert of a spam filter").toHtml());
    assertThat(result.detections().get(2).p90().orElseThrow()).isLessThan(days(1));
  }

  /** docs/testing.md shows the three lines above as they stand here. */
  @Test
  void guide_showsTheseThreeLines() throws Exception {
    String guide = Files.readString(Path.of("../../docs/testing.md"));
    String shown = guide.substring(guide.indexOf("<!-- testing: simulation -->"));
    shown = shown.substring(shown.indexOf("```java") + 7);
    List<String> lines = shown.substring(0, shown.indexOf("```")).strip().lines().toList();
    String here =
        Files.readString(
            Path.of("src/test/java/io/mlops4j/examples/simulation/SpamAlertsTest.java"));
    assertThat(lines).hasSize(3).allMatch(here::contains);
  }
}
