package io.mlops4j.cli;

import io.mlops4j.cli.Plan.Task;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.Schema;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.tribuo.TribuoModel;
import java.util.Map;

/** How a version's files become a model of rows that are maps. */
final class Loaders {
  private static final String OURS = "io.mlops4j.tribuo.TribuoModel";
  private static final String TRIBUO = "org.tribuo.Model";

  private Loaders() {}

  /** Returns the loader of a version's format, if its library is on the class path. */
  static ModelLoader<Map<String, ?>, Double> of(
      String who, String format, Schema<Map<String, ?>> schema, Task task) {
    return switch (format) {
      case "onnx" ->
          task == Task.BINARY ? OnnxModel.probability(schema) : OnnxModel.regression(schema);
      case "tribuo" -> {
        if (!isPresent(OURS) || !isPresent(TRIBUO)) {
          throw new CliException(
              ExitCode.INPUT,
              who
                  + " is of format tribuo, and mlops-tribuo is not on the class path. Put it and its"
                  + " libraries into lib/ or MLOPS_CLASSPATH.");
        }
        yield Tribuo.loader(schema, task);
      }
      default ->
          throw new CliException(
              ExitCode.INPUT,
              who
                  + " is of format "
                  + format
                  + ", which is not read here (onnx and tribuo are). Evaluate it in Java.");
    };
  }

  private static boolean isPresent(String type) {
    try {
      Class.forName(type, false, Loaders.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Touched only if mlops-tribuo is there. */
  private static final class Tribuo {
    static ModelLoader<Map<String, ?>, Double> loader(Schema<Map<String, ?>> schema, Task task) {
      return task == Task.BINARY ? TribuoModel.probability(schema) : TribuoModel.regression(schema);
    }
  }
}
