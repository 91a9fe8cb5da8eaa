package io.mlops4j.spring;

import io.mlops4j.core.Feature;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.IntegrityException;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why the first version could not be served, and what to do about it. */
final class Diagnosis {
  private static final String NATIVE = "The native library of ONNX Runtime cannot be loaded";
  private static final String INSTEAD =
      " or unpack libonnxruntime.so and libonnxruntime4j_jni.so into a directory of the image and"
          + " set -Donnxruntime.native.path=<that directory>.";

  private Diagnosis() {}

  static StartException ofLoading(String predictor, Schema<?> rows, MlopsException failure) {
    StartException known = find(failure, StartException.class);
    if (known != null) {
      return known;
    }
    LinkageError link = find(failure, LinkageError.class);
    if (link != null && aboutOnnx(link)) {
      return ofNative(predictor, link);
    }
    String who = "Predictor '" + predictor + "' cannot serve the selected version. ";
    if (find(failure, IntegrityException.class) != null) {
      return new StartException(
          who + failure.getMessage(),
          "Roll back to the champion before it or promote another version, and find out what"
              + " changed the file: ModelRegistry.verify() lists everything that is damaged. To"
              + " start nevertheless, set mlops.predictors."
              + predictor
              + ".fallback-value.",
          failure);
    }
    if (String.valueOf(failure.getMessage()).contains("the loaders of this handle read")) {
      return new StartException(
          who + failure.getMessage(),
          "Declare a bean of type ModelLoader<"
              + rows.name()
              + ", …> that reads this format, or promote a version in one of those.",
          failure);
    }
    return new StartException(
        who + failure.getMessage(),
        "The row type has the features "
            + rows.features().stream().map(Feature::toString).collect(Collectors.joining(", "))
            + ". Name the components of "
            + rows.name()
            + " as the model was trained (the names are part of the version), or promote a version"
            + " that was trained for these rows.",
        failure);
  }

  private static boolean aboutOnnx(LinkageError e) {
    String text = String.valueOf(e).toLowerCase(Locale.ROOT);
    return e instanceof UnsatisfiedLinkError
        || e instanceof ExceptionInInitializerError
        || text.contains("onnxruntime");
  }

  /** What the loader of shared libraries says differs by C library and mount options. */
  static StartException ofNative(String predictor, LinkageError link) {
    StringBuilder said = new StringBuilder();
    for (Throwable e = link; e != null; e = e.getCause()) {
      said.append(e).append('\n');
    }
    String text = said.toString().toLowerCase(Locale.ROOT);
    String what = NATIVE + ", which predictor '" + predictor + "' needs: " + root(link) + ".";
    if (text.contains("failed to map segment") || text.contains("operation not permitted")) {
      return new StartException(
          what + " The directory for temporary files is mounted noexec.",
          "Set -Djava.io.tmpdir=<a directory that is not mounted noexec> (in Kubernetes an"
              + " emptyDir)"
              + INSTEAD.replaceFirst(" or", ", or"),
          link);
    }
    if (text.contains("musl")
        || text.contains("ld-linux")
        || text.contains("error relocating")
        || text.contains("error loading shared library")) {
      return new StartException(
          what + " It is built for glibc, and this system has musl (Alpine).",
          "Use an image with glibc, such as a Debian or Ubuntu based JRE, instead of Alpine.",
          link);
    }
    if (text.contains("read-only file system")
        || text.contains("accessdenied")
        || text.contains("permission denied")
        || text.contains("no space left")
        || text.contains("nosuchfile")) {
      return new StartException(
          what + " It could not be unpacked into the directory for temporary files.",
          "Set -Djava.io.tmpdir=<a writable directory with 60 MB free> (in Kubernetes an emptyDir"
              + " beside readOnlyRootFilesystem: true),"
              + INSTEAD,
          link);
    }
    return new StartException(
        what,
        "ONNX Runtime needs glibc (not musl, as in Alpine), x86-64 or ARM64, and a directory for"
            + " temporary files that is writable and not mounted noexec: set -Djava.io.tmpdir,"
            + INSTEAD,
        link);
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }

  private static <T> @Nullable T find(Throwable failure, Class<T> type) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (type.isInstance(e)) {
        return type.cast(e);
      }
    }
    return null;
  }
}
