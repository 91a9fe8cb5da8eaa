package io.mlops4j.benchmarks;

import com.tdunning.math.stats.MergingDigest;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.Schema;
import java.util.Arrays;
import org.HdrHistogram.DoubleHistogram;
import org.apache.datasketches.kll.KllFloatsSketch;

/** One numeric feature's live values, counted over 20 frozen cells or put into a sketch. */
final class DriftCells {
  private static final int BINS = 20;
  private static final int SKETCH_K = 200;
  private static final double DIGEST_COMPRESSION = 100;
  private static final int HISTOGRAM_DIGITS = 3;

  /** HdrHistogram takes positive numbers only. */
  private static final double OFFSET = 100;

  private final FeatureCells cells;
  private final long[] counts;
  private final double[] edges;
  private final long[] edgeCounts;
  private final KllFloatsSketch sketch = KllFloatsSketch.newHeapInstance(SKETCH_K);
  private final MergingDigest digest = new MergingDigest(DIGEST_COMPRESSION);
  private final DoubleHistogram histogram = new DoubleHistogram(HISTOGRAM_DIGITS);

  DriftCells() {
    double[] reference = Inputs.numbers(20_000);
    Schema<float[]> one = Schema.floats("x");
    Baseline baseline =
        Baseline.fit(
            one,
            () -> Arrays.stream(reference).mapToObj(x -> new float[] {(float) x}),
            Baseline.Options.withDefaults().withBins(BINS));
    cells = baseline.features().get(0);
    counts = new long[cells.size()];
    double[] sorted = Arrays.stream(reference).sorted().toArray();
    edges = new double[BINS - 1];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = sorted[(i + 1) * sorted.length / BINS];
    }
    edgeCounts = new long[BINS];
  }

  /** Ours: the cell of the baseline, and an increment. */
  long count(double value) {
    return ++counts[cells.cellOf(value)];
  }

  /** The textbook's way to the same: a binary search over the edges. */
  long search(double value) {
    int at = Arrays.binarySearch(edges, value);
    return ++edgeCounts[at >= 0 ? at : -at - 1];
  }

  /** The peer: a quantile sketch that is compared later. */
  long sketch(double value) {
    sketch.update((float) value);
    return sketch.getN();
  }

  /** A t-digest. */
  long digest(double value) {
    digest.add(value);
    return 1;
  }

  /** A histogram of three digits, of the value moved to where it is positive. */
  long histogram(double value) {
    histogram.recordValue(value + OFFSET);
    return 1;
  }

  long counted() {
    return Arrays.stream(counts).sum();
  }

  /** Returns how many cells were hit. */
  long cellsHit() {
    return Arrays.stream(counts).filter(n -> n > 0).count();
  }
}
