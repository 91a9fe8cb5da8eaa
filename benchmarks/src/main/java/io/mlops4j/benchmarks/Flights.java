package io.mlops4j.benchmarks;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The gradient-boosted trees of the flight example as releases, and flights to ask about. */
final class Flights {
  static final String NAME = "flight-delay";

  private static final String FOLDER = "/flight-delay-gbt/";
  private static final Schema<Flight> SCHEMA = Schema.of(Flight.class);

  private final InputEncoding encoding =
      InputEncoding.fromJson(Inputs.resource(FOLDER + "encoding.json"));
  private final ModelFiles files =
      ModelFiles.of("onnx", Map.of("model.onnx", Inputs.resource(FOLDER + "model.onnx")))
          .withEncoding(encoding);
  private final GoldenRows golden = GoldenRows.fromJson(Inputs.resource(FOLDER + "golden.json"));
  private final Flight[] flights = some(encoding, Inputs.COUNT);
  private final Baseline baseline = Baseline.fit(SCHEMA, () -> Arrays.stream(flights));
  private final OnnxOptions options;

  /** Flights whose delays are predicted as they are if nothing is said. */
  Flights() {
    this(OnnxOptions.withDefaults());
  }

  Flights(OnnxOptions options) {
    this.options = options;
  }

  /** What the model sees of a flight. */
  record Flight(String origin, String destination, double distance, int hour, int dayOfWeek) {}

  /** Returns made-up flights between the airports the encoding knows. */
  private static Flight[] some(InputEncoding encoding, int count) {
    List<String> origins = vocabulary(encoding, "origin");
    List<String> destinations = vocabulary(encoding, "destination");
    Random random = new Random(count);
    Flight[] flights = new Flight[count];
    for (int i = 0; i < count; i++) {
      flights[i] =
          new Flight(
              origins.get(random.nextInt(origins.size())),
              destinations.get(random.nextInt(destinations.size())),
              100 + random.nextInt(2_500),
              5 + random.nextInt(18),
              1 + random.nextInt(7));
    }
    return flights;
  }

  private static List<String> vocabulary(InputEncoding encoding, String feature) {
    for (EncodedColumn column : encoding.columns()) {
      if (column instanceof EncodedColumn.OneHot c && c.feature().equals(feature)) {
        return c.vocabulary();
      }
      if (column instanceof EncodedColumn.Ordinal c && c.feature().equals(feature)) {
        return c.vocabulary();
      }
    }
    throw new IllegalStateException("The encoding has no vocabulary of " + feature + ".");
  }

  Flight flight(int number) {
    return flights[number & Inputs.MASK];
  }

  Model<Flight, Double> load(ModelVersion version) {
    return OnnxModel.probability(SCHEMA).options(options).load(version, files);
  }

  /** Returns the model under a version number, with baseline and golden rows. */
  ModelRelease<Flight, Double> release(int number) {
    ModelVersion version = new ModelVersion(NAME, number);
    return new ModelRelease<>() {
      @Override
      public ModelVersion version() {
        return version;
      }

      @Override
      public Optional<Baseline> baseline() {
        return Optional.of(baseline);
      }

      @Override
      public Optional<GoldenRows> goldenRows() {
        return Optional.of(golden);
      }

      @Override
      public Model<Flight, Double> load() {
        return Flights.this.load(version);
      }
    };
  }
}
