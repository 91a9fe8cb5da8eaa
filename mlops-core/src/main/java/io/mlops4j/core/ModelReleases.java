package io.mlops4j.core;

import java.util.List;
import java.util.Objects;

/**
 * Several versions to serve side by side, and news when there are others: the newest three of a
 * registry's model, for example. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface ModelReleases<I, O> {

  /**
   * Returns what is followed, for messages and meters.
   *
   * @return for example {@code flight-delay@latest-3}
   */
  String name();

  /**
   * Returns what is to be served now. A version that is not in it any more is to be let go.
   *
   * @return versions with different numbers, the newest first; possibly none
   */
  List<ModelRelease<I, O>> current();

  /**
   * Calls back after {@link #current()} has changed. Calls come from any thread, may be merged, and
   * must return quickly.
   *
   * @param onChange what to run
   * @return closing it ends the calls
   */
  Subscription subscribe(Runnable onChange);

  /**
   * Returns releases that never change.
   *
   * @param name what to call them
   * @param releases the newest first
   * @param <I> one input row
   * @param <O> one answer
   * @return the same releases for ever
   */
  static <I, O> ModelReleases<I, O> of(String name, List<ModelRelease<I, O>> releases) {
    Objects.requireNonNull(name, "name");
    List<ModelRelease<I, O>> fixed = List.copyOf(releases);
    return new ModelReleases<>() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<ModelRelease<I, O>> current() {
        return fixed;
      }

      @Override
      public Subscription subscribe(Runnable onChange) {
        Objects.requireNonNull(onChange, "onChange");
        return () -> {};
      }
    };
  }
}
