package io.mlops4j.examples.continuous;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Bad data are stopped before training, a bad candidate at the canary; each with its control. */
class ContinuousTrainingTest {
  private static final Instant FLIPPED = Instant.parse("2001-05-21T06:00:00Z");
  private static final Instant LEAKED = Clock.LIVE.plus(Duration.ofMinutes(1));
  private static final List<Departure> FLIGHTS = FrozenScenario.flights(FrozenScenario.EVERY);
  private static final List<Event> CLEAN = FrozenScenario.events(FLIGHTS, Set.of());
  private static final List<Event> INVERTED = FrozenScenario.events(FLIGHTS, Set.of(Fault.LABELS));

  @Test
  void labelsInverted_areStoppedByValidation() {
    PipelineRun run = retrained(INVERTED, FLIPPED, FlightLoop.Options.ALL);

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.step("validate").error()).contains("of the flights are delayed");
  }

  @Test
  void labelsInverted_withoutValidationAndGates_goThrough() {
    PipelineRun run = retrained(INVERTED, FLIPPED, new FlightLoop.Options(false, false));

    assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  @Test
  void labelsRight_nothingIsStopped() {
    PipelineRun run = retrained(CLEAN, FLIPPED, FlightLoop.Options.ALL);

    assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  @Test
  void regression_passesTheGatesAndIsRolledBackByTheCanary() {
    PipelineRun run = released(Optional.of(LEAKED));

    assertThat(run.step("gates").status()).isEqualTo(PipelineRun.StepStatus.DONE);
    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.step("canary").error()).contains("was rolled back", "score shift");
  }

  @Test
  void regression_notInjected_isPromoted() {
    assertThat(released(Optional.empty()).status()).isEqualTo(RunStatus.SUCCEEDED);
  }

  /**
   * The first training in a registry without a champion, at a moment: only data and gates judge.
   */
  private static PipelineRun retrained(List<Event> events, Instant at, FlightLoop.Options options) {
    Replay.Setup setup = new Replay.Setup(options, false, Optional.empty());
    try (Replay replay = new Replay(ObjectStore.inMemory(), at, setup)) {
      replay.run(events, at);
      return oldest(replay, 0);
    }
  }

  /** Eight days with a first champion, and one candidate that a person asks for. */
  private static PipelineRun released(Optional<Instant> regression) {
    Replay.Setup setup = new Replay.Setup(FlightLoop.Options.ALL, false, regression);
    try (Replay replay = new Replay(ObjectStore.inMemory(), Clock.LIVE, setup)) {
      replay.run(CLEAN, Clock.LIVE);
      replay.loop.loop.run("by-hand", "a person asks");
      replay.run(CLEAN, Clock.LIVE.plus(Duration.ofDays(8)));
      return oldest(replay, 1);
    }
  }

  private static PipelineRun oldest(Replay replay, int after) {
    List<PipelineRun> runs = replay.loop.loop.runner().runs(100);
    return runs.get(runs.size() - 1 - after);
  }
}
