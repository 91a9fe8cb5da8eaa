package io.mlops4j.serving;

/**
 * Answers that are kept while somebody else has them: an array is copied, so that whoever got it
 * may do with it what he likes. Everything else an answer can be does not change, or is not known
 * here.
 */
final class Answers {
  private Answers() {}

  /** Returns an answer nobody else has. */
  @SuppressWarnings("unchecked") // A copy is of the same class.
  static <O> O own(O answer) {
    if (answer instanceof float[] numbers) {
      return (O) numbers.clone();
    }
    if (answer instanceof double[] numbers) {
      return (O) numbers.clone();
    }
    if (answer instanceof long[] numbers) {
      return (O) numbers.clone();
    }
    if (answer instanceof int[] numbers) {
      return (O) numbers.clone();
    }
    return answer instanceof Object[] values ? (O) values.clone() : answer;
  }
}
