package io.mlops4j.tribuo;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.lineage.Retraining.Trained;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/** Trains the flights' model from a lineage alone: the data of its snapshot, its parameters. */
final class FlightsTraining {
  private static final Path FLIGHTS =
      Path.of("../../examples/flight-delay/src/main/resources/flights.csv.gz");
  private static final int LINES = 12_000;

  private FlightsTraining() {}

  /** The beginning of the flights' file. */
  static Path someFlights(Path directory) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FLIGHTS)), StandardCharsets.UTF_8))) {
      return Files.write(directory.resolve("flights.csv"), lines.lines().limit(LINES).toList());
    }
  }

  /** The lineage of a model yet to be trained, whose data is in a store. */
  static Lineage plan(DatasetSnapshot snapshot, long seed) {
    return Lineage.here(FlightsTraining.class)
        .withSnapshot(snapshot.digest())
        .withHyperparameter("endHour", 9)
        .withHyperparameter("epochs", 3)
        .withHyperparameter("seed", seed);
  }

  static Trained train(Path store, Path work, Lineage plan) throws IOException {
    DatasetSnapshot snapshot =
        DatasetSnapshot.load(ObjectStores.directory(store), plan.data().snapshot());
    Path file = snapshot.checkout(Files.createTempDirectory(work, "data")).resolve("flights.csv");
    Map<String, String> parameters = plan.hyperparameters();
    LabeledDataset<Flight> rows = rows(file, Integer.parseInt(parameters.get("endHour")));
    TribuoModel<Flight> model =
        TribuoTrainer.classification(
                new LinearSGDTrainer(
                    new LogMulticlass(),
                    new AdaGrad(0.1, 0.1),
                    Integer.parseInt(parameters.get("epochs")),
                    100_000,
                    64,
                    Long.parseLong(parameters.get("seed"))))
            .train(rows, Flight::encode);
    Lineage lineage =
        Lineage.here(FlightsTraining.class)
            .withSnapshot(snapshot.digest())
            .withData(rows.facts())
            .withHyperparameters(parameters)
            .withHyperparameters(model.lineage());
    return new Trained(model.artifact(), lineage);
  }

  static LabeledDataset<Flight> rows(Path file, int endHour) {
    return Dataset.csv(file, Schema.of(Flight.Line.class))
        .filter(line -> line.scheduledDeparture().getHour() < endHour)
        .label(Flight.SCHEMA, Flight.Line::flight, line -> line.delayMinutes() > 15 ? 1 : 0)
        .inMemory();
  }

  /**
   * In another process: trains version 1 of model {@code delay} again and prints what came of it.
   */
  public static void main(String[] arguments) {
    Path store = Path.of(arguments[0]);
    try (var registry = io.mlops4j.registry.ModelRegistry.open(store)) {
      var version = registry.model("delay", TribuoModel.probability(Flight.SCHEMA)).version(1);
      System.out.println(
          io.mlops4j.registry.lineage.Reproduction.of(version)
              .by(lineage -> train(store, Path.of(arguments[1]), lineage)));
    } catch (MlopsException e) {
      System.out.println("FAILED: " + e);
    }
  }
}
