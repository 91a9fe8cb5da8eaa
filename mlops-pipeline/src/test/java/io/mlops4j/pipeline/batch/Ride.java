package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Rows for the tests of this package, and a model that is a formula. */
record Ride(String city, double km, Integer hour) {
  static final Schema<Ride> SCHEMA = Schema.of(Ride.class);
  static final ModelVersion VERSION = new ModelVersion("rides", 3);

  /** Answers km / 2 + hour, a missing hour being 0. */
  static final Model<Ride, Double> MODEL =
      rides -> rides.stream().map(r -> r.km() / 2 + (r.hour() == null ? 0 : r.hour())).toList();

  static final AnswerColumns<Double> SCORE = AnswerColumns.score("price");

  /** Writes rides with an id that needs quoting now and then. */
  static Path csv(Path file, int rows) {
    StringBuilder text = new StringBuilder("id,city,km,hour\n");
    Random random = new Random(7);
    for (int i = 0; i < rows; i++) {
      text.append(i % 10 == 3 ? "\"r,\"\"" + i + "\"" : "r" + i);
      text.append(",").append(List.of("Rom", "Oslo", "Köln").get(random.nextInt(3)));
      text.append(",").append(random.nextInt(4_000) / 8.0);
      text.append(",").append(i % 7 == 0 ? "" : Integer.toString(random.nextInt(24))).append("\n");
    }
    return write(file, text.toString());
  }

  static Path write(Path file, String text) {
    try {
      return Files.write(file, text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static BatchScoring<Ride, Double> job(Path input, Path output) {
    return BatchScoring.with(VERSION, MODEL)
        .from(BatchSource.csv(input, SCHEMA))
        .keep("id")
        .answers(SCORE)
        .to(BatchSink.csv(output));
  }
}
