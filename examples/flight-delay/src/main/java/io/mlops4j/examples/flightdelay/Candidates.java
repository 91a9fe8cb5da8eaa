package io.mlops4j.examples.flightdelay;

import static java.time.temporal.ChronoUnit.DAYS;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Season;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.tribuo.TribuoModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.ensemble.BaggingTrainer;
import org.tribuo.math.optimisers.AdaGrad;

/** The three models of the story, each registered with where it comes from. */
final class Candidates {
  private static final Instant MONDAY = Instant.parse("2001-01-01T00:00:00Z");

  private static final long SEED = 1;
  static final int TREES = 10;

  private static final String GBT = "/flight-delay-gbt/";

  private final RegisteredModel<Flight, Double> delay;

  Candidates(RegisteredModel<Flight, Double> delay) {
    this.delay = delay;
  }

  /** Logistic regression, trained here. */
  RegisteredVersion<Flight, Double> linear(String name, LabeledDataset<Flight> rows) {
    Trainer<Label> trainer =
        new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 1_000, 32, SEED);
    TribuoModel<Flight> model =
        TribuoTrainer.classification(trainer)
            .train(
                rows,
                columns ->
                    columns
                        .oneHot("origin", "destination", "hour", "dayOfWeek")
                        .standardized("distance"));
    return register(model, name, rows);
  }

  /** Bagged decision trees, trained here on recent months. */
  RegisteredVersion<Flight, Double> baggedTrees(String name, LabeledDataset<Flight> rows) {
    CARTClassificationTrainer tree =
        new CARTClassificationTrainer(16, 150f, 0f, 1f, false, new GiniIndex(), SEED);
    Trainer<Label> trainer =
        new BaggingTrainer<>(tree, new FullyWeightedVotingCombiner(), TREES, SEED);
    TribuoModel<Flight> model =
        TribuoTrainer.classification(trainer)
            .train(
                rows,
                columns ->
                    columns
                        .oneHot("origin")
                        .ordinal("destination")
                        .numeric("distance", "hour", "dayOfWeek"));
    return register(model, name, rows);
  }

  private RegisteredVersion<Flight, Double> register(
      TribuoModel<Flight> model, String name, LabeledDataset<Flight> rows) {
    ModelFiles files = model.artifact().withBaseline(baseline(rows));
    Lineage lineage = Lineage.here().withData(name, rows.digest(), rows.rows());
    for (Map.Entry<String, String> entry : model.lineage().entrySet()) {
      lineage = lineage.withHyperparameter(entry.getKey(), entry.getValue());
    }
    return delay.register(files, lineage);
  }

  /** Gradient-boosted trees, trained in Python and exported to ONNX: see training/train_gbt.py. */
  RegisteredVersion<Flight, Double> boostedTrees(String name, LabeledDataset<Flight> rows) {
    ModelFiles files =
        ModelFiles.of("onnx", Map.of("model.onnx", resource("model.onnx")))
            .withEncoding(InputEncoding.fromJson(resource("encoding.json")))
            .withGoldenRows(GoldenRows.fromJson(resource("golden.json")))
            .withSignature(FlightData.FLIGHT.fingerprint())
            .withBaseline(baseline(rows));
    ObjectNode training = Json.parse(resource("training.json"), "training.json");
    Lineage lineage =
        Lineage.here()
            .withData(name, rows.digest(), rows.rows())
            .withTag("trained-by", "training/train_gbt.py");
    for (String part : List.of("hyperparameters", "libraries")) {
      for (var entry : training.path(part).properties()) {
        lineage =
            lineage.withHyperparameter(part + "." + entry.getKey(), entry.getValue().asText());
      }
    }
    return delay.register(files, lineage);
  }

  /** With a season, so that half a week is compared with the same days of the training weeks. */
  private static Baseline baseline(LabeledDataset<Flight> rows) {
    return Baseline.of(FlightData.FLIGHT)
        .season(Season.dayOfWeek(), flight -> MONDAY.plus(flight.dayOfWeek() - 1L, DAYS))
        .fit(rows::features);
  }

  private static byte[] resource(String file) {
    try (InputStream in = Candidates.class.getResourceAsStream(GBT + file)) {
      if (in == null) {
        throw new IllegalStateException(GBT + file + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
