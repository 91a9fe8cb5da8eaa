package io.mlops4j.examples.broken.core;

import io.mlops4j.examples.broken.registry.BrokenRegistry;

/** A core type that knows a module above it, which the rules forbid. */
public final class BrokenCore {
  private final BrokenRegistry registry = new BrokenRegistry();

  @Override
  public String toString() {
    return "core over " + registry.describe();
  }
}
