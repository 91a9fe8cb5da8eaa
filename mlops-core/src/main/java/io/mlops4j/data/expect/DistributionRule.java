package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The distribution of a feature is near to that of a baseline. */
record DistributionRule(String feature, Distance distance, double limit) implements SingleFeature {
  /** What one sample in a thousand without a difference exceeds. */
  private static final double CHANCE = 0.001;

  DistributionRule {
    if (!(limit > 0 && limit < (distance == Distance.KS ? 1 : Double.POSITIVE_INFINITY))) {
      throw new IllegalArgumentException(
          distance
              + " limit: "
              + limit
              + (distance == Distance.KS
                  ? " (expected: above 0, below 1)"
                  : " (expected: above 0)"));
    }
  }

  /** How distributions are compared. */
  enum Distance {
    PSI("psi"),
    KS("ks");

    final String kind;

    Distance(String kind) {
      this.kind = kind;
    }
  }

  @Override
  public String kind() {
    return distance.kind;
  }

  @Override
  public List<FeatureKind> kinds() {
    return distance == Distance.KS
        ? NUMBERS
        : List.of(
            FeatureKind.NUMERIC, FeatureKind.TIME, FeatureKind.CATEGORICAL, FeatureKind.VECTOR);
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "has a " + distance + " of at most " + Shown.number(limit) + " against the baseline";
  }

  @Override
  public String call() {
    return "." + distance.kind + "AtMost(" + SuiteSource.number(limit) + ")";
  }

  @Override
  public void write(ObjectNode json) {
    json.put("limit", Shown.shortest(limit));
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    List<FeatureCells> cells = cells(pass.settings().baseline());
    List<long[]> counts = cells.stream().map(c -> new long[c.size()]).toList();
    int at = pass.position(feature);
    FeatureKind kind = pass.kind(feature);
    return new Tally<>() {
      private long rows;

      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        rows++;
        for (int i = 0; i < cells.size(); i++) {
          FeatureCells of = cells.get(i);
          int cell =
              switch (kind) {
                case NUMERIC, TIME -> of.cellOf(values.number(at));
                case CATEGORICAL, TEXT -> of.cellOf(values.text(at));
                case VECTOR -> of.cellOf(values.vector(at));
              };
          counts.get(i)[cell]++;
        }
      }

      @Override
      public ExpectationResult finish() {
        if (cells.isEmpty()) {
          return pass.noData(rows, absent(pass.settings().baseline()));
        }
        if (rows < Math.max(1, pass.expectation().minRows())) {
          return pass.noData(rows, Shown.rows(rows) + " to compare.");
        }
        return distance == Distance.PSI
            ? psi(pass, rows, cells, counts)
            : ks(pass, rows, cells.get(0), counts.get(0));
      }
    };
  }

  private List<FeatureCells> cells(@Nullable Baseline baseline) {
    List<FeatureCells> result = new ArrayList<>();
    if (baseline != null) {
      baseline.features().stream().filter(c -> c.source().equals(feature)).forEach(result::add);
    }
    return result;
  }

  private String absent(@Nullable Baseline baseline) {
    return baseline == null
        ? "no baseline was given. Give the validation baseline(…)."
        : "the baseline has no cells of it.";
  }

  private ExpectationResult psi(
      Pass<?> pass, long rows, List<FeatureCells> cells, List<long[]> counts) {
    double worst = -1;
    double chance = 0;
    long reference = 0;
    for (int i = 0; i < cells.size(); i++) {
      long[] expected = cells.get(i).reference();
      double psi = CellShift.psi(expected, counts.get(i));
      if (psi > worst) {
        worst = psi;
        reference = Arrays.stream(expected).sum();
        chance = CellShift.psiByChance(expected, counts.get(i), CHANCE);
      }
    }
    if (reference == 0) {
      return pass.noData(rows, "the baseline has no rows.");
    }
    String found =
        "it is "
            + Shown.measured(worst)
            + ", "
            + Shown.rows(rows)
            + " against "
            + Shown.count(reference);
    if (worst <= limit) {
      return pass.pass(rows, found + ".");
    }
    return worst > chance
        ? pass.fail(rows, found + ".")
        : pass.noData(
            rows,
            found
                + "; so few of the same distribution reach "
                + Shown.measured(chance)
                + " once in a thousand times. Compare more rows.");
  }

  private ExpectationResult ks(Pass<?> pass, long rows, FeatureCells cells, long[] counts) {
    double[] bounds = CellShift.ks(cells.reference(), counts, cells.ordered());
    if (Double.isNaN(bounds[0])) {
      return pass.noData(rows, "one side has no finite value.");
    }
    String found =
        "it lies in "
            + Shown.measured(bounds[0])
            + " to "
            + Shown.measured(bounds[1])
            + ", "
            + Shown.rows(rows)
            + " against "
            + Shown.count(Arrays.stream(cells.reference()).sum());
    if (bounds[1] <= limit) {
      return pass.pass(rows, found + ".");
    }
    return bounds[0] > limit
        ? pass.fail(rows, found + ".")
        : pass.noData(rows, found + ": the cells do not tell. Take a baseline with more bins.");
  }
}
