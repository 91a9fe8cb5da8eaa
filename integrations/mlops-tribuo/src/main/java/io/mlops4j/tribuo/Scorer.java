package io.mlops4j.tribuo;

import io.mlops4j.core.RowEncoder;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.Model;
import org.tribuo.Output;

/** A Tribuo model with what turns rows into its examples and its predictions into numbers. */
final class Scorer<T, O extends Output<O>> {
  private final Task<O> task;
  private final Model<O> model;
  private final RowEncoder<T> encoder;
  private final String[] names;

  Scorer(Task<O> task, Model<O> model, RowEncoder<T> encoder, String[] names) {
    this.task = task;
    this.model = model;
    this.encoder = encoder;
    this.names = names;
  }

  Model<O> model() {
    return model;
  }

  RowEncoder<T> encoder() {
    return encoder;
  }

  List<Double> score(List<T> rows) {
    Examples<T> examples = new Examples<>(encoder, names);
    O unknown = task.factory().getUnknownOutput();
    boolean sparse = Examples.isSparse(encoder.encoding());
    List<Double> answers = new ArrayList<>(rows.size());
    for (T row : rows) {
      answers.add(task.answer(model.predict(examples.example(row, unknown, sparse, 0))));
    }
    return answers;
  }
}
