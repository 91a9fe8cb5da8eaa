package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.serving.TrialFailedException.Reason;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Versions tried in child JVMs, on real sessions there and here. {@link TrialDeathsTest} has more
 * ways to die.
 */
@Timeout(120)
class TrialRunTest {
  private static final OnnxLoader<float[], Double> LOADER =
      OnnxModel.regression(Models.ONE).options(OnnxOptions.withDefaults().withNativeOnly());

  @TempDir Path directory;
  private final SwitchableSource<float[], Double> source = new SwitchableSource<>();
  private final List<String> steps = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(TrialProbe.leftIn(directory)).isEmpty();
    GatedModel.until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static ModelRelease<float[], Double> plus(int number, int constant) {
    return TrialProbe.release(
        number,
        TrialProbe.files("plus" + constant).withGoldenRows(TrialProbe.golden(3, 3 + constant)),
        LOADER);
  }

  private void see(SwapStep step) {
    if (step.state() != SwapStep.State.BEGUN) {
      steps.add(step.version().number() + " " + step.kind() + " " + step.state());
    }
  }

  private void select(Predictor<?, ?> predictor, ModelRelease<float[], Double> release) {
    // Whoever built it may go on before the last step of the first version is told.
    ((ServingPredictor<?, ?>) predictor).awaitLoader();
    steps.clear();
    source.select(release);
    ((ServingPredictor<?, ?>) predictor).awaitLoader();
  }

