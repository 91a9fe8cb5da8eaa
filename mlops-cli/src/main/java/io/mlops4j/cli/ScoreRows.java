package io.mlops4j.cli;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows without labels, made of the columns a version reads. */
final class ScoreRows implements RowFactory<Map<String, ?>> {
  private final List<Column> columns;
  private final List<RowField> fields;

  private ScoreRows(List<Column> columns) {
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
    return Columns.schema("rows", columns, new ScoreRows(columns));
  }

  @Override
  public List<RowField> fields() {
    return fields;
  }

  @Override
  public Map<String, ?> create(@Nullable Object[] values) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      Object value = Rows.value(columns.get(i), values[i]);
      if (value != null) {
        row.put(columns.get(i).name(), value);
      }
    }
    return row;
  }
}
