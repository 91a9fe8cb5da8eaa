package io.mlops4j.drift;

import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.drift.DriftMeasures.CellShift;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * From two sets of counts to a verdict. A pure function.
 *
 * <p>Drifted needs all of: PSI above the threshold; PSI above what chance gives at these sizes; a
 * Bayes factor above the inverse of the false-alarm probability. Stable needs sizes at which chance
 * alone would stay below the threshold. Anything else is not enough data.
 */
final class FeatureJudge {
  private static final double CHANCE = 0.05;
  private static final int TOP_CELLS = 3;

  private final double threshold;
  private final double evidenceNeeded;

  FeatureJudge(double threshold, double falseAlarmProbability) {
    this.threshold = threshold;
    this.evidenceNeeded = -Math.log(falseAlarmProbability);
  }

  FeatureDrift judge(FeatureCells cells, long[] live) {
    long[] reference = cells.reference();
    long n = LongStream.of(reference).sum();
    long m = LongStream.of(live).sum();
    if (n == 0 || m == 0) {
      String what = m == 0 ? "no value has arrived" : "its baseline is empty";
      return new FeatureDrift(
          cells.feature(),
          m,
          new DriftVerdict.InsufficientData(cells.feature() + ": " + what + "."),
          Optional.empty());
    }
    // A cell that neither side used says nothing, and smoothing it would only add noise.
    int[] used = used(reference, live);
    long[] r = Arrays.stream(used).mapToLong(i -> reference[i]).toArray();
    long[] l = Arrays.stream(used).mapToLong(i -> live[i]).toArray();
    double[] contributions = DriftStatistics.psiContributions(r, l);
    double psi = Arrays.stream(contributions).sum();
    double critical = DriftStatistics.psiCriticalValue(n, m, used.length, CHANCE);
    // Over all cells: a set that grows with the data would not keep the promise about looking.
    double evidence = DriftStatistics.logBayesFactor(reference, live);
    Optional<KsInterval> ks = ks(cells, reference, live);
    DriftMeasures measures =
        new DriftMeasures(
            psi,
            critical,
            evidence,
            evidenceNeeded,
            ks,
            ks.map(d -> ksPValue(cells, reference, live, d.low())),
            (double) reference[cells.missing()] / n,
            (double) live[cells.missing()] / m,
            (double) reference[cells.unseen()] / n,
            (double) live[cells.unseen()] / m,
            why(cells, used, r, l, contributions, n, m));
    return new FeatureDrift(
        cells.feature(),
        m,
        verdict(cells.feature(), measures, n, m, used.length),
        Optional.of(measures));
  }

  private DriftVerdict verdict(String feature, DriftMeasures measures, long n, long m, int cells) {
    double psi = measures.psi();
    String numbers =
        String.format(Locale.ROOT, "%s: PSI %.3f over %,d predictions", feature, psi, m);
    if (psi > threshold && psi > measures.psiCritical()) {
      if (measures.logBayesFactor() >= evidenceNeeded) {
        return new DriftVerdict.Drifted(
            String.format(
                Locale.ROOT,
                "%s is above %s, and the evidence (%.1f nats) above the %.1f needed; most: %s.",
                numbers,
                threshold,
                measures.logBayesFactor(),
                evidenceNeeded,
                sentence(measures.why().get(0))));
      }
      return new DriftVerdict.InsufficientData(
          String.format(
              Locale.ROOT,
              "%s is above %s, but the evidence (%.1f nats) is below the %.1f needed to rule out"
                  + " chance.",
              numbers,
              threshold,
              measures.logBayesFactor(),
              evidenceNeeded));
    }
    if (measures.psiCritical() > threshold) {
      return new DriftVerdict.InsufficientData(
          String.format(
              Locale.ROOT,
              "%s; chance alone can give %.3f: %s.",
              numbers,
              measures.psiCritical(),
              needed(n, cells)));
    }
    return new DriftVerdict.Stable(
        String.format(Locale.ROOT, "%s is not above %s.", numbers, threshold));
  }

  /** The live size from which chance stays below the threshold. */
  private String needed(long n, int cells) {
    double quantile = DriftStatistics.chiSquare(cells, CHANCE);
    double left = threshold - quantile / n;
    return left <= 0
        ? String.format(Locale.ROOT, "the baseline has only %,d rows", n)
        : String.format(
            Locale.ROOT, "about %,d predictions are needed", (long) Math.ceil(quantile / left));
  }

  private static int[] used(long[] reference, long[] live) {
    int[] used = new int[reference.length];
    int count = 0;
    for (int i = 0; i < used.length; i++) {
      if (reference[i] != 0 || live[i] != 0) {
        used[count++] = i;
      }
    }
    return Arrays.copyOf(used, count);
  }

  private static Optional<KsInterval> ks(FeatureCells cells, long[] reference, long[] live) {
    if (cells.kind() == FeatureKind.CATEGORICAL) {
      return Optional.empty();
    }
    long[] r = Arrays.copyOf(reference, cells.ordered());
    long[] l = Arrays.copyOf(live, cells.ordered());
    boolean both = LongStream.of(r).sum() > 0 && LongStream.of(l).sum() > 0;
    return both ? Optional.of(DriftStatistics.ks(r, l)) : Optional.empty();
  }

  private static double ksPValue(
      FeatureCells cells, long[] reference, long[] live, double distance) {
    return DriftStatistics.ksPValue(
        distance,
        LongStream.of(reference).limit(cells.ordered()).sum(),
        LongStream.of(live).limit(cells.ordered()).sum());
  }

  private static List<CellShift> why(
      FeatureCells cells,
      int[] used,
      long[] reference,
      long[] live,
      double[] contributions,
      long n,
      long m) {
    List<CellShift> shifts = new ArrayList<>();
    for (int i = 0; i < used.length; i++) {
      shifts.add(
          new CellShift(
              used[i],
              cells.label(used[i]),
              (double) reference[i] / n,
              (double) live[i] / m,
              contributions[i]));
    }
    shifts.sort(Comparator.comparingDouble(CellShift::contribution).reversed());
    return shifts.subList(0, Math.min(TOP_CELLS, shifts.size()));
  }

  static String sentence(CellShift shift) {
    return String.format(
        Locale.ROOT,
        "%s went from %.1f %% to %.1f %%",
        shift.label(),
        100 * shift.reference(),
        100 * shift.live());
  }
}
