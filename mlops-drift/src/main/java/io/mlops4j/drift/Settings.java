package io.mlops4j.drift;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the builders of both monitors share. */
final class Settings {
  private Settings() {}

  /** Returns the value of a property that may be set once. */
  static <V> V once(String property, @Nullable V old, V value) {
    Objects.requireNonNull(value, property);
    if (old != null) {
      throw new IllegalStateException(property + " is set already: " + old);
    }
    return value;
  }

  /** Returns names that were listed, each once. */
  static Set<String> distinct(String what, String... names) {
    Set<String> all = new LinkedHashSet<>();
    for (String name : Elements.list(what, names)) {
      if (!all.add(name)) {
        throw new IllegalArgumentException(
            what + ": " + Text.printable(name, 64) + " twice (expected: each once)");
      }
    }
    return Collections.unmodifiableSet(all);
  }

  /** How an answer becomes a class when nobody said how. */
  static @Nullable String label(@Nullable Object output) {
    if (output instanceof ClassProbabilities classes) {
      int best = classes.best();
      return classes.labels().isEmpty() ? Integer.toString(best) : classes.labels().get(best);
    }
    return output instanceof String || output instanceof Enum<?> ? output.toString() : null;
  }

  /** How an answer becomes a number when nobody said how. */
  static double number(@Nullable Object output) {
    return output instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
