package io.mlops4j.junit;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What {@link SwapStress} hammers: two versions of a model, the rows to ask for, and when two
 * answers are the same. Immutable.
 *
 * <p>Each version is asked alone first, row by row and as one batch; what it answers then is what
 * it must answer under load. The versions must differ on some row, and the rows in their answers:
 * otherwise a wrong version or a mixed-up row could not be seen, and the run refuses to start.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class SwapStressTarget<I, O> {
  /** Float models answer alike alone and in a batch up to about 1e-6. */
  private static final double TOLERANCE = 1e-5;

  private final Function<ModelVersion, ModelRelease<I, O>> first;
  private final Function<ModelVersion, ModelRelease<I, O>> second;
  private final List<I> rows;
  private final BiPredicate<? super O, ? super O> same;
  private final Map<String, LongSupplier> handles;

  private SwapStressTarget(
      Function<ModelVersion, ModelRelease<I, O>> first,
      Function<ModelVersion, ModelRelease<I, O>> second,
      List<I> rows,
      BiPredicate<? super O, ? super O> same,
      Map<String, LongSupplier> handles) {
    this.first = first;
    this.second = second;
    this.rows = List.copyOf(rows);
    this.same = same;
    this.handles = Map.copyOf(handles);
  }

  /**
   * Returns the target made of two versions' files and what loads them. Golden rows of the files
   * are replayed on each load, as in production.
   *
   * @param loader how files become a model
   * @param first one version
   * @param second another version
   * @param <I> one input row
   * @param <O> one answer
   * @return a target without rows
   */
  public static <I, O> SwapStressTarget<I, O> loading(
      ModelLoader<I, O> loader, ModelArtifact first, ModelArtifact second) {
    Objects.requireNonNull(loader, "loader");
    return of(releases(loader, first), releases(loader, second));
  }

  /**
   * Returns the target made of two ways to make a model. Each call must return a new one, if
   * closing it frees anything.
   *
   * @param first makes one version
   * @param second makes another version
   * @param <I> one input row
   * @param <O> one answer
   * @return a target without rows
   */
  public static <I, O> SwapStressTarget<I, O> making(
      Supplier<? extends Model<I, O>> first, Supplier<? extends Model<I, O>> second) {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
    return of(
        version -> new GivenRelease<>(version, first, null, null),
        version -> new GivenRelease<>(version, second, null, null));
  }

  private static <I, O> SwapStressTarget<I, O> of(
      Function<ModelVersion, ModelRelease<I, O>> first,
      Function<ModelVersion, ModelRelease<I, O>> second) {
    return new SwapStressTarget<>(
        first, second, List.of(), SwapStressTarget::alike, Map.<String, LongSupplier>of());
  }

  private static <I, O> Function<ModelVersion, ModelRelease<I, O>> releases(
      ModelLoader<I, O> loader, ModelArtifact artifact) {
    Objects.requireNonNull(artifact, "artifact");
    return version ->
        new GivenRelease<>(
            version,
            () -> loader.load(version, artifact),
            artifact.baseline().orElse(null),
            artifact.goldenRows().orElse(null));
  }

  private static boolean alike(Object one, Object other) {
    if (one instanceof Number a && other instanceof Number b) {
      return Math.abs(a.doubleValue() - b.doubleValue()) <= TOLERANCE;
    }
    return one.equals(other);
  }

  /**
   * Returns a copy with the rows to ask for.
   *
   * @param someRows at least 2, with different answers; a few dozen real ones are best
   * @return the copy
   */
  public SwapStressTarget<I, O> asking(List<? extends I> someRows) {
    return new SwapStressTarget<>(first, second, List.copyOf(someRows), same, handles);
  }

  /**
   * Returns a copy that takes numbers as the same if they are this close. The default is 1e-5;
   * quantised models need more, because they answer differently in a batch.
   *
   * @param tolerance largest absolute difference, finite and at least 0
   * @return the copy
   */
  public SwapStressTarget<I, O> within(double tolerance) {
    if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
      throw new IllegalArgumentException("tolerance: " + tolerance + " (expected: finite, >= 0)");
    }
    return comparing(
        (one, other) ->
            one instanceof Number a
                && other instanceof Number b
                && Math.abs(a.doubleValue() - b.doubleValue()) <= tolerance);
  }

  /**
   * Returns a copy with another idea of when two answers are the same. The default is {@code
   * equals} for anything but numbers.
   *
   * @param sameAnswer symmetric, thread-safe
   * @return the copy
   */
  public SwapStressTarget<I, O> comparing(BiPredicate<? super O, ? super O> sameAnswer) {
    Objects.requireNonNull(sameAnswer, "sameAnswer");
    return new SwapStressTarget<>(first, second, rows, sameAnswer, handles);
  }

  /**
   * Returns a copy that also watches a number of native handles, which must be the same before and
   * after. The native sessions of ONNX models are watched in any case.
   *
   * @param what what is counted, for messages
   * @param open how many are open now
   * @return the copy
   */
  public SwapStressTarget<I, O> counting(String what, LongSupplier open) {
    Map<String, LongSupplier> more = new LinkedHashMap<>(handles);
    more.put(what, Objects.requireNonNull(open, "open"));
    return new SwapStressTarget<>(first, second, rows, same, more);
  }

  List<I> rows() {
    return rows;
  }

  boolean same(O one, O other) {
    return same.test(one, other);
  }

  Map<String, LongSupplier> handles() {
    return handles;
  }

  /** Odd versions are the first, even ones the second. */
  ModelRelease<I, O> release(int number) {
    ModelVersion version = new ModelVersion("stressed", number);
    return (number % 2 == 1 ? first : second).apply(version);
  }
}
