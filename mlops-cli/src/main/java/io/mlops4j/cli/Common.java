package io.mlops4j.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options every command has. */
final class Common {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text, json or markdown; text unless given.")
  Format format = Format.TEXT;

  @Option(
      names = "--summary",
      paramLabel = "FILE",
      description = "Append the answer as Markdown to this file, too: $GITHUB_STEP_SUMMARY.")
  @Nullable Path summary;

  @Option(names = "--stacktrace", description = "Show where an internal error came from.")
  boolean stacktrace;

  /** How an answer is written to standard output. */
  enum Format {
    TEXT,
    JSON,
    MARKDOWN
  }
}
