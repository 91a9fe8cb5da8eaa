package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import java.util.List;
import java.util.OptionalLong;

/** Rules of rows and columns as a whole. */
final class TableRules {
  private TableRules() {}

  /** A rule of everything a source holds: a filter of rows has no meaning for it. */
  interface OfTheSource extends Rule {
    @Override
    default List<String> features() {
      return List.of();
    }

    @Override
    default void requireFits(Schema<?> schema) {}
  }

  /** At most a share of the values is missing. */
  record MissingShare(String feature, double atMost) implements SingleFeature {
    MissingShare {
      requireShare("missing share", atMost);
    }

    @Override
    public String kind() {
      return "missingAtMost";
    }

    @Override
    public List<FeatureKind> kinds() {
      return SingleFeature.all();
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is missing in at most " + Shown.percent(atMost);
    }

    @Override
    public String call() {
      return ".missingAtMost(" + SuiteSource.number(atMost) + ")";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("share", Shown.shortest(atMost));
    }

    @Override
    public <T> Tally<T> tally(Pass<T> pass) {
      int at = pass.position(feature);
      FeatureKind kind = pass.kind(feature);
      return new Tally<>() {
        private long rows;
        private long missing;

        @Override
        public void add(long line, RowBuffer<T> values, T row) {
          rows++;
          missing += CellRules.present(kind, values, at) ? 0 : 1;
        }

        @Override
        public ExpectationResult finish() {
          if (rows < Math.max(1, pass.expectation().minRows())) {
            return pass.noData(rows, "no row to ask.");
          }
          String found =
              Shown.count(missing)
                  + " of "
                  + Shown.rows(rows)
                  + " ("
                  + Shown.percent(missing / (double) rows)
                  + ").";
          boolean holds =
              Shown.shortest(atMost)
                      .multiply(java.math.BigDecimal.valueOf(rows))
                      .compareTo(java.math.BigDecimal.valueOf(missing))
                  >= 0;
          return holds ? pass.pass(rows, found) : pass.fail(rows, found);
        }
      };
    }
  }

  /** There are so many rows. */
  record RowCount(long min, long max) implements Rule {
    RowCount {
      if (min < 0 || max < min) {
        throw new IllegalArgumentException(
            "rows: " + min + " to " + max + " (expected: 0 or more, the larger one last)");
      }
    }

    @Override
    public String kind() {
      return "rowCount";
    }

    @Override
    public List<String> features() {
      return List.of();
    }

    @Override
    public String sentence(Schema<?> schema) {
      return max == Long.MAX_VALUE
          ? "there are at least " + Shown.rows(min)
          : "there are " + Shown.count(min) + " to " + Shown.rows(max);
    }

    @Override
    public void write(ObjectNode json) {
      json.put("min", min);
      if (max != Long.MAX_VALUE) {
        json.put("max", max);
      }
    }

    @Override
    public String java() {
      return max == Long.MAX_VALUE
          ? "rows().countAtLeast(" + min + "L)"
          : "rows().countBetween(" + min + "L, " + max + "L)";
    }

    @Override
    public void requireFits(Schema<?> schema) {}

    @Override
    public <T> Tally<T> tally(Pass<T> pass) {
      return new CountTally<>() {
        @Override
        public ExpectationResult finish() {
          String found = "there are " + Shown.count(rows) + ".";
          return rows >= min && rows <= max ? pass.pass(rows, found) : pass.fail(rows, found);
        }
      };
    }
  }

  /** Counts the rows it is about. */
  abstract static class CountTally<T> implements Tally<T> {
    long rows;

    @Override
    public void add(long line, RowBuffer<T> values, T row) {
      rows++;
    }
  }

  /** There are so many rows in proportion to the snapshot before. */
  record RowCountRatio(double min, double max) implements OfTheSource {
    RowCountRatio {
      if (!(min >= 0 && max >= min && max > 0)) {
        throw new IllegalArgumentException(
            "ratio of rows: " + min + " to " + max + " (expected: 0 or more, the larger one last)");
      }
    }

    @Override
    public String kind() {
      return "rowCountAgainstPrevious";
    }

    @Override
    public String sentence(Schema<?> schema) {
      return "there are "
          + Shown.number(min)
          + " to "
          + Shown.number(max)
          + " times the rows of the snapshot before";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("min", Shown.shortest(min));
      if (max != Double.POSITIVE_INFINITY) {
        json.put("max", Shown.shortest(max));
      }
    }

    @Override
    public String java() {
      return "rows().countAgainstPrevious("
          + SuiteSource.number(min)
          + ", "
          + (max == Double.POSITIVE_INFINITY ? "Double.POSITIVE_INFINITY" : SuiteSource.number(max))
          + ")";
    }

    @Override
    public <T> Tally<T> tally(Pass<T> pass) {
      return new CountTally<>() {
        @Override
        public ExpectationResult finish() {
          OptionalLong before = pass.settings().previousRows();
          if (before.isEmpty()) {
            return pass.settings().first()
                ? pass.pass(rows, "it is the first snapshot.")
                : pass.noData(
                    rows,
                    "no snapshot before was given. Give the validation previous(…), or say"
                        + " firstSnapshot().");
          }
          long previous = before.getAsLong();
          if (previous == 0) {
            return pass.noData(rows, "the snapshot before has no row.");
          }
          double ratio = rows / (double) previous;
          String found =
              Shown.count(rows)
                  + " against "
                  + Shown.count(previous)
                  + " ("
                  + Shown.measured(ratio)
                  + " times).";
          return ratio >= min && ratio <= max ? pass.pass(rows, found) : pass.fail(rows, found);
        }
      };
    }
  }

  static void requireShare(String what, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(what + ": " + share + " (expected: 0 to 1)");
    }
  }

  /** The outcome of a statistic that lies in bounds or does not. */
  static ExpectationResult within(Pass<?> pass, long considered, boolean holds, String found) {
    return pass.result(holds ? Outcome.PASS : Outcome.FAIL, considered, 0, found, List.of());
  }
}
