package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommandTest {
  private static final Path SHELL = Path.of("/bin/sh");

  private static StepContext step() {
    Step<String> step = Step.named("train").source(Codec.text(), s -> "");
    Pipeline pipeline = Pipeline.named("p").steps(step).build();
    Occasion why = new Occasion("manual", Occasion.Kind.MANUAL, "x", Instant.EPOCH, "");
    KnownRun run =
        new KnownRun("r", 1, RunRequest.of(why, Interval.at(Instant.EPOCH)), "", "", Instant.EPOCH);
    return new RunningStep(pipeline, run, step.settings(), 1, Progress.silent());
  }

  private static Command shell(String script) {
    return Command.of(SHELL, "-c", script);
  }

  @Test
  void run_command_hasItsOutputAndNoEnvironmentButItsOwn() throws Exception {
    CommandResult result =
        shell("echo \"$GREETING $HOME $USER.\"; echo oops >&2")
            .withVariable("GREETING", "hello")
            .run(step());
    assertThat(result.output()).isEqualTo("hello  .\n");
    assertThat(result.errors()).isEqualTo("oops\n");
  }

  @Test
  void run_endlessOutput_keepsTheLastOfIt() throws Exception {
    CommandResult result =
        shell("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done")
            .withMaxOutput(100)
            .run(step());
    assertThat(result.output()).hasSize(100).endsWith("line 4999\n");
    assertThat(result.outputBytes()).isGreaterThan(40_000);
  }

  @Test
  void run_commandFails_saysItsCodeAndLastWords() {
    assertThatThrownBy(
            () -> shell("echo one; echo 'no such column: distance' >&2; exit 3").run(step()))
        .isInstanceOf(PipelineException.class)
        .hasMessage(
            "Command /bin/sh of step 'train' ended with code 3. Its last words: no such column:"
                + " distance");
  }

  @Test
  void run_noSuchProgram_saysSo() {
    assertThatThrownBy(() -> Command.of(Path.of("/no/such/python")).run(step()))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("/no/such/python")
        .hasMessageContaining("cannot be started");
  }

  @Test
  void run_interrupted_killsTheCommandAndItsChildren(@TempDir Path directory) throws Exception {
    Path pids = directory.resolve("pids");
    // A child and a grandchild, each waiting for longer than the test may take.
    Command command =
        shell("sh -c 'sleep 300 & echo $! >> pids; echo $$ >> pids; wait' & echo $$ >> pids; wait")
            .withVariable("PATH", "/usr/bin:/bin")
            .in(directory);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                command.run(step());
                end.complete(new AssertionError("it ended by itself"));
              } catch (Throwable e) {
                end.complete(e);
              }
            });
    thread.start();
    while (!Files.exists(pids) || Files.readAllLines(pids).size() < 3) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    for (String pid : Files.readAllLines(pids)) {
      ProcessHandle.of(Long.parseLong(pid))
          .ifPresent(
              left ->
                  assertThat(left.onExit().orTimeout(20, TimeUnit.SECONDS))
                      .succeedsWithin(Duration.ofSeconds(20)));
    }
  }

  @Test
  void identity_anythingThatMatters_changesIt(@TempDir Path directory) throws Exception {
    Path script = Files.writeString(directory.resolve("train.py"), "print(1)");
    Command command = Command.of(SHELL, "train.py").withFile(script).withVariable("A", "1");
    String identity = command.identity();
    assertThat(command.identity()).isEqualTo(identity);
    assertThat(command.plus("x").identity()).isNotEqualTo(identity);
    assertThat(command.withVariable("A", "2").identity()).isNotEqualTo(identity);
    Files.writeString(script, "print(2)");
    assertThat(command.identity()).isNotEqualTo(identity);
  }

  @Test
  void captured_secret_isNamedAndItsValueIsNowhere() throws Exception {
    Command command = shell("exit 7").withSecret("DATABASE_PASSWORD", "canary-4711");
    assertThat(command.captured())
        .containsEntry("command.env.DATABASE_PASSWORD", "(secret)")
        .containsKey("command.executable.sha256");
    assertThat(command.captured().toString() + command).doesNotContain("canary-4711");
    assertThat(command.identity())
        .isEqualTo(shell("exit 7").withSecret("DATABASE_PASSWORD", "other").identity());
    assertThat(shell("echo $P").withSecret("P", "canary-4711").run(step()).output())
        .as("the command itself gets it")
        .isEqualTo("canary-4711\n");
  }

  @Test
  void of_relativeProgramOrNoOutput_isRefused() {
    assertThatThrownBy(() -> Command.of(Path.of("python")))
        .hasMessageContaining("executable: python (expected: an absolute path");
    assertThatThrownBy(() -> shell("").withMaxOutput(0)).hasMessageContaining("maxOutput: 0");
    assertThat(new TreeMap<>(shell("").environment())).isEmpty();
  }
}
