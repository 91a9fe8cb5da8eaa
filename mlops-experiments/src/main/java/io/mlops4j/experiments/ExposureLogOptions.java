package io.mlops4j.experiments;

/**
 * How an exposure log queues.
 *
 * @param capacity how many exposures may wait, 1 to 10^7; more are dropped and counted
 * @param rememberedUnits how many decisions are remembered so that each unit is logged once per
 *     epoch, up to 10^8; 0 logs every exposure
 */
public record ExposureLogOptions(int capacity, int rememberedUnits) {
  /** Checks the ranges. */
  public ExposureLogOptions {
    if (capacity < 1 || capacity > 10_000_000) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..10000000)");
    }
    if (rememberedUnits < 0 || rememberedUnits > 100_000_000) {
      throw new IllegalArgumentException(
          "rememberedUnits: " + rememberedUnits + " (expected: 0..100000000)");
    }
  }

  /**
   * Returns a capacity of 8,192 and every exposure logged.
   *
   * @return the defaults
   */
  public static ExposureLogOptions withDefaults() {
    return new ExposureLogOptions(8_192, 0);
  }

  /**
   * Returns these options with another capacity.
   *
   * @param exposures how many may wait
   * @return the changed options
   */
  public ExposureLogOptions withCapacity(int exposures) {
    return new ExposureLogOptions(exposures, rememberedUnits);
  }

  /**
   * Returns these options with each unit logged once per experiment and epoch. Between this many
   * and twice as many are remembered, about 150 bytes each; a unit forgotten is logged again.
   *
   * @param units how many to remember at least
   * @return the changed options
   */
  public ExposureLogOptions withOncePerEpoch(int units) {
    return new ExposureLogOptions(capacity, units);
  }
}
