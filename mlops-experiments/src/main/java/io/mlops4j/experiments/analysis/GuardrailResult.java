package io.mlops4j.experiments.analysis;

import java.util.Objects;

/**
 * Whether a treatment leaves a guardrail metric alone in a segment.
 *
 * @param metric what is guarded
 * @param margin how much worse it may become
 * @param treatment the arm's name
 * @param segment which units
 * @param verdict what the data say
 * @param sentence why, with the numbers
 */
public record GuardrailResult(
    Metric metric,
    Margin margin,
    String treatment,
    Segment segment,
    Verdict verdict,
    String sentence) {
  /** What the data say about a guardrail. */
  public enum Verdict {
    /** The one-sided bound excludes a loss of the margin. */
    SAFE,
    /** The metric is worse, beyond chance, and a loss of the margin is not excluded. */
    HARMED,
    /** Neither: more data are needed. */
    UNCERTAIN
  }

  /** Checks for null. */
  public GuardrailResult {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(margin, "margin");
    Objects.requireNonNull(treatment, "treatment");
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(sentence, "sentence");
  }
}
