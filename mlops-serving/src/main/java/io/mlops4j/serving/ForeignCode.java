package io.mlops4j.serving;

/**
 * What functions and models of users may throw: not only exceptions, but failed assertions, classes
 * that cannot be initialised, stacks that overflow, and, from other languages than Java, checked
 * exceptions that nobody declared. Each is the failure of the row that caused it.
 */
final class ForeignCode {
  private ForeignCode() {}

  /**
   * Returns what was thrown as an exception.
   *
   * @throws VirtualMachineError if it is one, except for a stack that has overflowed: there is
   *     nothing a row can do about it
   */
  static RuntimeException exception(Throwable thrown) {
    if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
      throw error;
    }
    return thrown instanceof RuntimeException exception ? exception : wrapped(thrown);
  }

  /**
   * Returns what was thrown on its caller's own thread as an exception.
   *
   * @throws Error if it is one: the caller sees it as it is
   */
  static RuntimeException ofCaller(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException exception ? exception : wrapped(thrown);
  }

  private static PredictionFailedException wrapped(Throwable thrown) {
    return new PredictionFailedException(PredictionFailedException.because(thrown), thrown);
  }
}
