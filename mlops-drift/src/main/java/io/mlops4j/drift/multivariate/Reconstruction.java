package io.mlops4j.drift.multivariate;

import io.mlops4j.core.Elements;
import java.util.List;

/**
 * How well live rows fit the correlations of the training rows.
 *
 * @param error the mean distance of a live row from what the components say it is, in standard
 *     deviations of a column
 * @param expected the same of training rows the components were not fitted to
 * @param change {@code error} over {@code expected}, less 1; an {@code expected} below 0.01 is
 *     taken for 0.01
 * @param byChance how large a change, up or down, rows of one kind exceed as often as {@code alpha}
 *     says, with as many rows
 * @param pValue by shuffling, two-sided, for one look; never 0
 * @param components how many directions are kept
 * @param columns of how many
 * @param reference training rows compared
 * @param live live rows compared
 * @param telling the columns whose squared error changed most, at most five: {@code distance},
 *     {@code distance missing}, {@code origin = JFK}; of sensitive features only the name
 */
public record Reconstruction(
    double error,
    double expected,
    double change,
    double byChance,
    double pValue,
    int components,
    int columns,
    int reference,
    int live,
    List<String> telling) {
  /** Copies the list. */
  public Reconstruction {
    telling = Elements.list("telling", telling);
  }
}
