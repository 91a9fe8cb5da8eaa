package io.mlops4j.drift;

import io.mlops4j.core.FeatureCells;
import io.mlops4j.drift.DriftMeasures.CellShift;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** All numbers about one feature, from two sets of counts. A pure function. */
final class FeatureMeasurement {
  private static final double CHANCE = 0.05;
  private static final int TOP_CELLS = 3;

  private final FeatureCells cells;
  private final long[] reference;
  private final long[] live;
  private final long n;
  private final long m;
  private final int[] used;

  /** Takes counts over the cells; neither side is empty. */
  FeatureMeasurement(FeatureCells cells, long[] reference, long[] live) {
    this.cells = cells;
    this.reference = reference;
    this.live = live;
    this.n = LongStream.of(reference).sum();
    this.m = LongStream.of(live).sum();
    // A cell that neither side used says nothing, and smoothing it would only add noise.
    this.used =
        java.util.stream.IntStream.range(0, live.length)
            .filter(i -> reference[i] != 0 || live[i] != 0)
            .toArray();
  }

  int usedCells() {
    return used.length;
  }

  /** Returns the numbers, with no evidence asked for yet. */
  DriftMeasures measures() {
    long[] r = Arrays.stream(used).mapToLong(i -> reference[i]).toArray();
    long[] l = Arrays.stream(used).mapToLong(i -> live[i]).toArray();
    double[] contributions = DriftStatistics.psiContributions(r, l);
    boolean numbers = cells.ordered() > 0 && finite(reference) > 0 && finite(live) > 0;
    Optional<KsInterval> ks =
        numbers
            ? Optional.of(DriftStatistics.ks(ordered(reference), ordered(live)))
            : Optional.empty();
    return new DriftMeasures(
        Arrays.stream(contributions).sum(),
        DriftStatistics.psiCriticalValue(n, m, used.length, CHANCE),
        // Over all cells: a set that grows with the data would not keep the promise about looking.
        DriftStatistics.logBayesFactor(reference, live),
        Double.POSITIVE_INFINITY,
        ks,
        ks.map(d -> DriftStatistics.ksPValue(d.low(), finite(reference), finite(live))),
        (double) reference[cells.missing()] / n,
        (double) live[cells.missing()] / m,
        (double) reference[cells.unseen()] / n,
        (double) live[cells.unseen()] / m,
        distances(new CellDistances(r, l), numbers),
        why(r, l, contributions));
  }

  private DriftMeasures.Distances distances(CellDistances d, boolean numbers) {
    CellDistances.Test chiSquare = d.chiSquare();
    CellDistances.Test g = d.g();
    Optional<OrderedDistances> line =
        numbers
            ? Optional.of(new OrderedDistances(cells.edges(), ordered(reference), ordered(live)))
            : Optional.empty();
    Optional<CellDistances.Test> mises = line.map(OrderedDistances::cramerVonMises);
    return new DriftMeasures.Distances(
        chiSquare.statistic(),
        chiSquare.pValue(),
        g.statistic(),
        g.pValue(),
        d.jensenShannon(),
        d.hellinger(),
        d.totalVariation(),
        d.largest(),
        line.map(OrderedDistances::transport)
            .map(t -> new DriftMeasures.Wasserstein(t.value(), t.low(), t.high(), t.range())),
        mises.map(CellDistances.Test::statistic),
        mises.map(CellDistances.Test::pValue));
  }

  private long[] ordered(long[] counts) {
    return Arrays.copyOf(counts, cells.ordered());
  }

  private long finite(long[] counts) {
    return LongStream.of(counts).limit(cells.ordered()).sum();
  }

  private List<CellShift> why(long[] r, long[] l, double[] contributions) {
    List<CellShift> shifts = new ArrayList<>();
    for (int i = 0; i < used.length; i++) {
      shifts.add(
          new CellShift(
              used[i],
              cells.label(used[i]),
              (double) r[i] / n,
              (double) l[i] / m,
              contributions[i]));
    }
    shifts.sort(Comparator.comparingDouble(CellShift::contribution).reversed());
    return shifts.subList(0, Math.min(TOP_CELLS, shifts.size()));
  }
}
