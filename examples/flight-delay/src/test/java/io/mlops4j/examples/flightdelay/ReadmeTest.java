package io.mlops4j.examples.flightdelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.tribuo.TribuoModel;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The code of the README as it stands there: taken from the file, compiled and run. */
class ReadmeTest {
  private static final Path README = Path.of("../../README.md");
  private static final Scenario SAMPLE = Scenario.in(Path.of("unused")).withEveryNth(10);

  @TempDir static Path directory;

  private static FlightData data;

  @BeforeAll
  static void aRegistryWithAChampion() throws Exception {
    for (String file : List.of("model.onnx", "encoding.json")) {
      try (InputStream in = ReadmeTest.class.getResourceAsStream("/flight-delay-gbt/" + file)) {
        Files.copy(in, directory.resolve(file));
      }
    }
    data = FlightData.load(SAMPLE);
    try (ModelRegistry registry = ModelRegistry.open(directory.resolve("models"))) {
      RegisteredModel<Flight, Double> delay = model(registry);
      RegisteredVersion<Flight, Double> version =
          new Candidates(delay).boostedTrees("January", data.labeled(Scenario.JANUARY_FEBRUARY));
      LabeledDataset<Flight> march = data.labeled(Scenario.MARCH);
      Judge judge = new Judge(delay);
      judge.evaluate(version, "March", march);
      assertThat(judge.promote(version, march).promoted()).isTrue();
    }
  }

  @Test
  void mainJob_asWritten_servesTheChampion() throws Exception {
    Object risk = run("main-job", "import static io.mlops4j.drift.FalseAlarmBudget.days;", "risk");
    assertThat((Double) risk).isEqualTo(expected(), within(1e-6));
  }

  @Test
  void fiveLines_asWritten_answersWithoutARegistry() throws Exception {
    String code = snippet("five-lines");
    assertThat(code.lines().filter(line -> !line.startsWith("    "))).hasSize(5);
    assertThat((Double) run("five-lines", "", "risk")).isEqualTo(expected(), within(1e-6));
  }

  @Test
  void promotion_asWritten_takesADecision() throws Exception {
    assertThat(run("promotion", "", "decision")).isInstanceOf(GateDecision.class);
  }

  /** Compiled as a class of its own, over what it takes as given, and run by JUnit. */
  @Test
  void unitTests_asWritten_pass() throws Exception {
    String source =
        String.join(
            "\n",
            "package io.mlops4j.examples.flightdelay;",
            "import static io.mlops4j.evaluation.Metric.AUC;",
            "import static io.mlops4j.junit.MlopsAssertions.assertThat;",
            "import io.mlops4j.junit.*;",
            "import io.mlops4j.serving.*;",
            "import org.junit.jupiter.api.Test;",
            snippet("unit-tests")
                .replace("class DelayTest {", "class DelayTest extends UnitTestGiven {"));
    try (URLClassLoader loader = compiled("unit-tests", "DelayTest", source)) {
      Events tests =
          EngineTestKit.engine("junit-jupiter")
              .selectors(
                  DiscoverySelectors.selectClass(
                      loader.loadClass("io.mlops4j.examples.flightdelay.DelayTest")))
              .execute()
              .testEvents();
      assertThat(tests.failed().list()).isEmpty();
      assertThat(tests.succeeded().count()).isEqualTo(3);
    }
  }

