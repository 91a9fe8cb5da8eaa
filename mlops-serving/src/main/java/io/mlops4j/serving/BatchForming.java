package io.mlops4j.serving;

import io.mlops4j.core.Prediction.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes one batch out of the queue: high before normal, and offline rows only if there are none of
 * these. It ends at the best size, or where one more row would carry the run past the earliest
 * deadline in it. What has expired, or what nobody wants, is taken out and not run.
 */
final class BatchForming<I, O> implements Lane.Taker<I, O> {
  private final Batcher<I, O> batcher;
  private final @Nullable Release delayed;
  private final long now;
  private final List<Request<I, O>> batch = new ArrayList<>();
  private final List<Request<I, O>> expired = new ArrayList<>(0);
  private int most;
  private int seen;
  private long earliest = Deadline.NONE;
  private boolean cutByDeadline;

  BatchForming(Batcher<I, O> batcher, @Nullable Release delayed) {
    this.batcher = batcher;
    this.delayed = delayed;
    this.now = batcher.time.nanos();
  }

  /** Returns false if nothing was queued. */
  boolean take() {
    most = Math.max(1, batcher.runner.bestBatch());
    batcher.queue.take(Priority.HIGH, this);
    batcher.queue.take(Priority.NORMAL, this);
    if (batch.isEmpty()) {
      most = Math.max(1, Math.min(most, batcher.runner.offlineBatch()));
      batcher.queue.take(Priority.OFFLINE, this);
    }
    return seen > 0;
  }

  @Override
  public Lane.Look look(Request<I, O> next) {
    if (next.isDone() || Deadline.isPast(next.deadline, now)) {
      return Lane.Look.TAKE;
    }
    if (batch.size() >= most || cutByDeadline) {
      return Lane.Look.STOP;
    }
    if (!batch.isEmpty() && !areAlike(batch.get(0).shape, next.shape)) {
      return Lane.Look.SKIP;
    }
    long bound = Deadline.earlier(earliest, next.deadline);
    if (bound != Deadline.NONE
        && !batch.isEmpty()
        && batcher.runner.expectedNanos(batch.size() + 1) > Deadline.left(bound, now)) {
      cutByDeadline = true;
      return Lane.Look.STOP;
    }
    return Lane.Look.TAKE;
  }

  /** Shapes are somebody else's code: two that cannot be compared differ. */
  private static boolean areAlike(@Nullable Object one, @Nullable Object other) {
    try {
      return Objects.equals(one, other);
    } catch (Throwable e) {
      return false;
    }
  }

  @Override
  public void taken(Request<I, O> request) {
    seen++;
    if (request.isDone()) {
      return;
    }
    if (Deadline.isPast(request.deadline, now)) {
      expired.add(request);
      return;
    }
    batch.add(request);
    earliest = Deadline.earlier(earliest, request.deadline);
  }

  List<Request<I, O>> batch() {
    return batch;
  }

  List<Request<I, O>> expired() {
    return expired;
  }

  long now() {
    return now;
  }

  /** Returns why the batch was not made larger. */
  Release release() {
    if (batcher.isClosing()) {
      return Release.DRAIN;
    }
    if (batch.size() >= most) {
      return Release.FULL;
    }
    if (cutByDeadline) {
      return Release.DEADLINE;
    }
    return delayed == null ? Release.IDLE : delayed;
  }
}
