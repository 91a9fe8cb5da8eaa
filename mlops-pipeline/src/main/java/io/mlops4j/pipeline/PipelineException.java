package io.mlops4j.pipeline;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/** Thrown when a pipeline or its state is not what it should be; names pipeline, run and step. */
public class PipelineException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a complete sentence.
   *
   * @param message which pipeline, what happened, the numbers, what to do
   */
  public PipelineException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a complete sentence and what caused it.
   *
   * @param message which pipeline, what happened, the numbers, what to do
   * @param cause what was thrown below, or null
   */
  public PipelineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
