package io.mlops4j.serving;

import io.mlops4j.core.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How a version is best run. Names no class of ONNX Runtime: models of other kinds are served
 * without it on the class path.
 *
 * @param rows the batch size to aim for
 * @param blocking whether platform threads should queue when the model is busy, rather than run it
 *     side by side
 * @param virtual the same of virtual threads, which are handed over for less
 * @param parallel how many runs at once
 * @param fixed whether every run has exactly {@code rows} rows, filled up with copies
 */
record BatchPlan(int rows, boolean blocking, boolean virtual, int parallel, boolean fixed) {

  /**
   * What it costs to hand a request to another platform thread and back, in CPU time: about 10 us
   * on the machine of docs/benchmarks.md. A batch must save more than that per row to pay for
   * itself.
   */
  static final long HAND_OFF_NANOS = 10_000;

  /** The same for a virtual thread: 1 to 1.7 us in docs/benchmarks.md's study of batchers. */
  static final long VIRTUAL_HAND_OFF_NANOS = 1_700;

  private static final int[] SIZES = {1, 8, 32, 128};

  /** A size within this of the best per-row cost is as good, and answers sooner. */
  private static final double AS_GOOD = 1.05;

  private static final long WARM_UP_NANOS = 20_000_000;
  private static final long SIZE_NANOS = 500_000;

  /** Beside a version that serves, measuring rests as long as it runs, up to this. */
  private static final long REST_NANOS = 2_000_000;

  /** What one size costs. */
  record Cost(int rows, long nanos) {
    double perRow() {
      return (double) nanos / rows;
    }
  }

  /** Returns the plan for a model that cannot be measured, or shall not be. */
  static BatchPlan unmeasured(int capacity, @Nullable MicroBatching asked) {
    if (asked == null) {
      return new BatchPlan(capacity, false, false, 1, false);
    }
    return new BatchPlan(
        Math.min(capacity, asked.maxBatchSize()), true, true, Math.max(1, asked.workers()), false);
  }

  /** Returns this plan with runs of exactly so many rows. */
  BatchPlan withFixed(int fixedRows) {
    return new BatchPlan(fixedRows, blocking, virtual, parallel, true);
  }

  /** Returns the plan the costs suggest; they begin with one row. */
  static BatchPlan of(List<Cost> costs, @Nullable MicroBatching asked, int cores) {
    Cost one = costs.get(0);
    double least = costs.stream().mapToDouble(Cost::perRow).min().orElseThrow();
    Cost best = costs.stream().filter(c -> c.perRow() <= least * AS_GOOD).findFirst().orElseThrow();
    double gain = one.perRow() / Math.max(1, best.perRow());
    double saved = gain >= 1.25 ? one.perRow() - best.perRow() : 0;
    int workers = asked == null ? 0 : asked.workers();
    if (workers == 0) {
      // Enough batched runs to beat every core running single rows, but never so many that callers
      // always find the model idle and nothing is ever batched.
      int most = Math.max(1, cores / 2);
      workers = Math.max(1, Math.min(most, (int) Math.ceil(1.5 * cores / gain)));
    }
    return new BatchPlan(
        best.rows(),
        asked != null && saved > HAND_OFF_NANOS,
        asked != null && saved > VIRTUAL_HAND_OFF_NANOS,
        workers,
        false);
  }

  /**
   * Runs rows of zeros in the sizes that fit: warms the model up, and tells what each size costs.
   *
   * @param beside whether another version serves meanwhile, whose requests need the cores
   */
  static <I> List<Cost> measure(OnnxRowModel<I, ?> model, int mostRows, boolean beside, Time time) {
    List<Cost> costs = new ArrayList<>();
    OnnxSlot<I> slot = model.takeUninterruptibly();
    try {
      warmUp(model, slot, beside, time);
      int most = Math.min(mostRows, model.capacity());
      for (int size : SIZES) {
        int rows = Math.min(size, most);
        if (costs.isEmpty() || rows > costs.get(costs.size() - 1).rows()) {
          costs.add(new Cost(rows, Aside.call(() -> fastest(model, slot, rows, beside, time))));
        }
      }
    } finally {
      model.giveBack(slot);
    }
    return costs;
  }

  /** Repeats single rows while they still get faster: the first version meets cold code. */
  private static <I> void warmUp(
      OnnxRowModel<I, ?> model, OnnxSlot<I> slot, boolean beside, Time time) {
    long begin = time.nanos();
    long before = Long.MAX_VALUE;
    for (int round = 0; round < 50; round++) {
      long now = Aside.call(() -> fastest(model, slot, 1, beside, time));
      if (now > before * 0.9 || time.nanos() - begin > WARM_UP_NANOS) {
        return;
      }
      before = now;
    }
  }

  private static <I> long fastest(
      OnnxRowModel<I, ?> model, OnnxSlot<I> slot, int rows, boolean beside, Time time) {
    long fastest = Long.MAX_VALUE;
    long begin = time.nanos();
    for (int i = 0; i < 20 && (i < 3 || time.nanos() - begin < SIZE_NANOS); i++) {
      long start = time.nanos();
      model.rehearse(slot, rows);
      long took = time.nanos() - start;
      fastest = Math.min(fastest, took);
      if (beside && took > SIZE_NANOS / 10) {
        LockSupport.parkNanos(Math.min(REST_NANOS, took));
      }
    }
    if (beside) {
      LockSupport.parkNanos(Math.min(REST_NANOS, Math.max(1, time.nanos() - begin)));
    }
    return Math.max(1, fastest);
  }
}
