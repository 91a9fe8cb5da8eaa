package io.mlops4j.report;

/**
 * What a verdict says. Not enough data is an outcome of its own, never a pass. Renderers show the
 * word next to the colour, so no reader depends on the colour.
 */
public enum Status {
  /** The condition holds. */
  PASS("PASS"),
  /** The condition does not hold. */
  FAIL("FAIL"),
  /** The condition holds, but somebody should look. */
  WARNING("WARNING"),
  /** A statement that judges nothing. */
  INFO("INFO"),
  /** There is not enough data to judge. */
  NO_DATA("NO DATA");

  private final String label;

  Status(String label) {
    this.label = label;
  }

  /**
   * Returns the word people see, such as {@code NO DATA}.
   *
   * @return an upper-case English word or two
   */
  public String label() {
    return label;
  }
}
