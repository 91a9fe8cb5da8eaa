package io.mlops4j.pipeline.search;

import io.mlops4j.data.LabeledDataset;
import java.util.Objects;

/**
 * What to train on and what to judge by: no row is in both.
 *
 * @param number from 0
 * @param train rows to train on
 * @param test rows to judge by
 * @param purged rows left out of both because they would tell of the test rows
 * @param <T> the row type
 */
public record Fold<T>(int number, LabeledDataset<T> train, LabeledDataset<T> test, long purged) {
  /** Checks for nulls. */
  public Fold {
    Objects.requireNonNull(train, "train");
    Objects.requireNonNull(test, "test");
  }
}
