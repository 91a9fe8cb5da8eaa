package io.mlops4j.registry.tracking;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something a query is asked about. */
interface Row {
  /** What is selected, for messages. */
  String kind();

  /** The attributes it has. */
  Set<String> attributes();

  /** A {@link Double}, a {@link String}, an {@link java.time.Instant}, or null if it has none. */
  @Nullable Object value(Field field);
}