  /** The same probe lets versions 1 and 2 pass: what differs is the crash. */
  @Test
  void swap_toAVersionWhoseChildCrashes_keepsTheOneThatServes() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    source.select(plus(1, 1));
    Predictor<float[], Double> predictor =
        Predictor.from(source)
            .trialRun(TrialProbe.in(directory, LOADER))
            .swapListener(this::see)
            .meters(registry)
            .build();
    try (predictor) {
      assertThat(steps).startsWith("1 TRIAL DONE", "1 LOAD DONE");
      swapAndBack(predictor);
      assertThat(registry.get("mlops.swap.steps").tag("step", "trial").functionTimer().count())
          .isEqualTo(3);

      source.select(plus(TrialProbe.HANG, 2));
      long child = hanging();
      assertThat(predictor.predict(Models.row(3))).as("meanwhile").isEqualTo(4.0);
      assertThat(predictor.close(Duration.ofSeconds(20))).as("waits for no child").isTrue();
      assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
      assertThat(steps).contains("12 TRIAL FAILED");
    }
  }

  private void swapAndBack(Predictor<float[], Double> predictor) {
    select(predictor, plus(TrialProbe.SEGMENTATION_FAULT, 2));
    assertThat(steps).containsExactly("10 TRIAL FAILED");
    assertThat(predictor.predict(Models.row(3))).isEqualTo(4.0);
    assertThat(predictor.status().problem().orElseThrow())
        .startsWith("Version 'm:10' failed its trial run: its child JVM crashed (exit code 1)")
        .contains("SIGSEGV", "Problematic frame", "It was not loaded here.");

    select(predictor, plus(2, 2));
    assertThat(steps).startsWith("2 TRIAL DONE", "2 LOAD DONE");
    assertThat(predictor.predict(Models.row(3))).isEqualTo(5.0);
    select(predictor, plus(1, 1));
    assertThat(steps).as("a rollback waits for no child").startsWith("1 LOAD DONE");
    assertThat(predictor.predict(Models.row(3))).isEqualTo(4.0);
  }

  private long hanging() throws Exception {
    Path said = directory.resolve("pid.whole");
    GatedModel.until(() -> Files.exists(said));
    long child = Long.parseLong(Files.readString(said));
    assertThat(ProcessHandle.of(child)).get().matches(ProcessHandle::isAlive);
    return child;
  }

  /** With this JVM's own libraries as class path, nothing of the tests on it. */
  @Test
  void run_goldenRowsThatDiffer_isRefused() {
    TrialRun<float[], Double> trial = TrialRun.of(LOADER).withDirectory(directory);
    assertThatThrownBy(
            () ->
                trial.run(
                    Models.version(2),
                    TrialProbe.files("plus2")
                        .withGoldenRows(TrialProbe.golden(1, 3, 2, 4.5, 3, 5))))
        .isInstanceOfSatisfying(
            TrialFailedException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.REFUSED);
              assertThat(e.version()).isEqualTo(Models.version(2));
            })
        .hasMessageStartingWith(
            "Version 'm:2' failed its trial run in a child JVM: Version 'm:2', golden row 1 of 3,"
                + " is not reproduced: expected 4.5, answered 4.0");
  }

  @Test
  void build_fromAReleaseWithoutFiles_saysSo() {
    source.select(TrialProbe.release(1, null, LOADER));
    assertThatThrownBy(() -> Predictor.from(source).trialRun(TrialRun.of(LOADER)).build())
        .isInstanceOfSatisfying(
            TrialFailedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_FILES))
        .hasMessage(
            "Version 'm:1' cannot be tried: its release gives no files, only a loaded model. Serve"
                + " it from a registry, or without trialRun(…).");
  }

  @Test
  void check_whatCannotBeTried_isNoDataAndNoPass() {
    Check check = TrialRun.of(LOADER).check(TrialProbe.release(1, null, LOADER));
    assertThat(check.name()).isEqualTo("trial-run");
    assertThat(check.evaluate())
        .isInstanceOfSatisfying(
            Check.NoData.class,
            none -> assertThat(none.sentence()).startsWith("Version 'm:1' cannot be tried"));
  }

  @Test
  void run_anotherFormat_isNoTrial() {
    ModelFiles trees = ModelFiles.of("tribuo", Map.of("model", new byte[] {1}));
    assertThatThrownBy(() -> TrialRun.of(LOADER).run(Models.version(1), trees))
        .hasMessage(
            "Version 'm:1' cannot be tried: its format is tribuo, this trial run reads onnx.");
    Trials<float[], Double> trials = new Trials<>("p", TrialRun.of(LOADER));
    trials.require(TrialProbe.release(1, trees, LOADER));
    assertThat(trials.isDue(Models.version(1))).as("not tried, so not passed").isTrue();
  }

  /** Opened where the child would: the same code, without the process. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 120})
  void attempt_cutFile_isRefused(int bytes) throws Exception {
    byte[] cut = Arrays.copyOf(Models.bytes("mlp.onnx"), bytes);
    TrialWire.Answer answer =
        attempt(OnnxModel.probability(Models.THIRTY), ModelFiles.of("onnx", Map.of("m.onnx", cut)));
    assertThat(answer.verdict()).isEqualTo(TrialWire.Verdict.REFUSED);
    assertThat(answer.message()).startsWith("Model 'm:1' ");
  }

  private <I> TrialWire.Answer attempt(OnnxLoader<I, ?> loader, ModelFiles files) throws Exception {
    TrialRequest request = TrialRequest.of(Models.version(1), loader, files);
    TrialDirectory own =
        new TrialDirectory(Files.createTempDirectory(directory, "mlops4j-attempt"));
    try {
      new TrialProcess(TrialCommand.DEFAULT, request, files).lay(own);
      return TrialChild.attempt(own);
    } finally {
      own.delete();
    }
  }

  // Which JVM is started, and from what.

  @Test
  void build_whatCannotBeStarted_isRefusedAtOnce() {
    TrialRun<float[], Double> noJava = TrialRun.of(LOADER).withJava(directory.resolve("no-java"));
    assertThatThrownBy(() -> Predictor.from(source).trialRun(noJava).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no-java: it is no executable file. Change withJava(…).");
    TrialRun<float[], Double> noJar = TrialRun.of(LOADER).withClassPath(List.of(Path.of("no.jar")));
    assertThatThrownBy(() -> Predictor.from(source).trialRun(noJar).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no.jar, which is not there. Change withClassPath(…).");
    assertThat(source.subscribers()).as("nothing was begun").isZero();
    Predictor.from(source).trialRun(TrialRun.of(LOADER)).build().close();
  }

  @Test
  void classPath_archiveInAnArchive_isRefused() throws Exception {
    URL nested = new URL("jar:file:/app.jar!/BOOT-INF/lib/mlops-core.jar!/");
    assertThatThrownBy(() -> TrialCommand.ownClassPath(List.of(from(nested))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("comes from " + nested)
        .hasMessageContaining("java -Djarmode=tools -jar app.jar extract")
        .hasMessageContaining("withClassPath(…)");
    assertThatThrownBy(() -> TrialCommand.ownClassPath(List.of(String.class)))
        .hasMessageContaining("java.lang.String comes from no place that is known");
    Path there = Files.createFile(directory.resolve("a library.jar"));
    assertThat(TrialCommand.ownClassPath(List.of(from(there.toUri().toURL()))))
        .containsExactly(there);
  }

  record Anything(int value) {}

  /** Returns a class that says it comes from somewhere. */
  private static Class<?> from(URL location) throws Exception {
    byte[] bytes;
    try (var in = Anything.class.getResourceAsStream("TrialRunTest$Anything.class")) {
      bytes = in.readAllBytes();
    }
    return new ClassLoader(null) {
      Class<?> define() {
        CodeSource source = new CodeSource(location, (Certificate[]) null);
        String name = Anything.class.getName();
        return defineClass(name, bytes, 0, bytes.length, new ProtectionDomain(source, null));
      }
    }.define();
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatThrownBy(() -> TrialRun.of(LOADER).withLimit(Duration.ZERO))
        .hasMessage("limit: PT0S (expected: positive)");
    assertThatThrownBy(() -> TrialRun.of(LOADER).withHeap(15))
        .hasMessage("megabytes: 15 (expected: 16..1048576)");
    assertThatThrownBy(() -> TrialRun.of(LOADER).withClassPath(List.of()))
        .hasMessage("libraries: 0 (expected: at least 1)");
    assertThat(TrialRun.of(LOADER).withHeap(64)).hasToString("TrialRun[limit=PT30S, heap=64 MB]");
  }

  @Test
  @SuppressWarnings("NullAway") // What a caller without a checker may do.
  void settings_null_areRefusedByName() {
    TrialRun<float[], Double> run = TrialRun.of(LOADER);
    assertThatThrownBy(() -> run.withLimit(null)).hasMessage("limit");
    assertThatThrownBy(() -> run.withClassPath(null)).hasMessage("libraries");
    assertThatThrownBy(() -> run.withJava(null)).hasMessage("executable");
    assertThatThrownBy(() -> run.withDirectory(null)).hasMessage("parent");
  }
}
