package io.mlops4j.examples.frompython;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/from-python.md as it stands there: taken from the page, compiled and run. */
class TutorialTest {
  private static final Path PAGE = Path.of("../../docs/from-python.md");

  @TempDir private Path directory;

  @Test
  void app_asWritten_promotesAndServesTheExport() throws Exception {
    Path export = Files.createDirectory(directory.resolve("export"));
    try (Stream<Path> files = Files.list(Path.of("exports/flights-linear"))) {
      for (Path file : files.toList()) {
        Files.copy(file, export.resolve(file.getFileName()));
      }
    }
    Files.copy(Path.of("data/flights-heldout.csv"), directory.resolve("heldout.csv"));

    String printed = run();

    assertThat(printed).containsPattern("late with probability 0\\.\\d+");
    assertThat(Files.exists(directory.resolve("models"))).isTrue();
  }

  /** Compiles the page's class, with its paths below the temporary directory, and runs it. */
  private String run() throws Exception {
    String text = Files.readString(PAGE);
    Matcher matcher =
        Pattern.compile("<!-- from-python: App.java -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(text);
    assertThat(matcher.find()).as("the page has App.java").isTrue();
    String base = directory.toString().replace("\\", "\\\\");
    String source = matcher.group(1).replaceAll("Path\\.of\\(\"", "Path.of(\"" + base + "\", \"");
    Path file = directory.resolve("App.java");
    Files.writeString(file, source);
    Path classes = Files.createDirectory(directory.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of(
            "-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                options,
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
            .call();
    assertThat(compiled).as("%s%n%s", source, messages).isTrue();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream console = System.out;
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      loader
          .loadClass("App")
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(console);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
