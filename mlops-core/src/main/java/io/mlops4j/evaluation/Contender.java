package io.mlops4j.evaluation;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import java.util.Objects;

/**
 * A model to be evaluated, and what it is.
 *
 * @param version such as {@code credit:3}
 * @param digest what the version is, for machines: the digest of its files
 * @param model one number a row: a score, or a prediction. Not closed by the evaluator
 * @param <T> the row type
 */
public record Contender<T>(String version, String digest, Model<T, Double> model) {
  /** Checks that nothing is missing. */
  public Contender {
    if (version.isBlank() || digest.isBlank()) {
      throw new IllegalArgumentException(
          "contender '" + version + "', digest '" + digest + "' (expected: two texts)");
    }
    Objects.requireNonNull(model, "model");
  }

  /**
   * Returns a classifier of several classes to be evaluated.
   *
   * @param version such as {@code risk:3}
   * @param digest what the version is, for machines
   * @param model probabilities a row, in the order of the evaluator's classes
   * @param <T> the row type
   * @return the contender, for {@link Evaluator#multiclass}
   */
  public static <T> Contender<T> ofClasses(
      String version, String digest, Model<T, ClassProbabilities> model) {
    return new Contender<>(version, digest, new ClassModel<>(model));
  }
}
