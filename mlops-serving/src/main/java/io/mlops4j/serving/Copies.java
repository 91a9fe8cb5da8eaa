package io.mlops4j.serving;

import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Copies of lists that callers give, or which of their elements is missing. */
final class Copies {
  private Copies() {}

  /**
   * Returns an unmodifiable copy; the list itself if it is one already.
   *
   * @throws NullPointerException if the list or an element is null; names it
   */
  static <T> List<T> of(String name, Collection<? extends T> given) {
    Objects.requireNonNull(given, name);
    try {
      return List.copyOf(given);
    } catch (NullPointerException e) {
      int place = 0;
      for (T one : given) {
        Objects.requireNonNull(one, name + "[" + place + "]");
        place++;
      }
      throw e; // it was changed meanwhile
    }
  }
}
