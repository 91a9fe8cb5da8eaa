package io.mlops4j.features;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Compares the rows that were served with the distribution the model was trained on, feature by
 * feature: by the population stability index over the baseline's cells, and by what is missing or
 * was never seen. Values of features are not kept, only counts. Thread-safe.
 *
 * <p>To find out whether a single served value is the one training would have had, see {@link
 * PointInTimeJoin#differences}.
 *
 * @param <T> the type of the rows
 */
public final class ServingSkew<T> {
  /** Half a row in every cell (Jeffreys), so that an empty one has a logarithm. */
  private static final double SMOOTHING = 0.5;

  private final Baseline baseline;
  private final List<FeatureCells> cells;
  private final int[] positions;
  private final List<long[]> counts = new ArrayList<>();
  private final RowBuffer<T> buffer;
  private long rows;

  private ServingSkew(Baseline baseline, Schema<T> schema) {
    this.baseline = baseline;
    this.cells = baseline.features();
    this.positions = new int[cells.size()];
    for (int i = 0; i < positions.length; i++) {
      if (!schema.has(cells.get(i).source())) {
        throw new MlopsException(
            "The baseline is of feature "
                + cells.get(i).source()
                + ", which "
                + schema
                + " does not have.");
      }
      positions[i] = schema.indexOf(cells.get(i).source());
      counts.add(new long[cells.get(i).size()]);
    }
    this.buffer = schema.newBuffer();
  }

  /**
   * Returns a comparison with what training saw.
   *
   * @param baseline of the training rows
   * @param schema what rows are
   * @param <T> the type of the rows
   * @return a comparison without rows
   * @throws MlopsException if the schema lacks a feature of the baseline
   */
  public static <T> ServingSkew<T> against(Baseline baseline, Schema<T> schema) {
    Objects.requireNonNull(schema, "schema");
    return new ServingSkew<>(Objects.requireNonNull(baseline, "baseline"), schema);
  }

  /**
   * Counts a served row.
   *
   * @param row what the model was asked about
   */
  public synchronized void add(T row) {
    Objects.requireNonNull(row, "row");
    buffer.set(row);
    rows++;
    for (int i = 0; i < positions.length; i++) {
      FeatureCells of = cells.get(i);
      int cell =
          switch (of.kind()) {
            case NUMERIC, TIME -> of.cellOf(buffer.number(positions[i]));
            case VECTOR -> of.cellOf(buffer.vector(positions[i]));
            default -> of.cellOf(buffer.text(positions[i]));
          };
      counts.get(i)[cell]++;
    }
    buffer.clear();
  }

  /**
   * What one feature looks like.
   *
   * @param feature its name
   * @param psi the population stability index of served rows against training rows, in nats; NaN
   *     without rows
   * @param expectedPsi what it would be on average if both were of one distribution: small samples
   *     differ by chance
   * @param missingInTraining the share of training rows without a value
   * @param missingServed the share of served rows without a value
   * @param unseenServed the share of served rows with a value training did not show
   */
  public record FeatureSkew(
      String feature,
      double psi,
      double expectedPsi,
      double missingInTraining,
      double missingServed,
      double unseenServed) {
    /** Refuses null. */
    public FeatureSkew {
      Objects.requireNonNull(feature, "feature");
    }
  }

  /**
   * Returns how many rows were counted.
   *
   * @return 0 or more
   */
  public synchronized long rows() {
    return rows;
  }

  /**
   * Returns each feature of the baseline, the most different first.
   *
   * @return in descending order of PSI
   */
  public synchronized List<FeatureSkew> features() {
    List<FeatureSkew> result = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      FeatureCells of = cells.get(i);
      long[] reference = of.reference();
      long[] live = counts.get(i);
      double trained = baseline.rows();
      double served = rows;
      double expected = (1 / trained + 1 / served) * (of.size() - 1);
      result.add(
          new FeatureSkew(
              of.feature(),
              rows == 0 ? Double.NaN : psi(reference, live),
              expected,
              reference[of.missing()] / trained,
              live[of.missing()] / served,
              of.kind() == FeatureKind.VECTOR && of.unseen() == of.missing()
                  ? 0
                  : live[of.unseen()] / served));
    }
    result.sort(
        Comparator.comparingDouble((FeatureSkew skew) -> Double.isNaN(skew.psi()) ? 0 : -skew.psi())
            .thenComparing(FeatureSkew::feature));
    return result;
  }

  private static double psi(long[] reference, long[] live) {
    double first = 0;
    double second = 0;
    for (int i = 0; i < live.length; i++) {
      first += reference[i] + SMOOTHING;
      second += live[i] + SMOOTHING;
    }
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      double p = (reference[i] + SMOOTHING) / first;
      double q = (live[i] + SMOOTHING) / second;
      sum += (q - p) * Math.log(q / p);
    }
    return sum;
  }

  /**
   * Returns a check that fails as soon as a feature differs by more than a limit. Below as many
   * rows as make chance alone half of the limit there is no data.
   *
   * @param maxPsi the limit, such as 0.2
   * @return a check over the rows counted when it is evaluated
   */
  public Check check(double maxPsi) {
    if (!(maxPsi > 0 && maxPsi < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("maxPsi: " + maxPsi + " (expected: more than 0)");
    }
    return new Check() {
      @Override
      public String name() {
        return "serving skew";
      }

      @Override
      public Outcome evaluate() {
        return outcome(maxPsi);
      }
    };
  }

  private synchronized Check.Outcome outcome(double maxPsi) {
    List<FeatureSkew> all = features();
    String of = String.format(Locale.ROOT, " of %,d served rows", rows);
    if (rows == 0 || all.isEmpty()) {
      return new Check.NoData("There is no feature" + of + " to compare.");
    }
    FeatureSkew worst = all.get(0);
    double chance = all.stream().mapToDouble(FeatureSkew::expectedPsi).max().orElseThrow();
    if (chance > maxPsi / 2) {
      return new Check.NoData(
          String.format(
              Locale.ROOT,
              "Chance alone makes a PSI of %.3g%s; a limit of %.3g needs more rows.",
              chance,
              of,
              maxPsi));
    }
    String sentence =
        String.format(
            Locale.ROOT,
            "PSI of %s is %.3g%s (limit %.3g).",
            worst.feature(),
            worst.psi(),
            of,
            maxPsi);
    return worst.psi() > maxPsi ? new Check.Fail(sentence) : new Check.Pass(sentence);
  }
}
