package io.mlops4j.examples.fleet;

import static io.mlops4j.examples.fleet.Apps.MODEL;
import static io.mlops4j.examples.fleet.Apps.NEW_ROW;
import static io.mlops4j.examples.fleet.Apps.OLD_ROW;
import static io.mlops4j.examples.fleet.Apps.files;
import static io.mlops4j.examples.fleet.Apps.newModel;
import static io.mlops4j.examples.fleet.Apps.oldModel;
import static io.mlops4j.examples.fleet.Apps.quality;
import static io.mlops4j.examples.fleet.Apps.qualityAndFleet;
import static io.mlops4j.examples.fleet.Apps.validated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.examples.fleet.Apps.App;
import io.mlops4j.examples.fleet.Apps.CarrierLeg;
import io.mlops4j.examples.fleet.Apps.Leg;
import io.mlops4j.registry.FleetInstance;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.Predictor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A rolling deploy: two versions of an application, the newer with a feature more, share one
 * directory.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RollingDeployTest {
  private static final ModelVersion FIRST = new ModelVersion(MODEL, 1);
  private static final ModelVersion SECOND = new ModelVersion(MODEL, 2);

  @TempDir Path directory;

  /** Each instance has a machine of its own; one that is not moved any more has been killed. */
  private final VirtualTime oldMachine = VirtualTime.startingAt(Instant.now());

  private final VirtualTime newMachine = VirtualTime.startingAt(Instant.now());

  private App<Leg> oldApp() {
    return new App<>(directory, oldMachine, "pod-old", Apps.OLD);
  }

  private App<CarrierLeg> newApp() {
    return new App<>(directory, newMachine, "pod-new", Apps.NEW);
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void awaitVersion(Predictor<?, ?> predictor, ModelVersion version) {
    await(version + " is served", () -> predictor.version().equals(java.util.Optional.of(version)));
  }

  private void promoteFirst(App<Leg> app, String format) {
    RegisteredVersion<Leg, Double> first = validated(app.model, files(oldModel(), format));
    assertThat(app.model.promote(first, qualityAndFleet()).promoted()).isTrue();
    awaitVersion(app.predictor, FIRST);
  }

  private static FleetInstance instance(App<?> app, String id) {
    return app.model.fleet().stream().filter(i -> i.id().equals(id)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "tribuo"})
  void promote_modelWithTheNewFeature_eachVersionKeepsServingWhatItCanAndSaysSo(String format) {
    try (App<Leg> before = oldApp();
        App<CarrierLeg> after = newApp()) {
      promoteFirst(before, format);
      newMachine.advance(Duration.ofSeconds(1));
      awaitVersion(after.predictor, FIRST);
      double answer = before.predictor.predict(OLD_ROW);
      assertThat(after.predictor.predict(NEW_ROW))
          .as("its rows have more than version 1 reads")
          .isEqualTo(answer, within(1e-6));

      var second = validated(after.model, files(newModel(), format));
      assertThat(after.model.promote(second, quality()).promoted()).isTrue();
      awaitVersion(after.predictor, SECOND);
      oldMachine.advance(Duration.ofSeconds(1));
      await("the older application sees it", () -> before.predictor.status().problem().isPresent());

      assertThat(before.predictor.status().version()).contains(FIRST);
      assertThat(before.predictor.status().problem().orElseThrow())
          .contains("delay:2", "feature carrier, which Leg");
      Prediction<Leg, Double> kept = before.predictor.predictDetailed(OLD_ROW);
      assertThat(kept.output()).isEqualTo(answer);
      assertThat(kept.source()).isEqualTo(Prediction.Source.PREVIOUS_VERSION);
      assertThat(after.predictor.status().upToDate()).isTrue();

      oldMachine.advance(Duration.ofSeconds(20));
      newMachine.advance(Duration.ofSeconds(20));
      FleetInstance said = instance(after, "pod-old");
      assertThat(said.serving()).contains(FIRST);
      assertThat(said.problem().orElseThrow()).contains("carrier");
      assertThat(instance(after, "pod-new").serving()).contains(SECOND);
      assertThat(instance(after, "pod-new").problem()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "tribuo"})
  void promote_gateInsistsOnTheFleet_isHeldUntilTheOlderInstanceHasClosed(String format) {
    try (App<CarrierLeg> after = newApp()) {
      RegisteredVersion<CarrierLeg, Double> second;
      try (App<Leg> before = oldApp()) {
        promoteFirst(before, format);
        second = validated(after.model, files(newModel(), format));
        GateDecision held = after.model.promote(second, qualityAndFleet());
        assertThat(held.promoted()).isFalse();
        assertThat(held.results().get(1).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(held.results().get(1).sentence())
            .isEqualTo(
                "pod-old cannot serve delay:2: it reads carrier, which rows of Leg(origin,"
                    + " distance, hour) lack.");
        assertThat(before.predictor.status().upToDate()).isTrue();
      }
      assertThat(after.model.promote(second, qualityAndFleet()).promoted()).isTrue();
      awaitVersion(after.predictor, SECOND);
    }
  }

  @Test
  void promote_gateInsistsOnTheFleet_isHeldUntilAKilledInstanceIsForgotten() {
    try (App<CarrierLeg> after = newApp();
        App<Leg> killed = oldApp()) {
      promoteFirst(killed, "onnx");
      var second = validated(after.model, files(newModel(), "onnx"));
      assertThat(after.model.promote(second, qualityAndFleet()).promoted()).isFalse();
      // The older application's machine stands still from here on.
      newMachine.advance(Duration.ofSeconds(40));
      assertThat(after.model.promote(second, qualityAndFleet()).promoted())
          .as("it may only be slow")
          .isFalse();
      newMachine.advance(Duration.ofSeconds(41));
      assertThat(after.model.promote(second, qualityAndFleet()).promoted()).isTrue();
    }
  }

  @Test
  void olderApplicationInAProcessOfItsOwn_killed_holdsThePromotionUntilItIsForgotten()
      throws Exception {
    try (App<CarrierLeg> after = newApp()) {
      var first = validated(after.model, files(oldModel(), "onnx"));
      assertThat(after.model.promote(first, quality()).promoted()).isTrue();
      Process process = start(directory);
      try (var out = new BufferedReader(reader(process));
          var in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).isEqualTo("ready");
        in.println();
        assertThat(out.readLine()).isEqualTo("serves delay:1 answers true problem none");
        assertThat(instance(after, "pod-old").serving()).contains(FIRST);

        var second = validated(after.model, files(newModel(), "onnx"));
        GateDecision held = after.model.promote(second, qualityAndFleet());
        assertThat(held.promoted()).isFalse();
        assertThat(held.results().get(1).sentence())
            .startsWith("pod-old cannot serve delay:2: it reads carrier");

        assertThat(after.model.promote(second, quality()).promoted()).isTrue();
        String[] line = {""};
        await(
            "it keeps serving and says why",
            () -> {
              in.println();
              line[0] = line(out);
              return !line[0].endsWith("problem none");
            });
        assertThat(line[0])
            .startsWith("serves delay:1 answers true problem ")
            .contains("feature carrier, which Leg");
        assertThat(instance(after, "pod-old").problem().orElseThrow()).contains("carrier");

        var third = validated(after.model, files(newModel(), "tribuo"));
        process.toHandle().destroyForcibly();
        assertThat(process.waitFor()).isNotZero();
        assertThat(after.model.promote(third, qualityAndFleet()).promoted()).isFalse();
        newMachine.advance(Duration.ofSeconds(81));
        assertThat(after.model.promote(third, qualityAndFleet()).promoted()).isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(after.registry.verify()).isEmpty();
    }
  }

  private static InputStreamReader reader(Process process) {
    return new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
  }

  private static String line(BufferedReader out) {
    try {
      String line = out.readLine();
      assertThat(line).as("the process lives").isNotNull();
      return line;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Process start(Path directory) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Djava.util.logging.config.file="
                + System.getProperty("java.util.logging.config.file"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            OldApplication.class.getName(),
            directory.toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
