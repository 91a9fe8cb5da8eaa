package io.mlops4j.cli;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows to be validated: as they are, without what {@link Rows} asks of rows to be evaluated. */
final class SuiteRows implements RowFactory<Map<String, ?>> {
  private final List<Column> columns;
  private final List<RowField> fields;

  private SuiteRows(List<Column> columns) {
    this.columns = columns;
    this.fields =
        columns.stream()
            .map(
                column ->
                    new RowField(
                        column.name(),
                        column.kind() == FeatureKind.NUMERIC ? Double.class : String.class))
            .toList();
  }

  static Schema<Map<String, ?>> schema(List<Column> columns) {
    return Columns.schema("rows", columns, new SuiteRows(columns));
  }

  @Override
  public List<RowField> fields() {
    return fields;
  }

  @Override
  public Map<String, ?> create(@Nullable Object[] values) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      if (values[i] != null) {
        Object value = Objects.requireNonNull(values[i]);
        row.put(
            column.name(),
            column.kind() == FeatureKind.TIME
                ? (Object) Rows.millis(column.name(), value.toString())
                : value);
      }
    }
    return row;
  }
}
