package io.mlops4j.examples.unittesting;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the tests work with: a sample of March, and two models as training/train.py wrote them. */
final class March {
  static final Schema<Flight> FLIGHT = Schema.of(Flight.class);

  static final Dataset<Departure> DEPARTURES =
      Dataset.csvResource(March.class, "/departures.csv", Schema.of(Departure.class)).inMemory();

  /** The departures as this service's own code preprocesses them. */
  static final Dataset<Flight> FLIGHTS = DEPARTURES.map(FLIGHT, Departure::toFlight).inMemory();

  /** What January and February looked like: a version in a registry has it with it. */
  static final Baseline TRAINING =
      Baseline.fit(
          FLIGHT,
          Dataset.csvResource(March.class, "/training.csv", Schema.of(Departure.class))
                  .map(FLIGHT, Departure::toFlight)
              ::stream);

  private static final LabeledDataset<Flight> TRUTH =
      DEPARTURES.label(FLIGHT, Departure::toFlight, Departure::late).inMemory();

  private March() {}

  static ModelFiles files(String month) {
    return ModelFiles.of("onnx", Map.of("model.onnx", resource(month + "/model.onnx")))
        .withEncoding(encoding(month));
  }

  static InputEncoding encoding(String month) {
    return InputEncoding.fromJson(resource(month + "/encoding.json"));
  }

  /** Raw departures with the answers of February's model, after Python's own preprocessing. */
  static GoldenRows rawGoldenRows() {
    return GoldenRows.fromJson(resource("raw-golden.json"));
  }

  static List<Flight> flights(int count) {
    try (var rows = FLIGHTS.stream()) {
      return rows.limit(count).toList();
    }
  }

  static Departure departure(int row) {
    try (var rows = DEPARTURES.stream()) {
      return rows.skip(row).findFirst().orElseThrow();
    }
  }

  /** Registers a model and stores how good it is on March. */
  static RegisteredVersion<Flight, Double> evaluated(
      RegisteredModel<Flight, Double> model, String month) {
    RegisteredVersion<Flight, Double> version = model.register(files(month), Lineage.here());
    double[] scores;
    try (Model<Flight, Double> loaded = version.release().load();
        var rows = TRUTH.features()) {
      scores = loaded.predict(rows.toList()).stream().mapToDouble(Double::doubleValue).toArray();
    }
    double[] labels = TRUTH.labels();
    boolean[] late = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      late[i] = labels[i] == 1;
    }
    model.recordEvaluation(
        version,
        EvaluationReport.binary(
            version.version().toString(),
            "March",
            TRUTH.digest(),
            BinaryEvaluation.of(scores, late),
            Instant.EPOCH));
    model.stage(version);
    return model.validate(version);
  }

  private static byte[] resource(String name) {
    try (InputStream in = March.class.getResourceAsStream("/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
