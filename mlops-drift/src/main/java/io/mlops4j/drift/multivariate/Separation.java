package io.mlops4j.drift.multivariate;

import io.mlops4j.core.Elements;
import io.mlops4j.stats.Interval;
import java.util.List;
import java.util.Objects;

/**
 * How well a classifier tells live rows from training rows it has not seen.
 *
 * @param auc the area under its ROC curve, mean of the folds: about 0.5 if there is nothing to tell
 * @param interval by DeLong's variance, for one look, the folds taken for wholly dependent: it
 *     holds more often than its level says
 * @param reference training rows used
 * @param live live rows used
 * @param telling the columns with the largest weights, at most five: {@code distance}, {@code
 *     distance squared}, {@code distance x hour}, {@code origin = JFK}; of sensitive features only
 *     the name
 */
public record Separation(
    double auc, Interval interval, int reference, int live, List<String> telling) {
  /** Copies the list. */
  public Separation {
    Objects.requireNonNull(interval, "interval");
    telling = Elements.list("telling", telling);
  }
}
