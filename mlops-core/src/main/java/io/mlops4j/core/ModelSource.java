package io.mlops4j.core;

import java.util.Objects;

/**
 * The version to serve now, and news when that changes. A registry's production stage is one.
 *
 * <p>Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface ModelSource<I, O> {

  /**
   * Returns what this source follows, for messages and meters.
   *
   * @return for example {@code flight-delay@production}
   */
  String name();

  /**
   * Returns what is to be served now. Cheap: no file is read.
   *
   * @return a release, or the reason why there is none
   */
  Selection<I, O> current();

  /**
   * Calls back after {@link #current()} has changed. Calls come from any thread, may be merged, and
   * must return quickly; read {@link #current()} for the new state.
   *
   * @param onChange what to run
   * @return closing it ends the calls
   */
  Subscription subscribe(Runnable onChange);

  /**
   * Returns a source that always serves one release.
   *
   * @param release the release
   * @param <I> one input row
   * @param <O> one answer
   * @return a source that never changes
   */
  static <I, O> ModelSource<I, O> of(ModelRelease<I, O> release) {
    return new FixedSource<>(release);
  }

  /**
   * What a source says is to be served.
   *
   * @param <I> one input row
   * @param <O> one answer
   */
  sealed interface Selection<I, O> {}

  /**
   * Serve this.
   *
   * @param release the version
   * @param <I> one input row
   * @param <O> one answer
   */
  record Selected<I, O>(ModelRelease<I, O> release) implements Selection<I, O> {
    /** Checks for null. */
    public Selected {
      Objects.requireNonNull(release, "release");
    }
  }

  /**
   * Serve nothing, and why.
   *
   * @param reason a sentence that names what exists and what to do
   * @param <I> one input row
   * @param <O> one answer
   */
  record Empty<I, O>(String reason) implements Selection<I, O> {
    /** Checks for null. */
    public Empty {
      Objects.requireNonNull(reason, "reason");
    }
  }
}
