package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.Digests;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.serving.TrialFailedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way a child may end, each in a JVM of its own and with a model that is fine as control
 * ({@link #probe_fineVersion_passes}). In CI and under -Pproof only; {@link TrialRunTest} is in the
 * ordinary build.
 */
@EnabledIfSystemProperty(named = "mlops4j.ci", matches = "true")
@Timeout(300)
class TrialDeathsTest {
  private static final OnnxOptions NATIVE = OnnxOptions.withDefaults().withNativeOnly();
  private static final OnnxLoader<float[], Double> LOADER =
      OnnxModel.regression(Models.ONE).options(NATIVE);

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() {
    assertThat(TrialProbe.leftIn(directory)).isEmpty();
    GatedModel.until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
  }

  private static ModelFiles plus(int constant) {
    return TrialProbe.files("plus" + constant).withGoldenRows(TrialProbe.golden(3, 3 + constant));
  }

  private TrialFailedException failure(TrialRun<float[], Double> trial, int number) {
    return failure(trial, number, plus(1));
  }

  private TrialFailedException failure(
      TrialRun<float[], Double> trial, int number, ModelFiles files) {
    return catchThrowableOfType(
        TrialFailedException.class, () -> trial.run(Models.version(number), files));
  }

  /** Negative control of all others: the same probe, heap, limit and model. */
  @Test
  void probe_fineVersion_passes() {
    TrialRun<float[], Double> probe = TrialProbe.in(directory, LOADER);
    TrialRun.Passed passed = probe.run(Models.version(1), plus(1));
    assertThat(passed.version()).isEqualTo(Models.version(1));
    assertThat(passed.goldenRows()).isEqualTo(1);
    assertThat(passed.took()).isPositive().isLessThan(Duration.ofSeconds(30));
    TrialRun<float[], Double> ownLibraries = TrialRun.of(LOADER).withDirectory(directory);
    assertThat(ownLibraries.run(TrialProbe.release(2, plus(2), LOADER)).goldenRows()).isEqualTo(1);
    assertThat(probe.withHeap(32).run(Models.version(1), plus(1)).goldenRows()).isEqualTo(1);
  }

  @Test
  void run_abort_isToldAsItsSignal() {
    TrialFailedException failure = failure(TrialProbe.in(directory, LOADER), TrialProbe.ABORT);
    assertThat(failure.reason()).isEqualTo(Reason.DIED);
    assertThat(failure)
        .hasMessageContaining("Version 'm:11'")
        .hasMessageContaining("signal 6 (SIGABRT) (exit code 134)")
        .hasMessageContaining("It said nothing.");
  }

  @Test
  void check_aVersionThatPassesAndOneThatAborts_isPassAndFail() {
    TrialRun<float[], Double> probe = TrialProbe.in(directory, LOADER);
    assertThat(probe.check(TrialProbe.release(1, plus(1), LOADER)).evaluate())
        .isEqualTo(
            new Check.Pass("m:1 was opened and run in a JVM of its own, with 1 golden rows."));
    assertThat(probe.check(TrialProbe.release(TrialProbe.ABORT, plus(1), LOADER)).evaluate())
        .isInstanceOfSatisfying(
            Check.Fail.class, fail -> assertThat(fail.sentence()).contains("signal 6 (SIGABRT)"));
  }

  @Test
  void run_exitCodeZeroWithoutAnAnswer_isNoPass() {
    TrialFailedException failure = failure(TrialProbe.in(directory, LOADER), TrialProbe.LIE);
    assertThat(failure.reason()).isEqualTo(Reason.DIED);
    assertThat(failure).hasMessageContaining("ended by itself (exit code 0)");
  }

  @Test
  void run_heapExhausted_isToldAsThat() {
    TrialFailedException failure =
        failure(TrialProbe.in(directory, LOADER).withHeap(32), TrialProbe.EXHAUST_HEAP);
    assertThat(failure.reason()).isEqualTo(Reason.OUT_OF_MEMORY);
    assertThat(failure)
        .hasMessageContaining("more than its heap of 32 MB")
        .hasMessageContaining("java.lang.OutOfMemoryError")
        .hasMessageContaining("Raise withHeap(…)");
  }

  /** Not a probe: the file itself does not fit, and does with more heap. */
  @Test
  void run_modelLargerThanTheHeap_isToldAndPassesWithMore() {
    byte[] large =
        Graphs.of(1)
            .floats("unused", new float[8 << 20], 8 << 20)
            .node("Identity", "X", "y")
            .output("y", 1);
    ModelFiles files = ModelFiles.of("onnx", Map.of("large.onnx", large));
    TrialRun<float[], Double> trial = TrialRun.of(LOADER).withDirectory(directory);
    assertThat(failure(trial.withHeap(24), 1, files).reason()).isEqualTo(Reason.OUT_OF_MEMORY);
    assertThat(trial.run(Models.version(1), files).goldenRows()).isZero();
  }

  @Test
  void run_hangingInNativeCode_isKilledAtTheLimit() {
    // One turn of its loop takes microseconds, and the row says how many.
    ModelFiles looping = TrialProbe.files("looping").withGoldenRows(TrialProbe.golden(2e9, 1));
    TrialFailedException failure =
        failure(
            TrialRun.of(LOADER).withDirectory(directory).withLimit(Duration.ofSeconds(2)),
            1,
            looping);
    assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(failure)
        .hasMessageContaining("was not done after PT2S and was killed")
        .hasMessageContaining("raise withLimit(…)");
  }

  @Test
  void run_longOutput_isReadAndCut_andNothingOfTheEnvironmentIsPassedOn() {
    assumeThat(System.getenv()).as("something to hide").containsKey("PATH").hasSizeGreaterThan(1);
    TrialFailedException failure = failure(TrialProbe.in(directory, LOADER), TrialProbe.TALK);
    assertThat(failure.reason()).isEqualTo(Reason.DIED);
    String message = String.valueOf(failure.getMessage());
    assertThat(message)
        .contains("(exit code 77)")
        .contains("line 16383 of")
        .doesNotContain("line 16000 of")
        .hasSizeLessThan(3_000);
    String names = message.substring(message.lastIndexOf("[") + 1, message.lastIndexOf("]"));
    assertThat(names.split(", ")).isSubsetOf("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ");
  }

  /** Code of ONNX Runtime's own calls that aborts. Needs a C compiler. */
  @Test
  void run_abortInsideOnnxRuntime_endsTheChildOnly() throws Exception {
    Path library = directory.resolve("liboperators.so");
    assumeThat(
            compiled(
                "#include <stdlib.h>\nvoid* RegisterCustomOps(void* o, void* a) {"
                    + " abort(); }\n",
                library))
        .as("a C compiler")
        .isTrue();
    OnnxOptions operators =
        NATIVE.withCustomOperators(library, Digests.sha256(Files.readAllBytes(library)));
    TrialFailedException failure =
        failure(
            TrialRun.of(OnnxModel.regression(Models.ONE).options(operators))
                .withDirectory(directory),
            1);
    assertThat(failure.reason()).isEqualTo(Reason.DIED);
    assertThat(failure).hasMessageContaining("signal 6 (SIGABRT)");
  }

  private boolean compiled(String code, Path library) throws Exception {
    Path file = Files.writeString(directory.resolve("code.c"), code);
    try {
      return new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), file.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void split_candidateWhoseChildCrashes_getsNoRequest() {
    TrialRun<float[], Double> trial = TrialProbe.in(directory, LOADER);
    ModelRelease<float[], Double> first = TrialProbe.release(1, plus(1), LOADER);
    try (TrafficSplit<float[], Double> split =
        TrafficSplit.of(
            Predictor.from(ModelSource.of(first)).build(),
            row -> "unit-" + row[0],
            builder -> builder.trialRun(trial))) {
      assertThat(split.offer(TrialProbe.release(TrialProbe.ABORT, plus(2), LOADER), "s").join())
          .isFalse();
      assertThat(split.candidateFailed()).isTrue();
      assertThat(split.candidateProblem().orElseThrow()).contains("signal 6 (SIGABRT)");
      split.share(1);
      assertThat(split.predict(Models.row(3))).isEqualTo(4.0);
      assertThat(split.offer(TrialProbe.release(2, plus(2), LOADER), "s").join()).isTrue();
      split.share(1);
      assertThat(split.predict(Models.row(3))).isEqualTo(5.0);
    }
  }

  @Test
  void run_interrupted_killsTheChild() throws Exception {
    CompletableFuture<TrialFailedException> ended = new CompletableFuture<>();
    Thread caller =
        GatedModel.start(
            () -> ended.complete(failure(TrialProbe.in(directory, LOADER), TrialProbe.HANG)));
    Path said = directory.resolve("pid.whole");
    GatedModel.until(() -> Files.exists(said));
    caller.interrupt();
    assertThat(ended.get(30, TimeUnit.SECONDS).reason()).isEqualTo(Reason.CANCELLED);
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(said)))).isEmpty();
  }

  /** Two run at once in a process; a third begins when one of them has ended. */
  @Test
  void run_manyAtOnce_areAtMostTwo() throws Exception {
    List<CompletableFuture<TrialFailedException>> all = new ArrayList<>();
    Map<Path, Thread> callers = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      Path parent = Files.createDirectory(directory.resolve("p" + i));
      TrialRun<float[], Double> trial = TrialProbe.in(parent, LOADER);
      CompletableFuture<TrialFailedException> ended = new CompletableFuture<>();
      all.add(ended);
      callers.put(parent, GatedModel.start(() -> ended.complete(failure(trial, TrialProbe.HANG))));
    }
    GatedModel.until(() -> callers.keySet().stream().filter(TrialDeathsTest::hangs).count() == 2);
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).hasSize(2);
    List<Path> first = callers.keySet().stream().filter(TrialDeathsTest::hangs).toList();
    callers.forEach(
        (parent, caller) -> {
          if (first.contains(parent)) {
            caller.interrupt();
          }
        });
    GatedModel.until(() -> callers.keySet().stream().allMatch(TrialDeathsTest::hangs));
    callers.values().forEach(Thread::interrupt);
    for (CompletableFuture<TrialFailedException> one : all) {
      assertThat(one.get(60, TimeUnit.SECONDS).reason()).isEqualTo(Reason.CANCELLED);
    }
  }

  private static boolean hangs(Path parent) {
    return Files.exists(parent.resolve("pid.whole"));
  }

  /** A service that is killed cannot tidy up: the child notices, and does. */
  @Test
  void parentKilled_childEndsAndRemovesItsDirectory() throws Exception {
    Files.createFile(directory.resolve("watched"));
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                String.join(
                    java.io.File.pathSeparator,
                    TrialProbe.testClassPath().stream().map(Path::toString).toList()),
                Service.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("said").toFile())
            .start();
    Path said = directory.resolve("pid.whole");
    try {
      GatedModel.until(() -> Files.exists(said) || !parent.isAlive());
      assertThat(parent.isAlive()).as(said(directory)).isTrue();
      assertThat(TrialProbe.leftIn(directory)).as("in use").hasSize(1);
    } finally {
      parent.destroyForcibly().waitFor();
    }
    long child = Long.parseLong(Files.readString(said));
    GatedModel.until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    assertThat(TrialProbe.leftIn(directory)).isEmpty();
  }

  private static String said(Path directory) throws IOException {
    return Files.readString(directory.resolve("said"), StandardCharsets.UTF_8);
  }

  /** Runs in a JVM of its own, and is killed there. */
  static final class Service {
    private Service() {}

    public static void main(String[] arguments) {
      TrialRun<float[], Double> trial = TrialProbe.in(Path.of(arguments[0]), LOADER);
      trial.run(Models.version(TrialProbe.HANG), plus(1));
    }
  }
}
