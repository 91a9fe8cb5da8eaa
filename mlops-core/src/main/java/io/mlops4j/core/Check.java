package io.mlops4j.core;

import java.util.Objects;

/**
 * A question with evidence behind it: what gates, rollouts, alerts and triggers consume. A drift
 * monitor is one.
 *
 * <p>Having too little data is an answer of its own: a missing, NaN or undefined number is never a
 * pass. Thread-safe.
 */
public interface Check {

  /**
   * Returns what is checked, for tables.
   *
   * @return a short name
   */
  String name();

  /**
   * Returns the answer as of now.
   *
   * @return pass, fail or no data, each with a sentence
   */
  Outcome evaluate();

  /** The answer of a check. */
  sealed interface Outcome {
    /**
     * Returns why, with the numbers.
     *
     * @return one sentence
     */
    String sentence();
  }

  /**
   * The evidence says yes.
   *
   * @param sentence why, with the numbers
   */
  record Pass(String sentence) implements Outcome {
    /** Checks for null. */
    public Pass {
      Objects.requireNonNull(sentence, "sentence");
    }
  }

  /**
   * The evidence says no.
   *
   * @param sentence why, with the numbers
   */
  record Fail(String sentence) implements Outcome {
    /** Checks for null. */
    public Fail {
      Objects.requireNonNull(sentence, "sentence");
    }
  }

  /**
   * There is not enough evidence to say.
   *
   * @param sentence what is missing
   */
  record NoData(String sentence) implements Outcome {
    /** Checks for null. */
    public NoData {
      Objects.requireNonNull(sentence, "sentence");
    }
  }
}
