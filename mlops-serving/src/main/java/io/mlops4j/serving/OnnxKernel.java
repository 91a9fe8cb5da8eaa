package io.mlops4j.serving;

import io.mlops4j.core.Schema;
import java.util.Optional;

/**
 * What rows are run on: makes the slots of an {@link OnnxRowModel}, and owns what they share.
 *
 * @param <I> one input row
 */
interface OnnxKernel<I> extends AutoCloseable {

  /** How many rows fit a run. */
  int capacity();

  OnnxSlot<I> newSlot();

  Optional<Schema<I>> schema();

  /** Whether rows of zeros and empty texts can be run, as they must be to measure costs. */
  default boolean runsZeros() {
    return true;
  }

  /** Whether a row's answer has the same bits in any run: rows are computed one by one. */
  default boolean runsRowByRow() {
    return false;
  }

  /** Called when nobody uses a slot any more. */
  @Override
  void close();
}
