package io.mlops4j.examples.banditrouting;

import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/** The two versions, registered: logistic regression from Tribuo, boosted trees from Python. */
final class Versions {
  static final Schema<Flight> FLIGHT = Schema.of(Flight.class);
  private static final String TREES = "/flight-delay-gbt/";

  private Versions() {}

  static void register(RegisteredModel<Flight, Double> delay, LabeledDataset<Flight> january) {
    Lineage lineage = Lineage.here().withData("January", january.digest(), january.rows());
    var trainer = new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 1_000, 32, 1);
    delay.register(
        TribuoTrainer.classification(trainer)
            .train(
                january,
                columns ->
                    columns
                        .oneHot("origin", "destination", "hour", "dayOfWeek")
                        .standardized("distance"))
            .artifact(),
        lineage);
    delay.register(
        ModelFiles.of("onnx", Map.of("model.onnx", resource("model.onnx")))
            .withEncoding(InputEncoding.fromJson(resource("encoding.json")))
            .withGoldenRows(GoldenRows.fromJson(resource("golden.json")))
            .withSignature(FLIGHT.fingerprint()),
        lineage.withTag("trained-by", "training/train_gbt.py"));
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
