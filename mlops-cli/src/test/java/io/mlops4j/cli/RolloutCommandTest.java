package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.cli.Shell.Said;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.registry.ObjectStores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person at a prompt, and a service that follows: both on one directory. */
class RolloutCommandTest {
  @TempDir Path directory;
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-03-02T09:00:00Z"));
  private Shell shell;

  @BeforeEach
  void registersTwo() {
    shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
    shell.register(MODEL, LINEAR);
  }

  private Rollout<Object, Double> service() {
    ObjectStore store = ObjectStores.directory(shell.registry());
    return Rollout.<Object, Double>of(new ModelVersion(MODEL, 1), RolloutPlan.withDefaults())
        .store(store)
        .time(time)
        .build();
  }

  private Said status() {
    return shell.ask("rollout", "status", MODEL, "--format", "json");
  }

  @Test
  void status_withoutARollout_isNotFound() {
    Said said = shell.ask("rollout", "status", MODEL);
    assertThat(said.exit()).isEqualTo(20);
    assertThat(said.out()).contains("There has been no rollout.");
    assertThat(shell.ask("rollout", "status", "no-such").exit()).isEqualTo(20);
    assertThat(shell.tell("rollout", "pause", MODEL, "--reason", "x").exit()).isEqualTo(12);
  }

  @Test
  void start_pause_resume_abort_areFollowedByTheService() {
    Said started = shell.tell("rollout", "start", MODEL, "2", "--reason", "weekly");
    assertThat(started.exit()).as(started.toString()).isZero();
    assertThat(status().exit()).isEqualTo(11);
    assertThat(status().json().get("requested").asText()).isEqualTo(MODEL + ":2");

    try (var service = service()) {
      assertThat(service.status().share()).isEqualTo(0.05);
      assertThat(status().json().get("phase").asText()).isEqualTo("running");
      assertThat(status().json().get("share").asDouble()).isEqualTo(0.05);

      assertThat(shell.tell("rollout", "pause", MODEL, "--reason", "lunch").exit()).isZero();
      assertThat(service.look().phase().name()).isEqualTo("PAUSED");
      assertThat(shell.tell("rollout", "resume", MODEL, "--reason", "back").exit()).isZero();
      assertThat(service.look().phase().name()).isEqualTo("RUNNING");
      assertThat(shell.tell("rollout", "abort", MODEL, "--reason", "no").exit()).isZero();
      assertThat(service.look().share()).isZero();
    }
    Said said = shell.ask("rollout", "status", MODEL);
    assertThat(said.exit()).isEqualTo(12);
    assertThat(said.out()).contains("lunch").contains("ABORTED").contains("ci");
  }

  @Test
  void rolledBack_exitsAsAFailedGate_andIsNotStartedAgain() {
    shell.tell("rollout", "start", MODEL, "latest", "--reason", "weekly");
    try (var service = service()) {
      ModelVersion two = new ModelVersion(MODEL, 2);
      for (int i = 0; i < 600; i++) {
        service.onPrediction(
            new Prediction<>(
                "p" + i,
                null,
                "u" + i,
                new ModelVersion(MODEL, 1),
                Prediction.Source.MODEL,
                null,
                0.5,
                time.now(),
                Duration.ofMillis(1)));
        service.onFailure(
            new FailedPrediction(
                two, FailedPrediction.Reason.MODEL, time.now(), Duration.ofMillis(1)));
      }
      service.look();
    }
    Said said = shell.ask("rollout", "status", MODEL);
    assertThat(said.exit()).isEqualTo(10);
    assertThat(said.out()).contains("error rate").contains("100.00 %");
    Said again = shell.tell("rollout", "start", MODEL, "2", "--reason", "once more");
    assertThat(again.exit()).isEqualTo(12);
    assertThat(again.err()).contains("was rolled back on");
    assertThat(shell.tell("rollout", "start", MODEL, "2", "--reason", "again: mended").exit())
        .isZero();
  }

  @Test
  void start_unknownVersion_isNotFound_withoutAnActor_isUsage() {
    assertThat(shell.tell("rollout", "start", MODEL, "9", "--reason", "x").exit()).isEqualTo(20);
    assertThat(shell.ask("rollout", "abort", MODEL, "--reason", "x").exit()).isEqualTo(2);
    assertThat(Shell.run("rollout").exit()).isEqualTo(2);
  }
}
