package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Routes B and C of docs/from-python.md as they stand there: the page's program with the page's
 * changes is compiled and run, on the model that the page's train.py logged
 * (fixtures/make_walk.py): one input per column, strings among them, and a ZipMap.
 */
class WalkTest {
  private static final Path PAGE = Path.of("../../docs/from-python.md");
  private static final Path HELD_OUT =
      Path.of("../../examples/from-python/data/flights-heldout.csv");

  /** The statements of route A that B and C replace. */
  private static final Pattern READS_EXPORT =
      Pattern.compile(" +var export = .*?export\\.training\\(\\)\\)\\);[^\n]*\n", Pattern.DOTALL);

  @TempDir private Path directory;

  @Test
  void train_ofThePage_isWhatLoggedTheModel() throws Exception {
    assertThat(block("train_mlflow.py")).isEqualTo(Files.readString(walk("train.py")));
  }

  @Test
  void app_fromDirectory_isPromotedAndAnswers() throws Exception {
    Fixtures.copy("walk", directory.resolve("delay-model"));

    assertThat(run(block("mlflow directory"))).matches(PROMOTED);
  }

  @Test
  void app_fromServer_isPromotedAndAnswers() throws Exception {
    try (StubServer stub = serving()) {
      String statements = block("mlflow server");
      assertThat(statements).contains("http://127.0.0.1:5000");

      assertThat(run(statements.replace("http://127.0.0.1:5000", stub.address().toString())))
          .matches(PROMOTED);
      assertThat(stub.requests()).first().asString().contains("alias=champion");
    }
  }

  @Test
  void app_otherModelThanPythons_isRefused() throws Exception {
    Path model = Fixtures.copy("walk", directory.resolve("delay-model"));
    Path golden = model.resolve("extra_files/golden.json");
    String right = Files.readString(golden);
    Files.writeString(golden, right.replaceFirst("\"expected\": 0\\.\\d+", "\"expected\": 0.9999"));
    assertThat(Files.readString(golden)).isNotEqualTo(right);

    assertThat(run(block("mlflow directory")))
        .contains("golden row")
        .contains("is not reproduced")
        .doesNotContain("late with probability");
  }

  private static final Pattern PROMOTED =
      Pattern.compile(
          "flight-delay:1 promoted .*late with probability 0\\.\\d+\\R", Pattern.DOTALL);

  /** The recorded server, with the walk's files in place of the champion's. */
  private static StubServer serving() throws Exception {
    StubServer stub = new StubServer();
    for (String file : List.of("MLmodel", "model.onnx", "extra_files/golden.json")) {
      stub.always("/" + file, StubServer.bytes(200, Files.readAllBytes(walk(file))));
    }
    return stub;
  }

  private static Path walk(String file) {
    return Fixtures.model("walk").resolve(file);
  }

  private static String block(String name) throws Exception {
    Matcher matcher =
        Pattern.compile(
                "<!-- from-python: " + Pattern.quote(name) + " -->\\R```\\w+\\R(.*?)```",
                Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    assertThat(matcher.find()).as("the page has %s", name).isTrue();
    return matcher.group(1);
  }

  /** Returns what the page's program prints, or the sentence it ends with. */
  private String run(String statements) throws Exception {
    Files.copy(HELD_OUT, directory.resolve("heldout.csv"));
    Matcher reads = READS_EXPORT.matcher(block("App.java"));
    assertThat(reads.find()).as("route A reads an export").isTrue();
    String base = directory.toString().replace("\\", "\\\\");
    String source =
        "import io.mlops4j.mlflow.*;\nimport java.net.URI;\n"
            + reads
                .replaceFirst(Matcher.quoteReplacement(statements))
                .replaceAll("Path\\.of\\(\"", "Path.of(\"" + base + "\", \"");
    Path file = Files.writeString(directory.resolve("App.java"), source);
    Path classes = Files.createDirectory(directory.resolve("classes"));
    compile(file, classes);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream console = System.out;
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      loader
          .loadClass("App")
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } catch (InvocationTargetException e) {
      return out.toString(StandardCharsets.UTF_8) + e.getCause();
    } finally {
      System.setOut(console);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void compile(Path file, Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of(
            "-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
    var files = compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file);
    assertThat(compiler.getTask(messages, null, null, options, null, files).call())
        .as("%s", messages)
        .isTrue();
  }
}
