package io.mlops4j.cli;

import io.mlops4j.core.MlopsException;

/** A command that ends without its result, and how. */
final class CliException extends MlopsException {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  CliException(ExitCode code, String message) {
    this(code, message, null);
  }

  CliException(ExitCode code, String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  ExitCode code() {
    return code;
  }
}
