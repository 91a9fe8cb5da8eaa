package io.mlops4j.junit;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A source that a test turns by hand: which version is selected, none, or one that cannot be
 * loaded. Counts what is done with it.
 *
 * <p>A change is published to subscribers before the method that makes it returns; a predictor then
 * loads on its own thread. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class ScriptedSource<I, O> implements ModelSource<I, O> {
  private final String model;
  private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
  private final AtomicInteger loads = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private volatile Selection<I, O> current = new Empty<>("The test has selected nothing yet.");
  private volatile @Nullable Baseline baseline;

  private ScriptedSource(String model) {
    this.model = ModelVersion.requireName(model);
  }

  /**
   * Returns a source that selects nothing yet.
   *
   * @param model what its versions are called, such as {@code flight-delay}
   * @param <I> one input row
   * @param <O> one answer
   * @return a new source
   */
  public static <I, O> ScriptedSource<I, O> of(String model) {
    return new ScriptedSource<>(model);
  }

  @Override
  public String name() {
    return model + "@test";
  }

  @Override
  public Selection<I, O> current() {
    return current;
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    AtomicBoolean ended = new AtomicBoolean();
    Runnable own =
        () -> {
          if (!ended.get()) {
            onChange.run();
          }
        };
    subscribers.add(own);
    return () -> {
      ended.set(true);
      subscribers.remove(own);
    };
  }

  /**
   * Gives the versions selected from here on a baseline, so that a drift monitor has something to
   * compare with.
   *
   * @param training what the training data looked like
   * @return this
   */
  public ScriptedSource<I, O> withBaseline(Baseline training) {
    baseline = Objects.requireNonNull(training, "training");
    return this;
  }

  /**
   * Selects a model under a version number. It is wrapped to count its close, so an ONNX model
   * answers through its plain path here; use {@link #select(ModelRelease)} for the fast one.
   *
   * @param number the version's number
   * @param ready what loading it returns
   */
  public void select(int number, Model<I, O> ready) {
    Objects.requireNonNull(ready, "ready");
    selectLoading(number, () -> ready);
  }

  /**
   * Selects a version that is loaded by a function, which may fail or count.
   *
   * @param number the version's number
   * @param load makes the model; counted as opened when it returns
   */
  public void selectLoading(int number, Supplier<? extends Model<I, O>> load) {
    Objects.requireNonNull(load, "load");
    ModelVersion version = new ModelVersion(model, number);
    select(
        new GivenRelease<>(
            version,
            () -> {
              loads.incrementAndGet();
              Model<I, O> loaded = load.get();
              opened.incrementAndGet();
              return new CountedModel<>(loaded, closed::incrementAndGet);
            },
            baseline,
            null));
  }

  /**
   * Selects a version that cannot be loaded.
   *
   * @param number the version's number
   * @param message what the exception says
   */
  public void selectFailing(int number, String message) {
    selectLoading(
        number,
        () -> {
          throw new MlopsException(message);
        });
  }

  /**
   * Selects a release as it is. Its loads, opens and closes are not counted.
   *
   * @param release the version
   */
  public void select(ModelRelease<I, O> release) {
    change(new Selected<>(release));
  }

  /**
   * Selects nothing.
   *
   * @param reason what {@link ModelSource.Empty#reason} says
   */
  public void empty(String reason) {
    change(new Empty<>(reason));
  }

  private void change(Selection<I, O> selection) {
    current = selection;
    subscribers.forEach(Runnable::run);
  }

  /**
   * Returns how often a version was asked to load, failed attempts included.
   *
   * @return 0 or more
   */
  public int loads() {
    return loads.get();
  }

  /**
   * Returns how many models were loaded.
   *
   * @return 0 or more
   */
  public int opened() {
    return opened.get();
  }

  /**
   * Returns how many of them were closed.
   *
   * @return at most {@link #opened()}
   */
  public int closed() {
    return closed.get();
  }

  /**
   * Returns how many models are loaded and not closed.
   *
   * @return 0 after every predictor on this source is closed
   */
  public int open() {
    return opened.get() - closed.get();
  }

  /**
   * Returns how many follow this source.
   *
   * @return 0 after every predictor and monitor on it is closed
   */
  public int subscribers() {
    return subscribers.size();
  }

  /** Returns the name and the counts. */
  @Override
  public String toString() {
    return name() + " (opened=" + opened() + ", closed=" + closed() + ")";
  }
}
