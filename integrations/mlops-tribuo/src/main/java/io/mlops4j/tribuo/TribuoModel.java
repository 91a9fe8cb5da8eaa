package io.mlops4j.tribuo;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Tribuo model over rows: just trained, or loaded from a version's files. Answers exactly what
 * Tribuo answers. Thread-safe; holds nothing that needs closing.
 *
 * @param <T> the row type
 */
public final class TribuoModel<T> implements Model<T, Double> {
  /** The format of {@link #artifact()}: Tribuo's own, protobuf. */
  public static final String FORMAT = "tribuo";

  static final String FILE = "model.pb";

  private final Scorer<T, ?, Double> scorer;

  TribuoModel(Scorer<T, ?, Double> scorer) {
    this.scorer = scorer;
  }

  /**
   * Returns the loader of classifiers of the classes 0 and 1. For more classes, or others: {@link
   * TribuoClassifier#loader}.
   *
   * @param schema what rows are; must have the features the version's encoding reads
   * @param <T> the row type
   * @return a loader of format {@code tribuo} whose models answer the probability of 1
   */
  public static <T> ModelLoader<T, Double> probability(Schema<T> schema) {
    return new TribuoLoader<>(schema, ProbabilityTask.INSTANCE, TribuoModel::new);
  }

  /**
   * Returns the loader of regressions.
   *
   * @param schema what rows are; must have the features the version's encoding reads
   * @param <T> the row type
   * @return a loader of format {@code tribuo} whose models answer a number
   */
  public static <T> ModelLoader<T, Double> regression(Schema<T> schema) {
    return new TribuoLoader<>(schema, RegressionTask.INSTANCE, TribuoModel::new);
  }

  /**
   * Returns one answer per row: the probability of class 1, or the number.
   *
   * @throws MlopsException if a row has a value that the encoding rejects, or a missing one that it
   *     does not replace; names the feature
   */
  @Override
  public List<Double> predict(List<T> inputs) {
    return scorer.score(inputs);
  }

  @Override
  public Optional<Schema<T>> schema() {
    return Optional.of(scorer.encoder().schema());
  }

  /**
   * Returns how rows become the model's columns.
   *
   * @return the encoding frozen at training
   */
  public InputEncoding encoding() {
    return scorer.encoding();
  }

  /**
   * Returns how the model was trained: the classes of model and trainer, every hyperparameter and
   * seed, and Tribuo's version. For a version's lineage. Paths are left out.
   *
   * @return names and values in order
   */
  public Map<String, String> lineage() {
    return scorer.lineage();
  }

  /**
   * Returns the model in Tribuo's own format, with its encoding and signature, ready for a registry
   * or {@link #probability} and {@link #regression}.
   *
   * <p>The bytes of two equal trainings are equal: the times that Tribuo writes into a model are
   * left out. Versions of Tribuo, Java and the operating system are in it.
   *
   * @return one file of protobuf, never Java serialization
   */
  public ModelFiles artifact() {
    return scorer.artifact();
  }

  /**
   * Returns the model exported to ONNX, with the same encoding: one float input {@code [n, d]}
   * whose columns are the encoding's, one output {@code [n, 2]} (probabilities of 0 and 1) or
   * {@code [n, 1]}. Answers are floats: they differ from Tribuo's by rounding.
   *
   * @return one file of format {@code onnx}
   * @throws MlopsException if Tribuo cannot export this kind of model; says which it can
   */
  public ModelFiles toOnnx() {
    return scorer.toOnnx();
  }

  /**
   * Returns Tribuo's model, to look into: weights, top features, provenance.
   *
   * @return the model; its features are named by column number and feature
   */
  public org.tribuo.Model<?> tribuo() {
    return scorer.model();
  }

  /** Returns what the model is and what it was trained on. */
  @Override
  public String toString() {
    return scorer.who();
  }
}
