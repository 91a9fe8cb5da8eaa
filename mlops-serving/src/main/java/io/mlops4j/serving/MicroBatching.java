package io.mlops4j.serving;

import java.time.Duration;
import java.util.Objects;

/**
 * How requests are put together. A caller that finds the model idle runs it at once; only when it
 * is busy do requests queue, and whoever frees the model lets a worker take what has queued up.
 * Unless {@code maxDelay} is set, there is no timer and no waiting for a batch to fill.
 *
 * @param maxBatchSize most rows of one run, 1 to 4096; an ONNX model takes at most 128
 * @param queueCapacity most requests of one priority that wait, 1 to 1,048,576; one more is
 *     rejected
 * @param workers most runs at once, 1 to 64, or 0 to derive it from the measured costs and the
 *     cores
 * @param measured whether costs measured when a version is loaded decide the best batch size, and
 *     whether callers that block are batched at all; otherwise they always are, up to {@code
 *     maxBatchSize}. What cannot be measured on rows of zeros, such as a lambda, is batched until
 *     its runs have shown that this does not pay, unless workers or a delay are asked for
 * @param maxDelay how long the oldest request may wait for others although the model is idle, 0 to
 *     10 s. Zero, the default, is best unless one run costs far more than a row: with a delay every
 *     request of a batched model queues, and a lone caller waits all of it
 */
public record MicroBatching(
    int maxBatchSize, int queueCapacity, int workers, boolean measured, Duration maxDelay) {
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);

  /**
   * Creates options without a delay.
   *
   * @param maxBatchSize as above
   * @param queueCapacity as above
   * @param workers as above
   * @param measured as above
   */
  public MicroBatching(int maxBatchSize, int queueCapacity, int workers, boolean measured) {
    this(maxBatchSize, queueCapacity, workers, measured, Duration.ZERO);
  }

  /** Checks each number. */
  public MicroBatching {
    requireRange("maxBatchSize", maxBatchSize, 1, 4096);
    requireRange("queueCapacity", queueCapacity, 1, 1 << 20);
    requireRange("workers", workers, 0, 64);
    Objects.requireNonNull(maxDelay, "maxDelay");
    if (maxDelay.isNegative() || maxDelay.compareTo(LONGEST_DELAY) > 0) {
      throw new IllegalArgumentException(
          "maxDelay: " + maxDelay + " (expected: PT0S.." + LONGEST_DELAY + ")");
    }
  }

  /** Whether a model that cannot be measured beforehand is batched only while that pays. */
  boolean isLearned() {
    return measured && workers == 0 && maxDelay.isZero();
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }

  /**
   * Returns batches of at most 128, a queue of 1,024, by measured costs.
   *
   * @return the defaults
   */
  public static MicroBatching withDefaults() {
    return new MicroBatching(128, 1024, 0, true, Duration.ZERO);
  }

  /**
   * Returns a copy with another largest batch.
   *
   * @param rows 1 to 4096
   * @return the copy
   */
  public MicroBatching withMaxBatchSize(int rows) {
    return new MicroBatching(rows, queueCapacity, workers, measured, maxDelay);
  }

  /**
   * Returns a copy with another queue.
   *
   * @param requests 1 to 1,048,576
   * @return the copy
   */
  public MicroBatching withQueueCapacity(int requests) {
    return new MicroBatching(maxBatchSize, requests, workers, measured, maxDelay);
  }

  /**
   * Returns a copy with a fixed number of runs at once.
   *
   * @param count 1 to 64, or 0 to derive it
   * @return the copy
   */
  public MicroBatching withWorkers(int count) {
    return new MicroBatching(maxBatchSize, queueCapacity, count, measured, maxDelay);
  }

  /**
   * Returns a copy that batches whatever the measured costs say.
   *
   * @return the copy
   */
  public MicroBatching always() {
    return new MicroBatching(maxBatchSize, queueCapacity, workers, false, maxDelay);
  }

  /**
   * Returns a copy that lets requests wait for others.
   *
   * @param longest 0 to 10 s, from the oldest request's call on
   * @return the copy
   */
  public MicroBatching withMaxDelay(Duration longest) {
    return new MicroBatching(maxBatchSize, queueCapacity, workers, measured, longest);
  }
}
