package io.mlops4j.data;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What identifies rows: for the lineage of what was trained on them.
 *
 * @param name what they are called
 * @param digest SHA-256 of all rows, as {@link Dataset#digest} or {@link LabeledDataset#digest}
 *     says
 * @param rows how many
 * @param schema the fingerprint of what a row is
 * @param period the first and the last moment in them; empty if no row says when
 */
public record DatasetFacts(
    String name, String digest, long rows, String schema, Optional<Period> period) {

  /**
   * The time rows are from.
   *
   * @param from the earliest moment in a row
   * @param to the latest moment in a row
   */
  public record Period(Instant from, Instant to) {
    /** Checks the order. */
    public Period {
      if (to.isBefore(from)) {
        throw new IllegalArgumentException("to: " + to + " (expected: not before " + from + ")");
      }
    }
  }

  /** Checks for null and the number of rows. */
  public DatasetFacts {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(period, "period");
    if (rows < 0) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: 0 or more)");
    }
  }
}
