package io.mlops4j.serving;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.TrialWire.Answer;
import io.mlops4j.serving.TrialWire.Verdict;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child that tries the version as {@link TrialChild} does, and then, from version 10 on, does
 * something bad instead of ending. So the same probe with a smaller number is the negative control.
 */
final class TrialProbe {
  /** Passes by its own account, then writes to address 0. */
  static final int SEGMENTATION_FAULT = 10;

  /** Passes by its own account, then ends as {@code abort()} does. */
  static final int ABORT = 11;

  /** Never ends; says its process id in a file beside its directory. */
  static final int HANG = 12;

  static final int EXHAUST_HEAP = 13;

  /** Exit code 0, and no answer. */
  static final int LIE = 14;

  /** Says a megabyte, and then the names of its environment. */
  static final int TALK = 15;

  private TrialProbe() {}

  public static void main(String[] arguments) throws Exception {
    TrialDirectory directory = new TrialDirectory(Path.of(arguments[0]));
    int number = TrialWire.read(directory.request()).version().number();
    if (number < SEGMENTATION_FAULT) {
      TrialChild.main(arguments);
      return;
    }
    Answer answer = TrialChild.attempt(directory);
    if (answer.verdict() != Verdict.PASSED) {
      throw new IllegalStateException(answer.message());
    }
    switch (number) {
      case SEGMENTATION_FAULT -> {
        TrialWire.write(directory.answer(), answer);
        writeToNowhere();
      }
      case ABORT -> {
        TrialWire.write(directory.answer(), answer);
        Runtime.getRuntime().halt(134);
      }
      case HANG -> {
        Path said = directory.root().resolveSibling("pid");
        Path whole = directory.root().resolveSibling("pid.whole");
        Files.writeString(said, String.valueOf(ProcessHandle.current().pid()));
        Files.move(said, whole);
        if (directory.root().resolveSibling("watched").toFile().exists()) {
          TrialChild.endWithParent(directory);
        }
        new CountDownLatch(1).await();
      }
      case EXHAUST_HEAP -> {
        List<long[]> all = new ArrayList<>();
        while (all.size() < 1 << 20) {
          all.add(new long[1 << 20]);
        }
      }
      case LIE -> Runtime.getRuntime().halt(0);
      default -> {
        for (int i = 0; i < 1 << 14; i++) {
          System.out.println(
              "line " + i + " of sixty-four characters, to fill a pipe many times over");
        }
        System.out.println(new TreeSet<>(System.getenv().keySet()));
        System.out.flush();
        Runtime.getRuntime().halt(77);
      }
    }
  }

  /** By reflection: the compiler warns of the class whatever one says. */
  private static void writeToNowhere() throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Unsafe");
    Field field = type.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    type.getMethod("putAddress", long.class, long.class).invoke(field.get(null), 0L, 0L);
  }

  // For tests.

  static <I, O> TrialRun<I, O> in(Path parent, OnnxLoader<I, O> loader) {
    return TrialRun.of(loader)
        .withDirectory(parent)
        .withClassPath(testClassPath())
        .withMain(TrialProbe.class.getName());
  }

  static List<Path> testClassPath() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(File.pathSeparator))
        .map(Path::of)
        .filter(Files::exists)
        .toList();
  }

  /** Golden rows of a model over one number. */
  static GoldenRows golden(double... inputsAndAnswers) {
    List<GoldenRows.Row> rows = new ArrayList<>();
    for (int i = 0; i < inputsAndAnswers.length; i += 2) {
      rows.add(new GoldenRows.Row(Map.of("x", inputsAndAnswers[i]), inputsAndAnswers[i + 1]));
    }
    return new GoldenRows(1e-6, rows);
  }

  static ModelFiles files(String name) {
    return ModelFiles.of("onnx", Models.file(name + ".onnx"));
  }

  /** Returns a release of files, as a registry gives them. */
  static <I, O> ModelRelease<I, O> release(
      int number, @Nullable ModelArtifact files, OnnxLoader<I, O> loader) {
    return new ModelRelease<>() {
      @Override
      public ModelVersion version() {
        return Models.version(number);
      }

      @Override
      public Optional<Baseline> baseline() {
        return Optional.empty();
      }

      @Override
      public Optional<GoldenRows> goldenRows() {
        return files == null ? Optional.empty() : files.goldenRows();
      }

      @Override
      public Optional<ModelArtifact> files() {
        return Optional.ofNullable(files);
      }

      @Override
      public Model<I, O> load() {
        if (files == null) {
          throw new IllegalStateException("must not be loaded");
        }
        return loader.load(version(), files);
      }
    };
  }

  /** Returns what is in a directory, besides what a probe says there. */
  static List<Path> leftIn(Path directory) {
    try (Stream<Path> list = Files.list(directory)) {
      return list.filter(path -> path.getFileName().toString().startsWith("mlops4j")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
