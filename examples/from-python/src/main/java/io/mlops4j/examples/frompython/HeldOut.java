package io.mlops4j.examples.frompython;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Rows no model was trained on, with the truth and the answers Python gave.
 *
 * @param rows features and truth
 * @param answers of Python, one per row
 */
record HeldOut<T>(LabeledDataset<T> rows, List<Double> answers) {

  static HeldOut<Flight> flights(Path home, ToDoubleFunction<Flight.HeldOut> answer) {
    Dataset<Flight.HeldOut> file =
        Dataset.csv(home.resolve("data/flights-heldout.csv"), Schema.of(Flight.HeldOut.class))
            .inMemory();
    return new HeldOut<>(
        file.label(Flight.SCHEMA, Flight.HeldOut::flight, Flight.HeldOut::late).inMemory(),
        file.stream().map(row -> answer.applyAsDouble(row)).toList());
  }

  static HeldOut<Applicant> applicants(Path home) {
    Path file = home.resolve("data/german-credit-heldout.csv");
    return new HeldOut<>(
        labeled(file),
        Dataset.csv(file, Schema.of(Applicant.Answer.class)).inMemory().stream()
            .map(Applicant.Answer::probability)
            .toList());
  }

  /** Features come from one reading of the file, the truth from another. */
  static LabeledDataset<Applicant> labeled(Path file) {
    List<Applicant> features = Dataset.csv(file, Applicant.SCHEMA).inMemory().stream().toList();
    List<Applicant.Truth> truths =
        Dataset.csv(file, Schema.of(Applicant.Truth.class)).inMemory().stream().toList();
    List<Labeled<Applicant>> rows = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      rows.add(new Labeled<>(features.get(i), truths.get(i).bad()));
    }
    return LabeledDataset.of(Applicant.SCHEMA, rows);
  }

  /** Asks a version, as serving would load it, and returns what is to be recorded about it. */
  static <T> EvaluationReport evaluate(
      RegisteredVersion<T, Double> version, LabeledDataset<T> rows) {
    BinaryEvaluation.Collector collector = BinaryEvaluation.collector();
    try (Model<T, Double> model = version.release().load()) {
      List<Double> scores = model.predict(rows.features().toList());
      double[] labels = rows.labels();
      for (int i = 0; i < labels.length; i++) {
        collector.add(scores.get(i), labels[i] == 1);
      }
    }
    return EvaluationReport.binary(
        version.version().toString(),
        rows.name(),
        rows.digest(),
        collector.evaluate(),
        Instant.now());
  }
}
