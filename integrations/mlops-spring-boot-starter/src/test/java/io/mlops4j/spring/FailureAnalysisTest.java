package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.Predictor;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Typical mistakes, each started by Spring Boot, with what it then prints. */
@Timeout(300)
class FailureAnalysisTest {
  private static final String FLIGHT = "mlops.predictors.delay.row-type=io.mlops4j.spring.Flight";

  @TempDir Path directory;

  @BeforeEach
  void nothingReportedYet() {
    Reported.ALL.clear();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(MlopsAutoConfiguration.class)
  static class App {}

  /** Starts, expects a failure, and returns the one analysis that Spring Boot reported. */
  private FailureAnalysis failure(Class<?> app, String... properties) {
    List<String> arguments = new ArrayList<>();
    Stream.of(properties).map(property -> "--" + property).forEach(arguments::add);
    SpringApplication application = new SpringApplication(app);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setBannerMode(org.springframework.boot.Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    assertThatThrownBy(() -> application.run(arguments.toArray(new String[0])).close())
        .isInstanceOf(RuntimeException.class);
    assertThat(Reported.ALL).as("analyses reported").hasSize(1);
    return Reported.ALL.get(0);
  }

  private String registry() {
    return "mlops.registry.directory=" + directory;
  }

  private static void says(FailureAnalysis analysis, String description, String action) {
    assertThat(analysis.getDescription()).contains(description);
    assertThat(analysis.getAction()).contains(action);
  }

  @Test
  void start_modelWithATypo_listsTheKnownOnes() {
    Models.promote(directory, "flight-delay", Models.trees());
    Models.promote(directory, "churn", Models.constant(1));
    FailureAnalysis analysis =
        failure(App.class, registry(), FLIGHT, "mlops.predictors.delay.model=fligth-delay");
    says(
        analysis,
        "serves the model 'fligth-delay', which is not in the registry."
            + " Known models: churn, flight-delay.",
        "Correct mlops.predictors.delay.model");
  }

  @Test
  void start_nothingInProduction_tellsTheThreeWaysOut() {
    try (ModelRegistry models = ModelRegistry.open(directory)) {
      Models.validated(models.model("delay"), Models.trees());
    }
    FailureAnalysis analysis = failure(App.class, registry(), FLIGHT);
    says(
        analysis,
        "Predictor 'delay' has nothing to serve and no fallback. Model delay has no version in"
            + " PRODUCTION. It has 1 version: 1 VALIDATION; the newest is 1.",
        "Promote a version. To start without one, set mlops.predictors.delay.fallback-value or"
            + " mlops.predictors.delay.fallback, or set"
            + " mlops.predictors.delay.start-without-version=true");
  }

  /** As {@link Flight}, but one name differs. */
  record Renamed(String origin, String dest, double distance, int hour, int dayOfWeek) {}

  @Test
  void start_wrongFeatureName_listsBothSides() {
    Models.promote(directory, "delay", Models.trees());
    FailureAnalysis analysis =
        failure(
            App.class, registry(), "mlops.predictors.delay.row-type=" + Renamed.class.getName());
    says(analysis, "destination", "The row type has the features origin: categorical, dest:");
    assertThat(analysis.getAction()).contains("Name the components of Renamed as the model was");
  }

  /** Another signature, for a version that stores no encoding. */
  record Other(double a, double b) {}

  @Test
  void start_signatureOfOtherRows_saysSo() {
    ModelFiles files =
        ModelFiles.of(
                "onnx", Path.of("../../mlops-serving/src/test/resources/models/regression.onnx"))
            .withSignature(Schema.floats("a", "b", "c", "d").fingerprint());
    Models.promote(directory, "delay", files);
    FailureAnalysis analysis =
        failure(App.class, registry(), "mlops.predictors.delay.row-type=" + Other.class.getName());
    says(
        analysis,
        "was trained on rows with signature",
        "or promote a version that was trained for these rows");
  }

  @Test
  void start_aFormatNobodyReads_saysWhichAreRead() {
    Models.promote(directory, "delay", Models.constant(1));
    FailureAnalysis analysis = failure(App.class, registry(), FLIGHT);
    says(
        analysis,
        "has the format constant; the loaders of this handle read onnx, tribuo",
        "Declare a bean of type ModelLoader<Flight, …> that reads this format");
  }

  @Test
  void start_damagedFile_namesItAndSaysWhatToDo() throws IOException {
    Models.promote(directory, "delay", Models.trees());
    Path largest;
    try (Stream<Path> files = Files.walk(directory.resolve("blobs"))) {
      largest =
          files
              .filter(Files::isRegularFile)
              .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(largest);
    bytes[bytes.length / 2] ^= 1;
    assertThat(largest.toFile().setWritable(true)).isTrue();
    Files.write(largest, bytes);
    FailureAnalysis analysis = failure(App.class, registry(), FLIGHT);
    says(
        analysis,
        "delay:1 is quarantined and will not be loaded",
        "Roll back to the champion before it or promote another version");

    Reported.ALL.clear();
    says(failure(App.class, registry(), FLIGHT), "version 1 was quarantined", "Promote a version.");
  }

  @Test
  void start_directoryIsAFile_saysSo() throws IOException {
    Path file = Files.createFile(directory.resolve("models"));
    FailureAnalysis analysis = failure(App.class, "mlops.registry.directory=" + file, FLIGHT);
    says(
        analysis,
        "mlops.registry.directory: " + file + " cannot be opened.",
        "Set mlops.registry.directory to a directory");
  }

  @Test
  void start_noDirectory_saysWhichPropertyToSet() {
    says(
        failure(App.class, FLIGHT),
        "mlops.registry.directory is not set, and there is no ModelRegistry bean.",
        "Set mlops.registry.directory to a directory on a local disk");
  }

  @Test
  void opening_readOnlyFileSystem_tellsToMountAVolume() {
    StartException failure =
        RegistryOpening.failed(
            "/models",
            new RuntimeException(
                "Store /models cannot be opened for writing: FileSystemException.",
                new FileSystemException("/models/.tmp", null, "Read-only file system")));
    assertThat(failure.action()).contains("readOnlyRootFilesystem: true");
  }

  @Test
  void opening_deniedDirectory_tellsWhichRights() {
    StartException failure =
        RegistryOpening.failed(
            "/models",
            new RuntimeException(
                "Store /models cannot be opened for writing: AccessDeniedException.",
                new java.nio.file.AccessDeniedException("/models/.tmp")));
    assertThat(failure.description()).startsWith("mlops.registry.directory: /models cannot be");
    assertThat(failure.action())
        .contains("runAsUser and fsGroup")
        .contains("read, write and enter");
  }

  @Test
  void start_rowTypeThatIsNotThere_tellsHowToWriteIt() {
    says(
        failure(App.class, registry(), "mlops.predictors.delay.row-type=com.example.Fligth"),
        "mlops.predictors.delay.row-type: there is no class com.example.Fligth on the class path.",
        "$ before a nested class");
  }

  @Test
  void start_rowTypeMissing_saysWhichPropertyToSet() {
    says(
        failure(App.class, registry(), "mlops.predictors.delay.model=delay"),
        "mlops.predictors.delay.row-type is not set",
        "to the full name of a record");
  }

  @Test
  void start_rowTypeIsNoRecord_saysSo() {
    says(
        failure(App.class, registry(), "mlops.predictors.delay.row-type=java.lang.Thread"),
        "mlops.predictors.delay.row-type: java.lang.Thread is not a record.",
        "declare a bean of type Schema<Thread>");
  }

  @Test
  void start_unknownProperty_listsThoseThatExistThere() {
    FailureAnalysis analysis =
        failure(App.class, registry(), FLIGHT, "mlops.predictors.delay.micro-batching.max-size=3");
    says(
        analysis,
        "There is no property mlops.predictors.delay.micro-batching.max-size",
        "Properties below mlops.predictors.delay.micro-batching: enabled, max-batch-size,"
            + " measured, queue-capacity, workers.");
    Reported.ALL.clear();
    says(
        failure(App.class, registry(), FLIGHT, "mlops.predictors.delay.modle=x"),
        "There is no property mlops.predictors.delay.modle",
        "Properties below mlops.predictors.delay: fallback, fallback-value, key-by,");
  }

  @Test
  void start_unknownValue_listsTheValidOnes() {
    FailureAnalysis analysis =
        failure(App.class, registry(), FLIGHT, "mlops.predictors.delay.output=probabilty");
    assertThat(analysis.getDescription()).contains("mlops.predictors.delay.output", "probabilty");
    assertThat(analysis.getAction()).contains("PROBABILITY", "PROBABILITIES", "REGRESSION");
  }

  @Test
  void start_valueOutOfRange_namesTheRange() {
    Models.promote(directory, "delay", Models.trees());
    says(
        failure(
            App.class,
            registry(),
            FLIGHT,
            "mlops.predictors.delay.micro-batching.max-batch-size=0"),
        "maxBatchSize: 0 (expected: 1..4096)",
        "Set it to a value in that range.");
  }

  @Test
  void start_fallbackThatIsNoBean_saysWhatToDeclare() {
    says(
        failure(App.class, registry(), FLIGHT, "mlops.predictors.delay.fallback=guess"),
        "mlops.predictors.delay.fallback: there is no bean 'guess'.",
        "Declare a @Bean Function<Flight, Double> guess().");
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(MlopsAutoConfiguration.class)
  static class WrongFallback {
    @Bean
    Function<Payment, Double> guess() {
      return payment -> 0.5;
    }
  }

  @Test
  void start_fallbackOfOtherTypes_saysSo() {
    says(
        failure(WrongFallback.class, registry(), FLIGHT, "mlops.predictors.delay.fallback=guess"),
        "the bean 'guess' is not a Function<Flight, Double>.",
        "Declare a @Bean Function<Flight, Double> guess().");
  }

  @Test
  void start_featureThatRowsDoNotHave_listsThoseTheyHave() {
    Models.promote(directory, "delay", Models.trees());
    for (String property :
        List.of(
            "mlops.predictors.delay.sensitive",
            "mlops.predictors.delay.key-by",
            "mlops.drift.delay.ignoring")) {
      Reported.ALL.clear();
      says(
          failure(App.class, registry(), FLIGHT, property + "=passenger"),
          property + " names the feature 'passenger', which Flight does not have.",
          "Name one of its features: origin, destination, distance, hour, dayOfWeek.");
    }
  }

  @Test
  void start_driftOfAnUnknownPredictor_listsThoseThatExist() {
    says(
        failure(App.class, registry(), FLIGHT, "mlops.drift.dealy.psi-above=0.1"),
        "mlops.drift.dealy is about a predictor that is not configured.",
        "Name one of mlops.predictors: [delay].");
  }

  @Test
  void start_pinToAVersionThatIsNotThere_saysWhatThereIs() {
    Models.promote(directory, "delay", Models.trees());
    says(
        failure(App.class, registry(), FLIGHT, "mlops.predictors.delay.pin=7"),
        "mlops.predictors.delay.pin: Model delay has no version 7. It has 1 version",
        "Pin a version that exists");
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(MlopsAutoConfiguration.class)
  static class AsksForOne {
    @Bean
    String answer(Predictor<Flight, Double> predictor) {
      return String.valueOf(predictor.version());
    }
  }

  @Test
  void inject_oneOfTwo_tellsHowToSayWhich() {
    Models.promote(directory, "delay", Models.trees());
    FailureAnalysis analysis =
        failure(
            AsksForOne.class,
            registry(),
            FLIGHT,
            "mlops.predictors.second.model=delay",
            "mlops.predictors.second.row-type=io.mlops4j.spring.Flight");
    says(
        analysis,
        "asks for one Predictor<Flight, Double>, and there are 2: delay, second.",
        "@Qualifier(\"delay\") Predictor<Flight, Double>");
  }

  @Test
  void inject_aPredictorNobodyConfigured_tellsWhatToAdd() {
    Models.promote(directory, "fraud", Models.trees());
    FailureAnalysis analysis =
        failure(
            AsksForOne.class,
            registry(),
            "mlops.predictors.fraud.row-type=" + SameAsFlight.class.getName());
    says(
        analysis,
        "asks for a Predictor<Flight, Double>, and there is none. Predictors: fraud"
            + " (Predictor<SameAsFlight, Double>).",
        "mlops.predictors.<name>.row-type=io.mlops4j.spring.Flight");
  }

  /** The same features in another type. */
  record SameAsFlight(
      String origin, String destination, double distance, int hour, int dayOfWeek) {}

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(MlopsAutoConfiguration.class)
  static class SameName {
    @Bean
    String delay() {
      return "mine";
    }
  }

  @Test
  void start_aBeanOfThePredictorsName_saysWhichToRename() {
    says(
        failure(SameName.class, registry(), FLIGHT),
        "mlops.* properties ask for a bean named 'delay'",
        "Rename the application's bean");
  }

  @Test
  void start_otherFailures_areLeftToSpringBoot() {
    FailureAnalysis analysis = failure(NeedsAString.class);
    assertThat(analysis.getDescription()).contains("required a bean of type 'java.lang.String'");
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(MlopsAutoConfiguration.class)
  static class NeedsAString {
    @Bean
    Integer answer(String text) {
      return text.length();
    }
  }
}
