package io.mlops4j.tribuo;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Rows to a model: what all public ways to train share. */
record Training<O extends Output<O>, A>(Task<O, A> task, Trainer<O> trainer) {
  Training {
    Objects.requireNonNull(trainer, "trainer");
  }

  <T> Scorer<T, O, A> train(LabeledDataset<T> rows, InputEncoding encoding) {
    RowEncoder<T> encoder = encoding.bind(rows.schema());
    String[] names = Examples.names(encoding);
    MutableDataset<O> dataset = examples(rows, encoder, names);
    if (dataset.size() == 0) {
      throw new MlopsException(rows.name() + " has 0 rows: nothing can be learned.");
    }
    if (dataset.getOutputInfo().getDomain().size() < 2 && task.needsTwoClasses()) {
      throw new MlopsException(
          rows.name() + " has " + dataset.size() + " rows of one class: nothing can be learned.");
    }
    // From invocation 0 each time: a trainer's state would make the second model another one.
    org.tribuo.Model<O> model = trainer.train(dataset, Map.of(), 0);
    String who = model.getClass().getSimpleName() + " trained on " + rows.name();
    Examples.check(who, model.getFeatureIDMap(), names);
    task.check(who, model);
    return new Scorer<>(who, task, model, encoder, names);
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
