package io.mlops4j.examples.broken.registry;

import io.mlops4j.examples.broken.serving.BrokenServing;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;

/** Knows a sibling and deserializes, which the rules forbid. */
public final class BrokenRegistry {
  private final BrokenServing sibling = new BrokenServing();

  /**
   * Returns what it is.
   *
   * @return a name
   */
  public String describe() {
    return sibling.getClass().getName();
  }

  /**
   * Breaks the rules.
   *
   * @param in any stream
   * @return whatever it holds
   * @throws IOException if it cannot be read
   */
  public Object read(InputStream in) throws IOException {
    try (ObjectInputStream objects = new ObjectInputStream(in)) {
      return describe() + objects.available();
    }
  }
}
