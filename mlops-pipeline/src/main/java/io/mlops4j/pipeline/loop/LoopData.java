package io.mlops4j.pipeline.loop;

import io.mlops4j.data.LabeledDataset;
import java.util.Objects;

/**
 * What a candidate is trained and judged on.
 *
 * @param name what it is, for lineage and people, such as {@code 2001-01-01 to 2001-03-12}
 * @param learn rows to train on
 * @param judge rows to judge candidate and champion on: none of them in {@code learn}
 * @param <I> one input row
 */
public record LoopData<I>(String name, LabeledDataset<I> learn, LabeledDataset<I> judge) {
  /** Checks for null. */
  public LoopData {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(learn, "learn");
    Objects.requireNonNull(judge, "judge");
  }

  /** Returns what the data are known by: names and digests, without the rows. */
  DataFacts facts() {
    return new DataFacts(name, learn.digest(), learn.rows(), judge.digest(), judge.rows());
  }
}
