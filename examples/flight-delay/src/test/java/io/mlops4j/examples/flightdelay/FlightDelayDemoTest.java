package io.mlops4j.examples.flightdelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo on every tenth flight, and rigged: if the labels are shuffled, the second model is taken
 * away or the months are swapped, the decisions must change.
 */
class FlightDelayDemoTest {
  private static final int EVERY_TENTH = 10;

  @TempDir Path directory;

  @Test
  void run_asReported_promotesBothAndServesWithoutAFailure() throws Exception {
    Run run = run(scenario());

    assertThat(run.decision(0).promoted()).isTrue();
    assertThat(run.decision(0).champion()).isEmpty();
    assertThat(run.decision(1).promoted()).isTrue();
    assertThat(run.decision(1).champion()).hasValueSatisfying(c -> assertThat(c.number()).isOne());
    assertThat(run.text())
        .containsPattern("Failed requests +0\\n")
        .containsPattern("Requests +20,67\\d\\n")
        .contains("production", "holdback flight-delay:1");
    String page = Files.readString(directory.resolve("flight-delay.html"));
    assertThat(page).contains("<svg", "Drift per feature", "Calibration of live answers");
    String monitoring = Files.readString(directory.resolve("monitoring.html"));
    assertThat(monitoring)
        .contains("Monitoring of flight-delay:", "expected-quality", "origin=ORD", "Distributions");
    assertThat(page).doesNotContain("<script").doesNotContain("http-equiv=\"refresh\"");
  }

  @Test
  void run_labelsShuffled_refusesBothAndServesNothing() {
    Run run = run(scenario().withShuffledLabels());

    assertThat(run.decisions()).hasSize(2).noneMatch(GateDecision::promoted);
    assertThat(run.text()).contains("Nothing is in production, so nothing is served.");
  }

  @Test
  void run_withoutTheSecondModel_servesTheFirstChampion() {
    Run run = run(scenario().withoutChallenger());

    assertThat(run.decision(0).promoted()).isTrue();
    assertThat(run.text()).contains("There is no second model. The champion stays.");
    assertThat(run.text()).contains("90 % of the routes get flight-delay:1");
  }

  @Test
  void run_monthsSwapped_refusesTheModelThatIsJudgedOnItsOwnTrainingData() {
    Run run = run(scenario().withSwappedMonths(), List.of("train", "challenge"));

    assertThat(run.decision(0).promoted()).isTrue();
    assertThat(run.decision(1).promoted()).isFalse();
    assertThat(run.decision(1).results())
        .anyMatch(r -> r.verdict() == GateResult.Verdict.INCONCLUSIVE);
  }

  private Scenario scenario() {
    return Scenario.in(directory).withEveryNth(EVERY_TENTH);
  }

  private static Run run(Scenario scenario) {
    return run(scenario, FlightDelayDemo.ALL);
  }

  private static Run run(Scenario scenario, List<String> steps) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    List<GateDecision> decisions = new FlightDelayDemo(scenario, out).run(steps);
    return new Run(decisions, bytes.toString(StandardCharsets.UTF_8));
  }

  private record Run(List<GateDecision> decisions, String text) {
    GateDecision decision(int i) {
      return decisions.get(i);
    }
  }
}
