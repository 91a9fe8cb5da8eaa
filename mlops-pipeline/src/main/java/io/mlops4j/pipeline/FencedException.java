package io.mlops4j.pipeline;

/** Somebody else works on the run, or should: what was begun here does not count. */
final class FencedException extends PipelineException {
  private static final long serialVersionUID = 1L;

  FencedException(String message) {
    super(message);
  }
}