  @Test
  void fromPython_asWritten_registersAndServes() throws Exception {
    Path export = Path.of("../from-python/exports/flights-linear");
    Path copy = Files.createDirectories(directory.resolve("export"));
    try (var files = Files.list(export)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    assertThat((Double) run("from-python", "", "risk")).isBetween(0.05, 0.95);
  }

  @Test
  void everySnippet_isRunHere() throws Exception {
    List<String> names = new ArrayList<>();
    Matcher matcher = Pattern.compile("<!-- readme: (\\S+) -->").matcher(text());
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    // "spring" is compiled by examples/spring-service.
    assertThat(names)
        .containsExactly(
            "main-job", "five-lines", "promotion", "from-python", "spring", "unit-tests");
    assertThat(text().split("```java", -1)).hasSize(names.size() + 1);
  }

  /** What the version itself says, through the library's plain path. */
  private static double expected() {
    return OnnxModel.probability(FlightData.FLIGHT)
        .load(directory.resolve("model.onnx"), directory.resolve("encoding.json"))
        .predict(List.of(new Flight("ORD", "LGA", 733, 17, 5)))
        .get(0);
  }

  @SuppressWarnings("unchecked")
  private static RegisteredModel<Flight, Double> model(ModelRegistry registry) {
    return registry.model(
        "flight-delay",
        OnnxModel.probability(FlightData.FLIGHT),
        TribuoModel.probability(FlightData.FLIGHT));
  }

  private static String text() throws Exception {
    return Files.readString(README, StandardCharsets.UTF_8);
  }

  private static String snippet(String name) throws Exception {
    Matcher matcher =
        Pattern.compile("<!-- readme: " + name + " -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(text());
    assertThat(matcher.find()).as("README has the snippet %s", name).isTrue();
    return matcher.group(1);
  }

  /** Compiles a snippet into a class, runs it, and returns the value of one of its variables. */
  private static Object run(String name, String imports, String variable) throws Exception {
    String type = "Snippet" + name.replace("-", "").toUpperCase(Locale.ROOT);
    String body =
        snippet(name)
            .replaceAll("Path\\.of\\((\"[^\"]+\")\\)", "directory.resolve($1)")
            .replaceAll("(double|GateDecision) " + variable + " =", "result[0] =");
    String source =
        String.join(
            "\n",
            "package io.mlops4j.examples.flightdelay;",
            "import static io.mlops4j.drift.DriftRule.psi;",
            "import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;",
            "import static io.mlops4j.evaluation.Metric.AUC;",
            imports,
            "import io.mlops4j.core.*;",
            "import io.mlops4j.drift.*;",
            "import io.mlops4j.registry.*;",
            "import io.mlops4j.serving.*;",
            "import io.mlops4j.tribuo.*;",
            "import java.nio.file.Path;",
            "public class " + type + " {",
            "  public static Object run(Path directory, ReadmeTest.Given given) throws Exception {",
            "    Object[] result = new Object[1];",
            name.equals("promotion") ? GIVEN : name.equals("from-python") ? MODEL : METERS,
            body,
            "    return result[0];",
            "  }",
            "}");
    try (URLClassLoader loader = compiled(name, type, source)) {
      return loader
          .loadClass("io.mlops4j.examples.flightdelay." + type)
          .getMethod("run", Path.class, Given.class)
          .invoke(null, directory, given());
    }
  }

  private static URLClassLoader compiled(String name, String type, String source) throws Exception {
    Path out = Files.createDirectories(directory.resolve("classes-" + name));
    Path file =
        Files.createDirectories(directory.resolve("source-" + name)).resolve(type + ".java");
    Files.writeString(file, source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of(
                    "-d",
                    out.toString(),
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
            .call();
    assertThat(compiled).as("%s%n%s", source, messages).isTrue();
    return new URLClassLoader(new URL[] {out.toUri().toURL()}, ReadmeTest.class.getClassLoader());
  }

  private static final String METERS =
      "var meterRegistry = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();";

  private static final String MODEL =
      "var schema = Schema.of(Flight.class); var delay = given.delay();";

  private static final String GIVEN =
      """
      var schema = Schema.of(Flight.class);
      var delay = given.delay();
      var encoding = given.encoding();
      var baseline = given.baseline();
      var trainingRows = given.trainingRows();
      var report = given.report();
      """;

  /** What the promotion snippet takes as given. */
  public record Given(
      RegisteredModel<Flight, Double> delay,
      InputEncoding encoding,
      Baseline baseline,
      LabeledDataset<Flight> trainingRows,
      EvaluationReport report) {}

  private static Given given() throws Exception {
    ModelRegistry registry = ModelRegistry.inMemory();
    RegisteredModel<Flight, Double> delay = model(registry);
    LabeledDataset<Flight> rows = data.labeled(Scenario.JANUARY_FEBRUARY);
    LabeledDataset<Flight> march = data.labeled(Scenario.MARCH);
    RegisteredModel<Flight, Double> other = model(ModelRegistry.inMemory());
    RegisteredVersion<Flight, Double> same = new Candidates(other).boostedTrees("same", rows);
    new Judge(other).evaluate(same, "March", march);
    return new Given(
        delay,
        InputEncoding.fromJson(Files.readAllBytes(directory.resolve("encoding.json"))),
        Baseline.fit(FlightData.FLIGHT, rows::features),
        rows,
        other.version(same.number()).evaluations().get(0));
  }
}
