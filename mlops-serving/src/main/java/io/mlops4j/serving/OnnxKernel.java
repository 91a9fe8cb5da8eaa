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

  /** Called when nobody uses a slot any more. */
  @Override
  void close();
}
