package io.mlops4j.serving;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import io.mlops4j.core.ModelVersion;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's environment, of which a process has one: state that must be global because native
 * code makes it so. Made lazily, with the pool that models may share; content with one that another
 * library has made before, which then has no such pool.
 */
final class OnnxEnvironment {
  private static volatile @Nullable OrtEnvironment environment;
  private static volatile boolean pooled;

  private OnnxEnvironment() {}

  /** Returns the environment; the native library has been loaded for some model by then. */
  static OrtEnvironment get() throws OrtException {
    OrtEnvironment made = environment;
    return made == null ? make() : made;
  }

  /** Returns the environment, or says what is wrong with the native library. */
  static OrtEnvironment require(ModelVersion who) throws OrtException {
    try {
      return get();
    } catch (LinkageError | IllegalStateException e) {
      Throwable cause =
          e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
      throw new ModelLoadException(
          "Model '"
              + who
              + "' needs ONNX Runtime's native library, which cannot be loaded here: "
              + cause
              + ". It exists for glibc Linux (x64, aarch64), macOS and Windows, not for musl; it is"
              + " unpacked to java.io.tmpdir, which must allow execution, unless"
              + " -Donnxruntime.native.path names its directory. Linear models run without it.",
          e);
    }
  }

  /** Whether the process-wide pool exists. */
  static boolean isPooled() {
    return pooled;
  }

  private static synchronized OrtEnvironment make() throws OrtException {
    OrtEnvironment made = environment;
    if (made != null) {
      return made;
    }
    try (OrtEnvironment.ThreadingOptions threads = new OrtEnvironment.ThreadingOptions()) {
      // What the JVM sees is the container's quota. The pool's threads sleep until a model uses it.
      threads.setGlobalIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      threads.setGlobalInterOpNumThreads(1);
      threads.setGlobalSpinControl(false);
      made =
          OrtEnvironment.getEnvironment(
              OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, OrtEnvironment.DEFAULT_NAME, threads);
      pooled = true;
    } catch (IllegalStateException e) {
      // Another library was first.
      made = OrtEnvironment.getEnvironment();
    }
    environment = made;
    return made;
  }
}
