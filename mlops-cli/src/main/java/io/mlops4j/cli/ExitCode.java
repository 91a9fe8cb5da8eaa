package io.mlops4j.cli;

/**
 * How a command ended. 1 and everything above 100 are left to the shell and the JVM, so that a
 * missing jar or a killed process is never taken for what a gate said.
 */
enum ExitCode {
  /** Done; for a decision: every gate passed. */
  PASSED(0),
  /** The command line or the policy file is not as it must be. */
  USAGE(2),
  /** A gate failed. */
  FAILED(10),
  /** No gate failed, but the evidence does not tell. */
  INCONCLUSIVE(11),
  /** The state of the model does not allow it now: frozen, stale, in another stage. */
  REFUSED(12),
  /** There is no such registry, model, version or evaluation. */
  NOT_FOUND(20),
  /** Rows or model files cannot be used. */
  INPUT(21),
  /** Stored bytes are not those that were stored. */
  INTEGRITY(22),
  /** Anything else, such as a full disk. */
  INTERNAL(70);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
