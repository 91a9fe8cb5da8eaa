package io.mlops4j.serving;

import io.mlops4j.core.Schema;

/**
 * Models in ONNX files: one float input {@code [n, d]}, plain tensor outputs, run by ONNX Runtime
 * in this process.
 *
 * <pre>{@code
 * var model = OnnxModel.probability(Schema.of(Flight.class)).load(Path.of("delay.onnx"));
 * }</pre>
 *
 * <p>String inputs and sequence-of-map outputs (scikit-learn's default ZipMap) are refused with a
 * sentence that says how to export without them.
 */
public final class OnnxModel {
  private OnnxModel() {}

  /**
   * Returns a loader of binary classifiers that answer the probability of the positive class, 0 to
   * 1. Reads an output {@code [n, 2]} (its second column), {@code [n, 1]} or {@code [n]}.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, Double> probability(Schema<T> schema) {
    return new OnnxLoader<>(schema, OutputKind.PROBABILITY, null);
  }

  /**
   * Returns a loader of classifiers that answer one probability per class. Reads an output {@code
   * [n, c]}, {@code c >= 2}.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, ClassProbabilities> probabilities(Schema<T> schema) {
    return new OnnxLoader<>(schema, OutputKind.PROBABILITIES, null);
  }

  /**
   * Returns a loader of regressions. Reads an output {@code [n, 1]} or {@code [n]}.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, Double> regression(Schema<T> schema) {
    return new OnnxLoader<>(schema, OutputKind.REGRESSION, null);
  }

  /**
   * Returns how many native sessions are open in this process, by whomever. For tests and health
   * checks that look for leaks.
   *
   * @return 0 when every ONNX model has been closed
   */
  public static int openSessions() {
    return OnnxSession.OPEN.get();
  }
}
