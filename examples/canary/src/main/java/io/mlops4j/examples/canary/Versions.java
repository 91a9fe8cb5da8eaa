package io.mlops4j.examples.canary;

import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/** What is registered: the champion, a good candidate, and one that learned nothing. */
final class Versions {
  static final Schema<Flight> FLIGHT = Schema.of(Flight.class);
  static final Schema<Departure> DEPARTURE = Schema.of(Departure.class);
  private static final String TREES = "/flight-delay-gbt/";

  private Versions() {}

  /** Logistic regression, trained in Java. */
  static int linear(RegisteredModel<Flight, Double> delay, List<Departure> january) {
    LabeledDataset<Flight> rows =
        Dataset.of(DEPARTURE, january).label(FLIGHT, Departure::flight, Departure::delayed);
    var trainer = new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 3, 1_000, 32, 1);
    return delay
        .register(
            TribuoTrainer.classification(trainer)
                .train(
                    rows,
                    columns ->
                        columns
                            .oneHot("origin", "destination", "hour", "dayOfWeek")
                            .standardized("distance"))
                .artifact(),
            Lineage.here().withData("first half of January", rows.digest(), rows.rows()))
        .number();
  }

  /** The same, but each flight has learned the delay of another one. */
  static int shuffled(RegisteredModel<Flight, Double> delay, List<Departure> january) {
    List<Integer> delays = new ArrayList<>(january.stream().map(Departure::delayMinutes).toList());
    Collections.shuffle(delays, new Random(1));
    List<Departure> wrong = new ArrayList<>();
    for (int i = 0; i < january.size(); i++) {
      wrong.add(january.get(i).withDelay(delays.get(i)));
    }
    return linear(delay, wrong);
  }

  /** Boosted trees from Python. */
  static int trees(RegisteredModel<Flight, Double> delay) {
    return delay
        .register(
            ModelFiles.of("onnx", Map.of("model.onnx", resource("model.onnx")))
                .withEncoding(InputEncoding.fromJson(resource("encoding.json")))
                .withGoldenRows(GoldenRows.fromJson(resource("golden.json")))
                .withSignature(FLIGHT.fingerprint()),
            Lineage.unknown())
        .number();
  }

  private static byte[] resource(String file) {
    try (InputStream in = Versions.class.getResourceAsStream(TREES + file)) {
      if (in == null) {
        throw new IllegalStateException(TREES + file + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
