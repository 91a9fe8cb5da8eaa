package io.mlops4j.tribuo;

import io.mlops4j.core.EncodingBuilder;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.data.LabeledDataset;
import java.util.function.UnaryOperator;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.regression.Regressor;

/**
 * Trains models with any of Tribuo's trainers, on labeled rows and an encoding.
 *
 * <p>The same rows, encoding and trainer settings (with their seeds) give the same model, however
 * often this trains: each training starts from the trainer's seed. The rows are held in memory as
 * Tribuo's examples, about 100 bytes and 12 more per column that is not 0. Thread-safe if the
 * trainer is used by nobody else.
 */
public final class TribuoTrainer {
  private final Training<?, Double> training;

  private TribuoTrainer(Training<?, Double> training) {
    this.training = training;
  }

  /**
   * Returns a trainer for two classes, labeled 0 and 1.
   *
   * @param trainer one of Tribuo's whose models give probabilities, such as {@code
   *     LogisticRegressionTrainer}, {@code CARTClassificationTrainer} or a random forest
   * @return the trainer of models that answer the probability of 1
   */
  public static TribuoTrainer classification(Trainer<Label> trainer) {
    return new TribuoTrainer(new Training<>(ProbabilityTask.INSTANCE, trainer));
  }

  /**
   * Returns a trainer for a number.
   *
   * @param trainer one of Tribuo's
   * @return the trainer of models that answer a number
   */
  public static TribuoTrainer regression(Trainer<Regressor> trainer) {
    return new TribuoTrainer(new Training<>(RegressionTask.INSTANCE, trainer));
  }

  /**
   * Returns a model trained with an encoding learned from the same rows.
   *
   * @param rows what to learn from; read twice
   * @param columns adds the columns: {@code columns -> columns.oneHot("origin")}
   * @param <T> the row type
   * @return the model; close it or keep it
   * @throws MlopsException as below, or if the encoding cannot be learned
   */
  public <T> TribuoModel<T> train(
      LabeledDataset<T> rows, UnaryOperator<EncodingBuilder<T>> columns) {
    return train(rows, columns.apply(InputEncoding.learn(rows.schema())).from(rows::features));
  }

  /**
   * Returns a model trained with a given encoding.
   *
   * @param rows what to learn from; read once, or twice if there are fewer rows than columns
   * @param encoding how rows become the model's columns; frozen into the model
   * @param <T> the row type
   * @return the model; close it or keep it
   * @throws MlopsException if there are no rows, a label is not one of the task, all labels are of
   *     one class, a column is missing or not finite in a row, or the trainer's models cannot
   *     answer; names the data
   */
  public <T> TribuoModel<T> train(LabeledDataset<T> rows, InputEncoding encoding) {
    return new TribuoModel<>(training.train(rows, encoding));
  }
}
