package io.mlops4j.pipeline.batch;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What becomes of rows that cannot be read, or that the model does not answer.
 *
 * @param rejects where they are listed, one JSON object a line: {@code row} (from 1), {@code line}
 *     of the input, {@code reason}; never a value. Empty: the first one ends the job
 * @param most how many there may be before the job ends
 */
public record BadRows(Optional<Path> rejects, long most) {
  /** Checks the number. */
  public BadRows {
    Objects.requireNonNull(rejects, "rejects");
    rejects.ifPresent(BadRows::requireName);
    if (most < 0) {
      throw new IllegalArgumentException("most: " + most + " (expected: 0 or more)");
    }
  }

  private static void requireName(Path file) {
    if (file.getFileName() == null || file.getFileName().toString().isEmpty()) {
      throw new IllegalArgumentException(
          "rejects: \"" + file + "\" (expected: a file with a name)");
    }
  }

  /**
   * Returns the policy under which the first bad row ends the job.
   *
   * @return the default
   */
  public static BadRows fail() {
    return new BadRows(Optional.empty(), 0);
  }

  /**
   * Returns the policy under which bad rows are left out and listed.
   *
   * @param rejects the list, complete when the job is; the rows are found by their line
   * @param most how many there may be; one more ends the job
   * @return the policy
   */
  public static BadRows skipTo(Path rejects, long most) {
    return new BadRows(Optional.of(Objects.requireNonNull(rejects, "rejects")), most);
  }
}
