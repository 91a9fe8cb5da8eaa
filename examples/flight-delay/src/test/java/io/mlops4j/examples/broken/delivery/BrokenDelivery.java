package io.mlops4j.examples.broken.delivery;

import io.mlops4j.examples.broken.drift.BrokenDrift;

/** Delivery that knows drift, which the rules forbid. */
public final class BrokenDelivery {

  /**
   * Returns what it knows.
   *
   * @return a name
   */
  public String knows() {
    return BrokenDrift.class.getName();
  }
}
