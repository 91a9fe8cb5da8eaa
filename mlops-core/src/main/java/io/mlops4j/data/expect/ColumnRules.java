package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rules of the columns of a file. */
final class ColumnRules {
  private ColumnRules() {}

  private abstract static class ColumnTally<T> extends TableRules.CountTally<T> {
    @Nullable List<String> header;

    @Override
    public void columns(List<String> columns, List<String> absent) {
      header = columns;
    }
  }

  private static String quoted(List<String> names) {
    return names.stream().limit(20).map(Shown::text).collect(Collectors.joining(", "))
        + (names.size() > 20 ? ", …" : "");
  }

  /** A file has a column for every field. */
  record AllColumns() implements TableRules.OfTheSource {
    @Override
    public String kind() {
      return "allColumns";
    }

    @Override
    public String sentence(Schema<?> schema) {
      return "there is a column for every field";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public String java() {
      return "rows().haveAllColumns()";
    }

    @Override
    public <T> Tally<T> tally(Pass<T> pass) {
      return new ColumnTally<>() {
        private List<String> without = List.of();

        @Override
        public void columns(List<String> columns, List<String> absent) {
          super.columns(columns, absent);
          without = absent;
        }

        @Override
        public ExpectationResult finish() {
          return without.isEmpty()
              ? pass.pass(rows, "there is.")
              : pass.fail(rows, "there is none for " + quoted(without) + ".");
        }
      };
    }
  }

  /** A file has no other columns. */
  record NoOtherColumns() implements TableRules.OfTheSource {
    @Override
    public String kind() {
      return "noOtherColumns";
    }

    @Override
    public String sentence(Schema<?> schema) {
      return "there are no other columns";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public String java() {
      return "rows().haveNoOtherColumns()";
    }

    @Override
    public <T> Tally<T> tally(Pass<T> pass) {
      return new ColumnTally<>() {
        @Override
        public ExpectationResult finish() {
          List<String> columns = header;
          if (columns == null) {
            return pass.noData(rows, "the rows are not from a file with columns.");
          }
          List<String> others = columns.stream().filter(c -> !known(pass.schema(), c)).toList();
          return others.isEmpty()
              ? pass.pass(rows, "there are none.")
              : pass.fail(rows, "found " + quoted(others) + ".");
        }
      };
    }

    private static boolean known(Schema<?> schema, String column) {
      List<String> fields =
          schema.factory().isEmpty()
              ? schema.features().stream().map(f -> f.name()).toList()
              : schema.factory().get().fields().stream().map(f -> f.name()).toList();
      return fields.stream().anyMatch(field -> loose(field).equals(loose(column)));
    }

    /** As columns are found: ignoring case and underscores. */
    private static String loose(String name) {
      return name.strip().replace("_", "").toLowerCase(Locale.ROOT);
    }
  }

  /** The columns of a file have an order. */
  record ColumnOrder(List<String> columns) implements TableRules.OfTheSource {
    ColumnOrder {
      columns = List.copyOf(columns);
      if (columns.isEmpty()) {
        throw new IllegalArgumentException("columns: none (expected: at least one)");
      }
    }

    @Override
    public String kind() {
      return "columnsInOrder";
    }

    @Override
    public String sentence(Schema<?> schema) {
      return "columns are in the order " + quoted(columns);
    }

    @Override
    public void write(ObjectNode json) {
      columns.forEach(json.withArray("columns")::add);
    }

    @Override
    public String java() {
      return columns.stream()
          .map(SuiteSource::text)
          .collect(Collectors.joining(", ", "rows().haveColumnsInOrder(", ")"));
    }

    @Override
    public <T> Tally<T> tally(Pass<T> pass) {
      return new ColumnTally<>() {
        @Override
        public ExpectationResult finish() {
          List<String> found = header;
          if (found == null) {
            return pass.noData(rows, "the rows are not from a file with columns.");
          }
          int at = 0;
          for (String column : found) {
            if (at < columns.size() && column.equals(columns.get(at))) {
              at++;
            }
          }
          return at == columns.size()
              ? pass.pass(rows, "they are.")
              : pass.fail(
                  rows,
                  (found.contains(columns.get(at)) ? "out of order is " : "there is no ")
                      + Shown.text(columns.get(at))
                      + ".");
        }
      };
    }
  }
}
