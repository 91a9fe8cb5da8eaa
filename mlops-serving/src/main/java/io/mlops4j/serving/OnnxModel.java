package io.mlops4j.serving;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Schema;
import java.util.Objects;

/**
 * Models in ONNX files, run by ONNX Runtime in this process, linear ones and trees in Java: rows as
 * one float tensor {@code [n, d]} or as one input per column, answers as tensors or as maps of
 * classes.
 *
 * <pre>{@code
 * var model = OnnxModel.probability(Schema.of(Flight.class)).load(Path.of("delay.onnx"));
 * }</pre>
 *
 * <p>What each kind of input and output becomes is said at {@link OnnxLoader}, how models are run
 * at {@link OnnxOptions}.
 */
public final class OnnxModel {
  private OnnxModel() {}

  /**
   * Returns a loader of binary classifiers that answer the probability of the positive class, 0 to
   * 1. Reads an output {@code [n, 2]} (its second column), {@code [n, 1]} or {@code [n]}, or a map
   * of two classes (the second of them in order).
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, Double> probability(Schema<T> schema) {
    return new OnnxLoader<>(new RowInput<>(schema), OutputKind.PROBABILITY);
  }

  /**
   * Returns a loader of classifiers that answer one probability per class. Reads an output {@code
   * [n, c]}, {@code c >= 2}, or a map of classes, which also names them.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, ClassProbabilities> probabilities(Schema<T> schema) {
    return new OnnxLoader<>(new RowInput<>(schema), OutputKind.PROBABILITIES);
  }

  /**
   * Returns a loader of regressions. Reads an output {@code [n, 1]} or {@code [n]}.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, Double> regression(Schema<T> schema) {
    return new OnnxLoader<>(new RowInput<>(schema), OutputKind.REGRESSION);
  }

  /**
   * Returns a loader of models of which every output is wanted: a label and its probabilities,
   * several scores. Reads tensors of numbers and strings, and maps of classes.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return the loader
   */
  public static <T> OnnxLoader<T, OnnxOutputs> outputs(Schema<T> schema) {
    return new OnnxLoader<>(new RowInput<>(schema), OutputKind.ALL);
  }

  /**
   * Returns a loader of models that answer a vector per text. Reads an output {@code [n, length,
   * d]}, one vector per token, which is pooled, or {@code [n, d]}.
   *
   * @param tokens how a row becomes tokens
   * @param pooling how tokens' vectors become one
   * @param <T> the row type
   * @return the loader; models know no schema
   */
  public static <T> OnnxLoader<T, float[]> embedding(TokenInput<T> tokens, Pooling pooling) {
    Objects.requireNonNull(pooling, "pooling");
    return new OnnxLoader<>(
        new TokenKernel.Input<>(Objects.requireNonNull(tokens, "tokens"), pooling),
        OutputKind.EMBEDDING);
  }

  /**
   * Returns a loader of binary classifiers of texts. Reads outputs as {@link #probability(Schema)}.
   *
   * @param tokens how a row becomes tokens
   * @param <T> the row type
   * @return the loader; models know no schema
   */
  public static <T> OnnxLoader<T, Double> probability(TokenInput<T> tokens) {
    return of(tokens, OutputKind.PROBABILITY);
  }

  /**
   * Returns a loader of classifiers of texts. Reads outputs as {@link #probabilities(Schema)}; most
   * transformers end in raw scores, so export them with a softmax at the end.
   *
   * @param tokens how a row becomes tokens
   * @param <T> the row type
   * @return the loader; models know no schema
   */
  public static <T> OnnxLoader<T, ClassProbabilities> probabilities(TokenInput<T> tokens) {
    return of(tokens, OutputKind.PROBABILITIES);
  }

  /**
   * Returns a loader of regressions on texts. Reads outputs as {@link #regression(Schema)}.
   *
   * @param tokens how a row becomes tokens
   * @param <T> the row type
   * @return the loader; models know no schema
   */
  public static <T> OnnxLoader<T, Double> regression(TokenInput<T> tokens) {
    return of(tokens, OutputKind.REGRESSION);
  }

  private static <T, O> OnnxLoader<T, O> of(TokenInput<T> tokens, OutputKind<O> kind) {
    return new OnnxLoader<>(
        new TokenKernel.Input<>(Objects.requireNonNull(tokens, "tokens"), null), kind);
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
