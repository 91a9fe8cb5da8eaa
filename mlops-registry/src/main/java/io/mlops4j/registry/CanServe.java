package io.mlops4j.registry;

import java.util.Objects;

/**
 * Whether an instance could serve a version.
 *
 * @param answer yes, no, or nobody can tell
 * @param sentence the whole story: who, what it lacks, what to do
 */
public record CanServe(Answer answer, String sentence) {
  /** Checks for null. */
  public CanServe {
    Objects.requireNonNull(answer, "answer");
    Objects.requireNonNull(sentence, "sentence");
  }

  /** What can be said. Only YES is a yes. */
  public enum Answer {
    /** It could. */
    YES,
    /** It could not. */
    NO,
    /** Instance or version do not say enough. */
    UNKNOWN
  }

  /**
   * Returns whether it certainly could.
   *
   * @return true for YES
   */
  public boolean yes() {
    return answer == Answer.YES;
  }
}
