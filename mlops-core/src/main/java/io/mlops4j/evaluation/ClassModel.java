package io.mlops4j.evaluation;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.Optional;

/** A classifier of several classes as a contender: its number is the most probable class. */
record ClassModel<T>(Model<T, ClassProbabilities> probabilities) implements Model<T, Double> {
  @Override
  public List<Double> predict(List<T> inputs) {
    return probabilities.predict(inputs).stream().map(p -> (double) p.best()).toList();
  }

  @Override
  public Optional<Schema<T>> schema() {
    return probabilities.schema();
  }

  @Override
  public void close() {
    probabilities.close();
  }
}
