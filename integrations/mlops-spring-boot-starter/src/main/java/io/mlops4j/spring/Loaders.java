package io.mlops4j.spring;

import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.Schema;
import io.mlops4j.serving.OnnxLoader;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.spring.MlopsProperties.Output;
import io.mlops4j.tribuo.TribuoModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * How versions of a predictor's model are loaded: by the application's own loaders first, then by
 * those whose libraries are on the class path. A format whose library is missing has a loader that
 * says so.
 */
final class Loaders {
  private static final String ONNX = "onnx";
  private static final String TRIBUO = "tribuo";

  private Loaders() {}

  static <I> List<ModelLoader<I, ?>> of(
      Schema<I> schema,
      Output output,
      @Nullable String outputName,
      List<ModelLoader<I, ?>> own,
      @Nullable ClassLoader classes) {
    List<ModelLoader<I, ?>> loaders = new ArrayList<>(own);
    Set<String> read = new HashSet<>();
    own.forEach(loader -> read.addAll(loader.formats()));
    if (!read.contains(ONNX)) {
      loaders.add(
          ClassUtils.isPresent("ai.onnxruntime.OrtEnvironment", classes)
              ? Onnx.loader(schema, output, outputName)
              : new MissingLibraryLoader<>(ONNX, "com.microsoft.onnxruntime:onnxruntime"));
    }
    if (!read.contains(TRIBUO) && output != Output.PROBABILITIES) {
      loaders.add(
          ClassUtils.isPresent("io.mlops4j.tribuo.TribuoModel", classes)
              ? Tribuo.loader(schema, output)
              : new MissingLibraryLoader<>(TRIBUO, "io.mlops4j:mlops-tribuo"));
    }
    return loaders;
  }

  /** Touched only if ONNX Runtime is there. */
  private static final class Onnx {
    static <I> ModelLoader<I, ?> loader(
        Schema<I> schema, Output output, @Nullable String outputName) {
      return switch (output) {
        case PROBABILITY -> named(OnnxModel.probability(schema), outputName);
        case PROBABILITIES -> named(OnnxModel.probabilities(schema), outputName);
        case REGRESSION -> named(OnnxModel.regression(schema), outputName);
      };
    }

    private static <I, O> ModelLoader<I, O> named(OnnxLoader<I, O> loader, @Nullable String name) {
      return name == null ? loader : loader.output(name);
    }
  }

  /** Touched only if mlops-tribuo is there. */
  private static final class Tribuo {
    static <I> ModelLoader<I, ?> loader(Schema<I> schema, Output output) {
      return output == Output.PROBABILITY
          ? TribuoModel.probability(schema)
          : TribuoModel.regression(schema);
    }
  }
}
