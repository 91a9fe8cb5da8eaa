package io.mlops4j.serving;

/**
 * Trees, what their leaves say, and what becomes of the sums.
 *
 * <p>Of one sum, {@code values} has a number for each node; leaf {@code i} of several adds {@code
 * weights[j]} to sum {@code targets[j]}, for j from {@code first[i]} to {@code first[i + 1]}.
 *
 * @param trees how many of the roots are real
 * @param sums how many numbers the leaves add to
 * @param base added to each sum at last; empty for nothing
 * @param average whether sums are divided by the number of trees before that
 */
@SuppressWarnings("ArrayRecordComponent")
record TreeEnsemble(
    TreeWalk walk,
    int trees,
    int sums,
    float[] values,
    int[] first,
    int[] targets,
    float[] weights,
    float[] base,
    boolean average,
    Last last) {

  /** What becomes of the sums. */
  enum Last {
    /** Nothing. */
    NONE,
    /** The logistic function of each. */
    LOGISTIC,
    SOFTMAX,
    /** Two columns of one sum, a probability: the rest, and the sum. */
    REST,
    /** Two columns of one sum: the logistic function of its negative, and of it. */
    LOGISTIC_PAIR
  }

  /** How many numbers an answer has. */
  int columns() {
    return last == Last.REST || last == Last.LOGISTIC_PAIR ? 2 : sums;
  }

  /** Whether an answer's numbers are not negative and add up to 1. */
  boolean addsUp() {
    return last == Last.SOFTMAX || last == Last.LOGISTIC_PAIR;
  }
}
