package io.mlops4j.registry.lineage;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.lineage.Reproduction.Difference;
import io.mlops4j.registry.lineage.Reproduction.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A second training of a registered version. Immutable: each method returns another one.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class Retraining<I, O> {
  private static final int BATCH = 1_024;

  private final RegisteredVersion<I, O> version;
  private final @Nullable ModelLoader<I, O> loader;
  private final List<I> rows;
  private final double tolerance;

  Retraining(RegisteredVersion<I, O> version) {
    this(version, null, List.of(), 0);
  }

  private Retraining(
      RegisteredVersion<I, O> version,
      @Nullable ModelLoader<I, O> loader,
      List<I> rows,
      double tolerance) {
    this.version = version;
    this.loader = loader;
    this.rows = List.copyOf(rows);
    this.tolerance = tolerance;
  }

  /**
   * What the second training gave.
   *
   * @param artifact the model
   * @param lineage what it was made of this time: usually {@link Lineage#here()} with the data and
   *     the hyperparameters that were used
   */
  public record Trained(ModelArtifact artifact, Lineage lineage) {
    /** Checks for null. */
    public Trained {
      Objects.requireNonNull(artifact, "artifact");
      Objects.requireNonNull(lineage, "lineage");
    }
  }

  /** Trains from a lineage. */
  @FunctionalInterface
  public interface Trainer {
    /**
     * Returns a model made of what the lineage says: its data (checked out from the snapshot, or
     * found by digest), its hyperparameters, its seed.
     *
     * @param lineage the registered version's
     * @return the model and what was used this time
     * @throws Exception if it cannot be trained; becomes the cause of an {@link MlopsException}
     */
    Trained train(Lineage lineage) throws Exception;
  }

  /**
   * Returns a training whose model is loaded to compare answers, should the bytes differ.
   *
   * @param newLoader reads the second model's format
   * @return the same with it
   */
  public Retraining<I, O> loadedBy(ModelLoader<I, O> newLoader) {
    return new Retraining<>(
        version, Objects.requireNonNull(newLoader, "newLoader"), rows, tolerance);
  }

  /**
   * Returns a training whose answers are compared on these rows, too.
   *
   * @param newRows rows, copied
   * @return the same with them
   */
  public Retraining<I, O> onRows(List<I> newRows) {
    return new Retraining<>(version, loader, Elements.list("newRows", newRows), tolerance);
  }

  /**
   * Returns a training that accepts differences between answers.
   *
   * @param difference the largest absolute difference between two numbers; 0 or more, finite
   * @return the same with it
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public Retraining<I, O> within(double difference) {
    if (!(difference >= 0) || Double.isInfinite(difference)) {
      throw new IllegalArgumentException(
          "tolerance: " + difference + " (expected: finite, 0 or more)");
    }
    return new Retraining<>(version, loader, rows, difference);
  }

  /**
   * Returns what comes of training the version again: compares the bytes and, if they differ, the
   * answers of both models.
   *
   * @param trainer makes the second model
   * @return the verdict and every difference
   * @throws MlopsException if the trainer fails, or a model cannot be loaded or does not answer
   */
  public Reproduction by(Trainer trainer) {
    Objects.requireNonNull(trainer, "trainer");
    Lineage registered = version.lineage();
    Trained trained;
    try {
      trained = Objects.requireNonNull(trainer.train(registered), "trained");
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new MlopsException(
          version.version() + " could not be trained again: " + e.getMessage(), e);
    }
    List<Difference> differences =
        new ArrayList<>(LineageDifferences.between(registered, trained.lineage()));
    List<Difference> bytes = ArtifactDifferences.between(version.artifact(), trained.artifact());
    differences.addAll(bytes);
    if (bytes.isEmpty()) {
      return result(Verdict.IDENTICAL, differences, 0, OptionalDouble.empty());
    }
    return compared(trained.artifact(), differences);
  }

  private Reproduction compared(ModelArtifact again, List<Difference> differences) {
    List<I> all = new ArrayList<>(rows);
    all.addAll(goldenRows());
    if (loader == null || all.isEmpty()) {
      differences.add(
          new Difference(
              "answers",
              "UNKNOWN",
              loader == null ? "not compared: loadedBy(…) was not said" : "not compared: no rows"));
      return result(Verdict.DIFFERENT, differences, 0, OptionalDouble.empty());
    }
    double largest = 0;
    ModelVersion unregistered = ModelVersion.unregistered(version.version().model());
    try (Model<I, O> first = version.release().load();
        Model<I, O> second = loader.load(unregistered, again)) {
      for (int from = 0; from < all.size(); from += BATCH) {
        List<I> batch = all.subList(from, Math.min(all.size(), from + BATCH));
        List<O> expected = first.predict(batch);
        List<O> actual = second.predict(batch);
        for (int i = 0; i < batch.size(); i++) {
          largest = Math.max(largest, AnswerDistance.of(expected.get(i), actual.get(i)));
        }
      }
    }
    Verdict verdict = largest <= tolerance ? Verdict.EQUIVALENT : Verdict.DIFFERENT;
    return result(verdict, differences, all.size(), OptionalDouble.of(largest));
  }

  private List<I> goldenRows() {
    Optional<Schema<I>> schema = loader == null ? Optional.empty() : loader.schema();
    if (schema.isEmpty()) {
      return List.of();
    }
    return version.artifact().goldenRows().stream()
        .flatMap(golden -> golden.rows().stream())
        .map(row -> schema.get().row(row.input()))
        .toList();
  }

  private Reproduction result(
      Verdict verdict, List<Difference> differences, long compared, OptionalDouble largest) {
    return new Reproduction(version.version(), verdict, differences, compared, largest, tolerance);
  }
}
