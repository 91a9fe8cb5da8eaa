package io.mlops4j.pipeline;

/**
 * Thrown by a step that says no: the data are not fit to be trained on, a gate did not pass, a
 * canary was rolled back. The run ends as {@link RunStatus#REFUSED}, which is a decision and not a
 * fault: it is not tried again, and hooks for roll-back run.
 */
public final class StepRefusedException extends PipelineException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates a refusal.
   *
   * @param reason one sentence with the numbers; stored and shown
   */
  public StepRefusedException(String reason) {
    super(reason);
  }
}
