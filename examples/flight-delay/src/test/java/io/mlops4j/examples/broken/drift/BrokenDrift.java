package io.mlops4j.examples.broken.drift;

import io.mlops4j.examples.broken.delivery.BrokenDelivery;

/** Drift that knows delivery, which the rules forbid. */
public final class BrokenDrift {

  /**
   * Returns what it knows.
   *
   * @return a name
   */
  public String knows() {
    return new BrokenDelivery().knows();
  }
}
