package io.mlops4j.drift;

import java.util.Objects;

/** What is known about one feature in one window. */
public sealed interface DriftVerdict {

  /**
   * Returns why, with the numbers. Never a value of a sensitive feature.
   *
   * @return one sentence
   */
  String sentence();

  /**
   * Enough data to see a drift, and there is none worth an alert.
   *
   * @param sentence why
   */
  record Stable(String sentence) implements DriftVerdict {
    /** Checks for null. */
    public Stable {
      Objects.requireNonNull(sentence, "sentence");
    }
  }

  /**
   * The distribution is another one: effect and evidence.
   *
   * @param sentence why
   */
  record Drifted(String sentence) implements DriftVerdict {
    /** Checks for null. */
    public Drifted {
      Objects.requireNonNull(sentence, "sentence");
    }
  }

  /**
   * Too little data to tell, or nothing to compare with.
   *
   * @param sentence what is missing
   */
  record InsufficientData(String sentence) implements DriftVerdict {
    /** Checks for null. */
    public InsufficientData {
      Objects.requireNonNull(sentence, "sentence");
    }
  }
}
