package io.mlops4j.pipeline.search;

import java.util.BitSet;

/**
 * One fold as positions of rows.
 *
 * @param train to train on
 * @param test to judge by
 * @param purged left out of training because they would tell
 */
record RowSplit(BitSet train, BitSet test, long purged) {
  RowSplit {
    if (train.intersects(test)) {
      throw new IllegalStateException("A row is in both parts of a fold.");
    }
  }
}
