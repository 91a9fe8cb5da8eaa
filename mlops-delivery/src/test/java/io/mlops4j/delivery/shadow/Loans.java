package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import io.mlops4j.serving.MirroredRow;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Rows, the three models of make_shadow_models.py, and mirrored rows made by hand. */
final class Loans {
  record Loan(double a, double b, double c, double d, String branch, String customer) {}

  static final Schema<Loan> SCHEMA = Schema.of(Loan.class).withSensitive("customer");

  /** What must be seen nowhere. */
  static final String CANARY = "canary-4711";

  static final ModelVersion LIVE = new ModelVersion("loans", 1);
  static final ModelVersion CANDIDATE = new ModelVersion("loans", 2);

  private Loans() {}

  static List<Loan> rows(int n) {
    SplittableRandom random = new SplittableRandom(20261126);
    List<Loan> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      rows.add(
          new Loan(
              normal(random),
              normal(random),
              normal(random),
              normal(random),
              i % 4 == 0 ? "north" : i % 4 == 1 ? "south" : "west",
              CANARY + "-" + i));
    }
    return rows;
  }

  private static double normal(SplittableRandom random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return (float) sum;
  }

  /** Returns a real session. */
  static Model<Loan, Double> session(String name) {
    try {
      Path file =
          Path.of(
              Objects.requireNonNull(Loans.class.getResource("/models/" + name + ".onnx")).toURI());
      InputEncoding encoding = InputEncoding.numeric(SCHEMA.only("a", "b", "c", "d"));
      return OnnxModel.probability(SCHEMA)
          .options(OnnxOptions.withDefaults().withNativeOnly())
          .load(file, encoding);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A source whose selection a test sets. */
  static final class Stage implements ModelSource<Loan, Double> {
    private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
    private volatile Selection<Loan, Double> current = new Empty<>("Nothing yet.");

    Stage select(int number, Supplier<Model<Loan, Double>> loader) {
      current = new Selected<>(release(number, loader));
      subscribers.forEach(Runnable::run);
      return this;
    }

    @Override
    public String name() {
      return "loans";
    }

    @Override
    public Selection<Loan, Double> current() {
      return current;
    }

    @Override
    public Subscription subscribe(Runnable onChange) {
      subscribers.add(onChange);
      return () -> subscribers.remove(onChange);
    }
  }

  private static ModelRelease<Loan, Double> release(
      int number, Supplier<Model<Loan, Double>> loader) {
    return new ModelRelease<>() {
      @Override
      public ModelVersion version() {
        return new ModelVersion("loans", number);
      }

      @Override
      public Optional<Baseline> baseline() {
        return Optional.empty();
      }

      @Override
      public Optional<GoldenRows> goldenRows() {
        return Optional.empty();
      }

      @Override
      public Model<Loan, Double> load() {
        return loader.get();
      }
    };
  }

  /** Returns a row both answered. */
  static <O> MirroredRow<Loan, O> row(int id, O live, O candidate) {
    return row(id, live, candidate, null);
  }

  static <O> MirroredRow<Loan, O> failed(int id, O live, MirroredRow.Failure failure) {
    return row(id, live, null, failure);
  }

  static MirroredRow.Failure failure(int kind) {
    return List.of(
            MirroredRow.Failure.ERROR, MirroredRow.Failure.TIMEOUT, MirroredRow.Failure.REJECTED)
        .get(kind);
  }

  private static <O> MirroredRow<Loan, O> row(
      int id, O live, @Nullable O candidate, MirroredRow.@Nullable Failure failure) {
    Loan loan = new Loan(id, 0, 0, 0, id % 4 == 0 ? "north" : "south", CANARY + id);
    return new MirroredRow<>(
        new Prediction<>(
            String.format("p-%06d", id),
            CANARY,
            CANARY,
            LIVE,
            Prediction.Source.MODEL,
            SCHEMA.encode(loan),
            live,
            Instant.EPOCH,
            Duration.ofMillis(1)),
        CANDIDATE,
        candidate,
        failure,
        Duration.ofMillis(2));
  }
}
