package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source whose version tests can swap, and predictions to feed monitors with. */
final class Fleet implements ModelSource<Fleet.Trip, Double> {
  record Trip(@Nullable Double distance, @Nullable String airport) {}

  static final Schema<Trip> SCHEMA = Schema.of(Trip.class);
  static final Instant START = Instant.parse("2026-11-23T00:00:00Z"); // a Monday

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private Selection<Trip, Double> selection = new Empty<>("nothing yet");
  private long ids;

  static ModelVersion version(int number) {
    return new ModelVersion("trips", number);
  }

  static List<Trip> trips(int n, long seed, double shift) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Trip> trips = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      trips.add(
          new Trip(
              100 * (random.nextGaussian() + shift), "A" + (int) Math.sqrt(random.nextInt(100))));
    }
    return trips;
  }

  static Baseline baseline(long seed) {
    List<Trip> trips = trips(20_000, seed, 0);
    return Baseline.fit(SCHEMA, trips::stream, Baseline.Options.withDefaults().withBins(10));
  }

  void serve(int number, Supplier<Optional<Baseline>> baseline) {
    selection = new Selected<>(new Release(version(number), baseline));
    listeners.forEach(Runnable::run);
  }

  void serve(int number, Baseline baseline) {
    serve(number, () -> Optional.of(baseline));
  }

  Prediction<Trip, Double> prediction(int number, Trip trip, double output, Instant at) {
    return prediction("p" + ids++, null, number, SCHEMA.encode(trip), output, at);
  }

  static Prediction<Trip, Double> prediction(
      String id,
      @Nullable String key,
      int number,
      @Nullable EncodedRow<Trip> row,
      double output,
      Instant at) {
    return new Prediction<>(
        id,
        key,
        null,
        version(number),
        Prediction.Source.MODEL,
        row,
        output,
        at,
        Duration.ofMillis(1));
  }

  @Override
  public String name() {
    return "trips@production";
  }

  @Override
  public Selection<Trip, Double> current() {
    return selection;
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    listeners.add(onChange);
    return () -> listeners.remove(onChange);
  }

  int subscribers() {
    return listeners.size();
  }

  private record Release(ModelVersion version, Supplier<Optional<Baseline>> stored)
      implements ModelRelease<Trip, Double> {
    @Override
    public Optional<Baseline> baseline() {
      return stored.get();
    }

    @Override
    public Optional<GoldenRows> goldenRows() {
      return Optional.empty();
    }

    @Override
    public Model<Trip, Double> load() {
      throw new UnsupportedOperationException("A monitor never loads a model.");
    }
  }
}
