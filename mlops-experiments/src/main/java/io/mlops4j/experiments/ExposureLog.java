package io.mlops4j.experiments;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes exposures on the request's thread, and writes them to a sink on another. The request never
 * waits: it adds to a bounded queue without a lock, and what does not fit is dropped and counted.
 *
 * <p>Nothing is lost silently: {@code written + dropped + duplicates + failed} is what was
 * reported, after {@link #close}. Exposures still in the queue are lost in a crash. Thread-safe.
 */
public final class ExposureLog implements ExposureListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ExposureLog.class);
  private static final int BATCH = 500;

  private final ExposureSink sink;
  private final Executor executor;
  private final Time time;
  private final int capacity;
  private final Function<Object, Optional<ModelVersion>> model;
  private final @Nullable RecentIds seen;
  private final ConcurrentLinkedQueue<Exposure> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Object draining = new Object();
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile boolean closed;

  private ExposureLog(
      ExposureSink sink,
      Executor executor,
      Time time,
      Options options,
      Function<Object, Optional<ModelVersion>> model) {
    this.sink = Objects.requireNonNull(sink, "sink");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.time = Objects.requireNonNull(time, "time");
    this.model = Objects.requireNonNull(model, "model");
    this.capacity = options.capacity();
    this.seen = options.rememberedUnits() == 0 ? null : new RecentIds(options.rememberedUnits());
  }

  /**
   * Returns a log for arms that are not model versions.
   *
   * @param sink where to
   * @param executor writes; must run tasks on threads that are not requests
   * @param time stamps
   * @param options capacity and duplicates
   * @return the log; close it to write what waits
   */
  public static ExposureLog to(ExposureSink sink, Executor executor, Time time, Options options) {
    Objects.requireNonNull(options, "options");
    return new ExposureLog(sink, executor, time, options, payload -> Optional.empty());
  }

  /**
   * Returns a log that notes the model version behind an arm.
   *
   * @param sink where to
   * @param executor writes; must run tasks on threads that are not requests
   * @param time stamps
   * @param options capacity and duplicates
   * @param model the version that an arm's payload serves now; quick, called on the request's
   *     thread
   * @return the log; close it to write what waits
   */
  public static ExposureLog to(
      ExposureSink sink,
      Executor executor,
      Time time,
      Options options,
      Function<Object, Optional<ModelVersion>> model) {
    Objects.requireNonNull(options, "options");
    return new ExposureLog(sink, executor, time, options, model);
  }

  @Override
  public void exposed(Assignment.Included<?> exposure) {
    Objects.requireNonNull(exposure, "exposure");
    Exposure event = Exposure.of(exposure, model.apply(exposure.payload()), time.now());
    if (seen != null && !seen.add(event.decisionId())) {
      duplicates.increment();
      return;
    }
    if (closed || !reserve()) {
      dropped.increment();
      if (seen != null) {
        seen.remove(event.decisionId());
      }
      return;
    }
    queue.add(event);
    if (closed) {
      flush(); // close() may have read the queue before this one came
    } else {
      schedule();
    }
  }

  private boolean reserve() {
    if (waiting.incrementAndGet() <= capacity) {
      return true;
    }
    waiting.decrementAndGet();
    return false;
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        scheduled.set(false); // they wait for the next exposure, flush or close
      }
    }
  }

  private void drain() {
    scheduled.set(false); // before reading: an exposure added from here on schedules again
    flush();
  }

  /** Writes what waits now, on the caller's thread. */
  public void flush() {
    synchronized (draining) {
      List<Exposure> batch = new ArrayList<>();
      for (Exposure event = queue.poll(); event != null; event = queue.poll()) {
        waiting.decrementAndGet();
        batch.add(event);
        if (batch.size() == BATCH) {
          write(batch);
          batch = new ArrayList<>();
        }
      }
      if (!batch.isEmpty()) {
        write(batch);
      }
    }
  }

  private void write(List<Exposure> batch) {
    try {
      sink.write(List.copyOf(batch));
      written.add(batch.size());
    } catch (VirtualMachineError e) {
      failed.add(batch.size());
      throw e; // out of memory or stack: not the sink's failure to hide
    } catch (Throwable e) {
      if (failed.sum() == 0) {
        // The type only: a message may hold a unit's id.
        log.warn(
            "Exposure sink threw {}: a batch of {} is lost. Later ones are only counted.",
            e.getClass().getName(),
            batch.size());
      }
      failed.add(batch.size());
    }
  }

  /**
   * Returns how many exposures the sink has taken.
   *
   * @return at least 0
   */
  public long written() {
    return written.sum();
  }

  /**
   * Returns how many found the queue full, or the log closed.
   *
   * @return at least 0
   */
  public long dropped() {
    return dropped.sum();
  }

  /**
   * Returns how many were not logged because the unit was logged in the same epoch.
   *
   * @return at least 0
   */
  public long duplicates() {
    return duplicates.sum();
  }

  /**
   * Returns how many were in batches that the sink refused.
   *
   * @return at least 0
   */
  public long failed() {
    return failed.sum();
  }

  /**
   * Writes what waits, on the caller's thread. Exposures that are reported meanwhile are written or
   * dropped and counted, later ones dropped and counted; the counts stay readable. Closing again,
   * and {@link #flush}, find nothing to do.
   */
  @Override
  public void close() {
    closed = true;
    flush();
  }

  /**
   * How an exposure log queues.
   *
   * @param capacity how many exposures may wait, 1 to 10^7; more are dropped and counted
   * @param rememberedUnits how many decisions are remembered so that each unit is logged once per
   *     epoch, up to 10^8; 0 logs every exposure
   */
  public record Options(int capacity, int rememberedUnits) {
    /** Checks the ranges. */
    public Options {
      if (capacity < 1 || capacity > 10_000_000) {
        throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..10000000)");
      }
      if (rememberedUnits < 0 || rememberedUnits > 100_000_000) {
        throw new IllegalArgumentException(
            "rememberedUnits: " + rememberedUnits + " (expected: 0..100000000)");
      }
    }

    /**
     * Returns a capacity of 8,192 and every exposure logged.
     *
     * @return the defaults
     */
    public static Options withDefaults() {
      return new Options(8_192, 0);
    }

    /**
     * Returns these options with another capacity.
     *
     * @param exposures how many may wait
     * @return the changed options
     */
    public Options withCapacity(int exposures) {
      return new Options(exposures, rememberedUnits);
    }

    /**
     * Returns these options with each unit logged once per experiment and epoch. Between this many
     * and twice as many are remembered, about 150 bytes each; a unit forgotten is logged again.
     *
     * @param units how many to remember at least
     * @return the changed options
     */
    public Options withOncePerEpoch(int units) {
      return new Options(capacity, units);
    }
  }
}
