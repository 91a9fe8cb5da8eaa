package io.mlops4j.drift.multivariate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Rows to compare, and how they come in. */
final class RowSample {
  static final Instant MONDAY = Instant.parse("2026-11-23T00:00:00Z");

  record Row(double x, double y, double z, @Nullable String city) {}

  static final Schema<Row> SCHEMA = Schema.of(Row.class);

  private RowSample() {}

  /** Three standard normals, any two with the same correlation, each moved by a shift; a city. */
  static List<Row> rows(int n, long seed, double correlation, double shift, String city) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double common = Math.sqrt(correlation) * random.nextGaussian() + shift;
      double own = Math.sqrt(1 - correlation);
      rows.add(
          new Row(
              common + own * random.nextGaussian(),
              common + own * random.nextGaussian(),
              common + own * random.nextGaussian(),
              random.nextInt(3) == 0 ? city : "Ulm"));
    }
    return rows;
  }

  static <T> void feed(
      PredictionListener<T, Double> listener,
      Schema<T> schema,
      int version,
      Instant at,
      List<T> rows) {
    for (T row : rows) {
      listener.onPrediction(prediction(Prediction.Source.MODEL, version, schema.encode(row), at));
    }
  }

  static <T> Prediction<T, Double> prediction(
      Prediction.Source source, int version, @Nullable EncodedRow<T> row, Instant at) {
    ModelVersion model = new ModelVersion("m", version);
    return new Prediction<>("p", null, null, model, source, row, 0.5, at, Duration.ofMillis(1));
  }

  static JsonNode oracle(String section) {
    try (InputStream in =
        Objects.requireNonNull(RowSample.class.getResourceAsStream("/oracles/rows.json"))) {
      return new ObjectMapper().readTree(in).get(section);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double[] doubles(JsonNode array) {
    double[] result = new double[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).asDouble();
    }
    return result;
  }

  static double[][] matrix(JsonNode rows) {
    double[][] result = new double[rows.size()][];
    for (int i = 0; i < result.length; i++) {
      result[i] = doubles(rows.get(i));
    }
    return result;
  }

  /** Two matrices, one below the other. */
  static double[][] both(double[][] first, double[][] second) {
    double[][] result = new double[first.length + second.length][];
    System.arraycopy(first, 0, result, 0, first.length);
    System.arraycopy(second, 0, result, first.length, second.length);
    return result;
  }
}
