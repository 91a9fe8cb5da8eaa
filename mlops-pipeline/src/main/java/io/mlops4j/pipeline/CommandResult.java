package io.mlops4j.pipeline;

import java.time.Duration;
import java.util.Objects;

/**
 * What a command left behind.
 *
 * @param output the last of what it wrote, as UTF-8
 * @param errors the last of what it wrote to its error stream
 * @param outputBytes how much it wrote in all
 * @param errorBytes how much it wrote to its error stream in all
 * @param took how long it ran
 */
public record CommandResult(
    String output, String errors, long outputBytes, long errorBytes, Duration took) {
  /** Checks for null. */
  public CommandResult {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(errors, "errors");
    Objects.requireNonNull(took, "took");
  }
}
