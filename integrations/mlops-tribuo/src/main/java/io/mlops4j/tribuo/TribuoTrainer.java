package io.mlops4j.tribuo;

import io.mlops4j.core.EncodingBuilder;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.provenance.SimpleDataSourceProvenance;
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
  private final Work<?> work;

  private TribuoTrainer(Work<?> work) {
    this.work = work;
  }

  /**
   * Returns a trainer for two classes, labeled 0 and 1.
   *
   * @param trainer one of Tribuo's whose models give probabilities, such as {@code
   *     LogisticRegressionTrainer}, {@code CARTClassificationTrainer} or a random forest
   * @return the trainer of models that answer the probability of 1
   */
  public static TribuoTrainer classification(Trainer<Label> trainer) {
    return new TribuoTrainer(new Work<>(ProbabilityTask.INSTANCE, trainer));
  }

  /**
   * Returns a trainer for a number.
   *
   * @param trainer one of Tribuo's
   * @return the trainer of models that answer a number
   */
  public static TribuoTrainer regression(Trainer<Regressor> trainer) {
    return new TribuoTrainer(new Work<>(RegressionTask.INSTANCE, trainer));
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
    return work.train(rows, encoding);
  }

  private record Work<O extends Output<O>>(Task<O> task, Trainer<O> trainer) {
    Work {
      Objects.requireNonNull(trainer, "trainer");
    }

    <T> TribuoModel<T> train(LabeledDataset<T> rows, InputEncoding encoding) {
      RowEncoder<T> encoder = encoding.bind(rows.schema());
      String[] names = Examples.names(encoding);
      MutableDataset<O> dataset = examples(rows, encoder, names);
      if (dataset.size() == 0) {
        throw new MlopsException(rows.name() + " has 0 rows: nothing can be learned.");
      }
      if (dataset.getOutputInfo().getDomain().size() < 2 && task == ProbabilityTask.INSTANCE) {
        throw new MlopsException(
            rows.name() + " has " + dataset.size() + " rows of one class: nothing can be learned.");
      }
      // From invocation 0 each time: a trainer's state would make the second model another one.
      org.tribuo.Model<O> model = trainer.train(dataset, Map.of(), 0);
      String who = model.getClass().getSimpleName() + " trained on " + rows.name();
      Examples.check(who, model.getFeatureIDMap(), names);
      task.check(who, model);
      return new TribuoModel<>(who, new Scorer<>(task, model, encoder, names));
    }

    private <T> MutableDataset<O> examples(
        LabeledDataset<T> rows, RowEncoder<T> encoder, String[] names) {
      boolean sparse = Examples.isSparse(encoder.encoding());
      MutableDataset<O> dataset = examples(rows, encoder, names, sparse);
      // Fewer rows than columns, and columns that are 0 in all of them: those must not get lost.
      return dataset.size() > 0 && dataset.getFeatureMap().size() < names.length
          ? examples(rows, encoder, names, false)
          : dataset;
    }

    private <T> MutableDataset<O> examples(
        LabeledDataset<T> rows, RowEncoder<T> encoder, String[] names, boolean sparse) {
      MutableDataset<O> dataset =
          new MutableDataset<>(
              new SimpleDataSourceProvenance(rows.name(), task.factory()), task.factory());
      Examples<T> examples = new Examples<>(encoder, names);
      try (Stream<Labeled<T>> stream = rows.stream()) {
        // The n-th row keeps column n even if it is 0, so that every column becomes a feature.
        stream
            .sequential()
            .forEach(
                row ->
                    dataset.add(
                        examples.example(
                            row.row(), task.output(row.label()), sparse, dataset.size())));
      }
      return dataset;
    }
  }
}
