package io.mlops4j.examples.springservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
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
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The code of README.md and docs/spring.md as it stands there: taken from the file and compiled.
 */
class SnippetsTest {
  private static final Path ROOT = Path.of("../..");
  private static final String IMPORTS =
      """
      import static io.mlops4j.evaluation.Metric.AUC;
      import io.mlops4j.registry.*;
      import io.mlops4j.serving.Predictor;
      import org.springframework.web.bind.annotation.*;
      """;

  @TempDir Path directory;

  private static List<String> blocks(Path file, String language) throws Exception {
    Matcher matcher =
        Pattern.compile("```" + language + "\\R(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(file));
    return matcher.results().map(found -> found.group(1)).toList();
  }

  private static String readme() throws Exception {
    Matcher matcher =
        Pattern.compile("<!-- readme: spring -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("README.md")));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private Class<?> compile(String name, String source) throws Exception {
    Path out = Files.createDirectories(directory.resolve("classes-" + name));
    Path file =
        Files.createDirectories(directory.resolve("source-" + name)).resolve(name + ".java");
    Files.writeString(
        file,
        "package io.mlops4j.examples.springservice;\n" + IMPORTS + source,
        StandardCharsets.UTF_8);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of(
            "-parameters",
            "-proc:none",
            "-d",
            out.toString(),
            "-cp",
            System.getProperty("java.class.path"));
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
    URLClassLoader loader =
        new URLClassLoader(new URL[] {out.toUri().toURL()}, SnippetsTest.class.getClassLoader());
    return loader.loadClass("io.mlops4j.examples.springservice." + name);
  }

  @Test
  void readme_controller_compiles() throws Exception {
    assertThat(compile("Risks", readme()))
        .satisfies(
            type -> assertThat(type.getDeclaredMethods()).extracting("name").contains("predict"));
  }

  @Test
  void docs_everyJavaBlock_compiles() throws Exception {
    List<String> blocks = blocks(ROOT.resolve("docs/spring.md"), "java");
    assertThat(blocks).hasSize(2);
    assertThat(compile("Risks", blocks.get(0)))
        .satisfies(
            type -> assertThat(type.getDeclaredMethods()).extracting("name").contains("predict"));
    compile("Policy", "class Policy { Object gate() { return " + blocks.get(1) + "} }");
  }

  @Test
  void docs_yaml_isYaml() throws Exception {
    List<String> blocks = blocks(ROOT.resolve("docs/spring.md"), "yaml");
    assertThat(blocks).hasSize(1);
    Object read = new Yaml(new SafeConstructor(new LoaderOptions())).<Object>load(blocks.get(0));
    assertThat(read.toString()).contains("fallback-value=0.2", "psi-above=0.2");
  }
}
