package io.mlops4j.tribuo;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.Schema;
import io.mlops4j.data.LabeledDataset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;

/**
 * A Tribuo classifier of any number of classes over rows: just trained, or loaded from a version's
 * files. Answers one probability per class, with the classes' names. Thread-safe; holds nothing
 * that needs closing.
 *
 * @param <T> the row type
 */
public final class TribuoClassifier<T> implements Model<T, ClassProbabilities> {
  private final Scorer<T, Label, ClassProbabilities> scorer;

  private TribuoClassifier(Scorer<T, Label, ClassProbabilities> scorer) {
    this.scorer = scorer;
  }

  /**
   * Returns a classifier trained on rows labeled 0, 1, 2, and so on, one number for each class.
   *
   * @param trainer one of Tribuo's whose models give probabilities: linear with a logistic
   *     objective, trees, forests, XGBoost
   * @param rows what to learn from
   * @param encoding how rows become the model's columns; frozen into the model
   * @param <T> the row type
   * @return the model
   * @throws MlopsException as {@link TribuoTrainer#train(LabeledDataset, InputEncoding)}
   */
  public static <T> TribuoClassifier<T> train(
      Trainer<Label> trainer, LabeledDataset<T> rows, InputEncoding encoding) {
    return new TribuoClassifier<>(
        new Training<>(ClassesTask.INSTANCE, trainer).train(rows, encoding));
  }

  /**
   * Returns the loader of classifiers, of two classes as well.
   *
   * @param schema what rows are; must have the features the version's encoding reads
   * @param <T> the row type
   * @return a loader of format {@code tribuo}
   */
  public static <T> ModelLoader<T, ClassProbabilities> loader(Schema<T> schema) {
    return new TribuoLoader<>(schema, ClassesTask.INSTANCE, TribuoClassifier::new);
  }

  /**
   * Returns one probability per class for each row.
   *
   * @throws MlopsException if a row has a value that the encoding rejects, or a missing one that it
   *     does not replace; names the feature
   */
  @Override
  public List<ClassProbabilities> predict(List<T> inputs) {
    return scorer.score(inputs);
  }

  @Override
  public Optional<Schema<T>> schema() {
    return Optional.of(scorer.encoder().schema());
  }

  /**
   * Returns the names of the classes.
   *
   * @return in the order of the answers: numbers by value, others as texts
   */
  public List<String> labels() {
    return ClassesTask.labels(scorer.model());
  }

  /**
   * Returns how the model was trained, as {@link TribuoModel#lineage}.
   *
   * @return names and values in order
   */
  public Map<String, String> lineage() {
    return scorer.lineage();
  }

  /**
   * Returns the model in Tribuo's own format, with its encoding and signature, ready for a registry
   * or {@link #loader}.
   *
   * @return one file of protobuf, never Java serialization
   */
  public ModelFiles artifact() {
    return scorer.artifact();
  }

  /**
   * Returns the model exported to ONNX, as {@link TribuoModel#toOnnx}; its output {@code [n, c]}
   * has the classes in the order of their names as texts.
   *
   * @return one file of format {@code onnx}
   * @throws MlopsException if Tribuo cannot export this kind of model; says which it can
   */
  public ModelFiles toOnnx() {
    return scorer.toOnnx();
  }

  /**
   * Returns Tribuo's model, to look into.
   *
   * @return the model; its features are named by column number and feature
   */
  public org.tribuo.Model<Label> tribuo() {
    return scorer.model();
  }

  /** Returns what the model is and what it was trained on. */
  @Override
  public String toString() {
    return scorer.who();
  }
}
