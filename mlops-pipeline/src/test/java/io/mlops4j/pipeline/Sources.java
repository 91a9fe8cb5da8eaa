package io.mlops4j.pipeline;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Java that is compiled while a test runs, on the test's own class path. */
final class Sources {
  /** What the compiler says: which line is wrong, and why. */
  record Misfit(long line, String message) {}

  private Sources() {}

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Compiles one top-level class; returns the errors. */
  static List<Misfit> compile(Path directory, String name, String source, Path... more) {
    JavaCompiler compiler =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "the JDK's compiler");
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    String classPath = classPath();
    for (Path each : more) {
      classPath += File.pathSeparator + each;
    }
    List<String> options =
        List.of("-proc:none", "-d", directory.toString(), "-classpath", classPath);
    URI place = URI.create("memory:///" + name.replace('.', '/') + ".java");
    JavaFileObject file =
        new SimpleJavaFileObject(place, JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    compiler.getTask(null, null, found, options, null, List.of(file)).call();
    return found.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(d -> new Misfit(d.getLineNumber(), d.getMessage(Locale.ROOT)))
        .toList();
  }
}
