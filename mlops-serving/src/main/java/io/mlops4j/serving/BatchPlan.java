package io.mlops4j.serving;

import io.mlops4j.core.Time;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a version is best run. Names no class of ONNX Runtime: models of other kinds are served
 * without it on the class path.
 *
 * @param rows the batch size to aim for
 * @param blocking whether callers that block should queue when the model is busy, rather than run
 *     it side by side
 * @param parallel how many runs at once
 */
record BatchPlan(int rows, boolean blocking, int parallel) {

  /**
   * What it costs to hand a request to another platform thread and back, in CPU time: about 10 us
   * on the machine of docs/benchmarks.md. A batch must save more than that per row to pay for
   * itself.
   */
  static final long HAND_OFF_NANOS = 10_000;

  private static final int[] SIZES = {1, 8, 32, 128};

  /** A size within this of the best per-row cost is as good, and answers sooner. */
  private static final double AS_GOOD = 1.05;

  private static final long WARM_UP_NANOS = 20_000_000;
  private static final long SIZE_NANOS = 1_000_000;

  /** What one size costs. */
  record Cost(int rows, long nanos) {
    double perRow() {
      return (double) nanos / rows;
    }
  }

  /** Returns the plan for a model that cannot be measured, or shall not be. */
  static BatchPlan unmeasured(int capacity, @Nullable MicroBatching asked) {
    if (asked == null) {
      return new BatchPlan(capacity, false, 1);
    }
    return new BatchPlan(
        Math.min(capacity, asked.maxBatchSize()), true, Math.max(1, asked.workers()));
  }

  /** Returns the plan the costs suggest; they begin with one row. */
  static BatchPlan of(List<Cost> costs, @Nullable MicroBatching asked, int cores) {
    Cost one = costs.get(0);
    double least = costs.stream().mapToDouble(Cost::perRow).min().orElseThrow();
    Cost best = costs.stream().filter(c -> c.perRow() <= least * AS_GOOD).findFirst().orElseThrow();
    double gain = one.perRow() / Math.max(1, best.perRow());
    boolean pays = one.perRow() - best.perRow() > HAND_OFF_NANOS && gain >= 1.25;
    int workers = asked == null ? 0 : asked.workers();
    if (workers == 0) {
      // Enough batched runs to beat every core running single rows, but never so many that callers
      // always find the model idle and nothing is ever batched.
      int most = Math.max(1, cores / 2);
      workers = Math.max(1, Math.min(most, (int) Math.ceil(1.5 * cores / gain)));
    }
    return new BatchPlan(best.rows(), asked != null && pays, workers);
  }

  /**
   * Runs rows of zeros in the sizes that fit: warms the model up, and tells what each size costs.
   */
  static <I> List<Cost> measure(OnnxRowModel<I, ?> model, int mostRows, Time time) {
    List<Cost> costs = new ArrayList<>();
    OnnxSlot<I> slot = model.takeUninterruptibly();
    try {
      warmUp(model, slot, time);
      int most = Math.min(mostRows, model.capacity());
      for (int size : SIZES) {
        int rows = Math.min(size, most);
        if (costs.isEmpty() || rows > costs.get(costs.size() - 1).rows()) {
          costs.add(new Cost(rows, fastest(model, slot, rows, time)));
        }
      }
    } finally {
      model.giveBack(slot);
    }
    return costs;
  }

  /** Repeats single rows while they still get faster: the first version meets cold code. */
  private static <I> void warmUp(OnnxRowModel<I, ?> model, OnnxSlot<I> slot, Time time) {
    long begin = time.nanos();
    long before = Long.MAX_VALUE;
    for (int round = 0; round < 50; round++) {
      long now = fastest(model, slot, 1, time);
      if (now > before * 0.9 || time.nanos() - begin > WARM_UP_NANOS) {
        return;
      }
      before = now;
    }
  }

  private static <I> long fastest(OnnxRowModel<I, ?> model, OnnxSlot<I> slot, int rows, Time time) {
    long fastest = Long.MAX_VALUE;
    long begin = time.nanos();
    for (int i = 0; i < 20 && (i < 3 || time.nanos() - begin < SIZE_NANOS); i++) {
      long start = time.nanos();
      model.rehearse(slot, rows);
      fastest = Math.min(fastest, time.nanos() - start);
    }
    return Math.max(1, fastest);
  }
}
