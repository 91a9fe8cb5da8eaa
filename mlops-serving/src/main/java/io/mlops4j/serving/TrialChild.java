package io.mlops4j.serving;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.serving.TrialWire.Answer;
import io.mlops4j.serving.TrialWire.Verdict;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The child JVM of a {@link TrialRun}: loads the version as the service would, runs rows, says what
 * it found in a file, and ends. Whatever native code does meanwhile, it does to this process.
 */
final class TrialChild {
  /** Exit codes. What a JVM or a signal ends with is none of them. */
  static final int PASSED = 0;

  static final int REFUSED = 10;
  static final int OUT_OF_MEMORY = 11;

  static final int ABANDONED = 12;

  private TrialChild() {}

  /**
   * Runs in the child.
   *
   * @param arguments the private directory
   */
  public static void main(String[] arguments) throws IOException {
    TrialDirectory directory = new TrialDirectory(Path.of(arguments[0]));
    beFirstToGo();
    endWithParent(directory);
    Answer answer = attempt(directory);
    TrialWire.write(directory.answer(), answer);
    // Not exit: hooks would only tidy up what ends with the process anyway.
    Runtime.getRuntime()
        .halt(
            switch (answer.verdict()) {
              case PASSED -> PASSED;
              case REFUSED -> REFUSED;
              case OUT_OF_MEMORY -> OUT_OF_MEMORY;
            });
  }

  /** Where the kernel ends a process because memory is short, let it be this one. */
  private static void beFirstToGo() {
    try {
      Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
    } catch (IOException e) {
      // Not Linux, or not allowed: nothing depends on it.
    }
  }

  /** The parent holds the other end of the standard input, and lets go of it when it ends. */
  static void endWithParent(TrialDirectory directory) {
    Thread watch =
        new Thread(
            () -> {
              try (InputStream in = new FileInputStream(FileDescriptor.in)) {
                while (in.read() >= 0) {
                  // Nothing is ever sent.
                }
              } catch (IOException e) {
                // The same as its end.
              }
              directory.delete();
              Runtime.getRuntime().halt(ABANDONED);
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
  }

  /** Returns what there is to say of the version in a directory. */
  static Answer attempt(TrialDirectory directory) {
    try {
      TrialRequest request = TrialWire.read(directory.request());
      return new Answer(Verdict.PASSED, run(request, directory), "");
    } catch (OutOfMemoryError e) {
      return new Answer(Verdict.OUT_OF_MEMORY, 0, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Answer(
          Verdict.REFUSED, 0, "The trial run's files cannot be read: " + e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      return new Answer(Verdict.REFUSED, 0, PredictionFailedException.because(e));
    }
  }

  /** Returns how many golden rows were reproduced. */
  private static int run(TrialRequest request, TrialDirectory directory) {
    Path[] files =
        request.files().stream().map(name -> directory.files().resolve(name)).toArray(Path[]::new);
    ModelFiles artifact =
        ModelFiles.of(
            "onnx", files[0], List.of(files).subList(1, files.length).toArray(Path[]::new));
    InputEncoding encoding = request.encoding();
    if (encoding != null) {
      artifact = artifact.withEncoding(encoding);
    }
    // Loading runs a row of zeros and empty texts.
    try (Model<Map<String, Object>, ?> model = request.loader().load(request.version(), artifact)) {
      OnnxRowModel<Map<String, Object>, ?> kernel = ServedVersion.kernelOf(model);
      if (kernel != null && kernel.isMeasurable()) {
        largestRun(kernel);
      }
      int rows = request.golden().size();
      GoldenReplay.require(
          "Version '" + request.version() + "'",
          model,
          request.tolerance(),
          rows,
          request::row,
          i -> request.golden().get(i).expected());
      return rows;
    }
  }

  /** The service measures what runs cost up to the largest, before the version serves. */
  private static <I> void largestRun(OnnxRowModel<I, ?> model) {
    OnnxSlot<I> slot = model.takeUninterruptibly();
    try {
      model.rehearse(slot, model.capacity());
    } finally {
      model.giveBack(slot);
    }
  }
}
