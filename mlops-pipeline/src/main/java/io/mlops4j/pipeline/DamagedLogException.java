package io.mlops4j.pipeline;

import org.jspecify.annotations.Nullable;

/** An event of a log cannot be read: damaged, or of a newer version of this library. */
final class DamagedLogException extends PipelineException {
  private static final long serialVersionUID = 1L;

  DamagedLogException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
