package io.mlops4j.cli;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Labeled rows of a CSV file. Whatever is wrong with it is one sentence with file and line. */
final class Rows implements RowFactory<Map<String, ?>> {
  private static final int MAX_HEADER = 1 << 16;
  private static final String GZIP = "\u001f";

  private final List<Column> columns;
  private final Label label;
  private final List<RowField> fields = new ArrayList<>();

  /**
   * Which column holds the truth.
   *
   * @param column its name
   * @param positive the text that is 1, every other being 0; null for numbers
   * @param binary whether only 0 and 1 can be
   */
  record Label(String column, @Nullable String positive, boolean binary) {}

  private Rows(List<Column> columns, Label label) {
    this.columns = columns;
    this.label = label;
    for (Column column : columns) {
      boolean number = column.kind() == FeatureKind.NUMERIC;
      fields.add(new RowField(column.name(), number ? Double.class : String.class));
    }
    fields.add(
        new RowField(label.column(), label.positive() == null ? Double.class : String.class));
  }

  /**
   * Returns all rows of a file, in memory.
   *
   * @param features what the rows' identity is made of: the candidate's features
   * @param columns all columns to be read
   */
  static LabeledDataset<Map<String, ?>> read(
      Path file, List<Column> features, List<Column> columns, Label label) {
    LabeledDataset<Map<String, ?>> labeled = labeled(file, features, columns, label).inMemory();
    if (labeled.rows() == 0) {
      throw new DataException(labeled.name() + " has a header, but no row.");
    }
    return labeled;
  }

  /** Returns all rows of a file, read each time they are asked for. */
  static LabeledDataset<Map<String, ?>> labeled(
      Path file, List<Column> features, List<Column> columns, Label label) {
    if (columns.stream().anyMatch(column -> column.name().equals(label.column()))) {
      throw new CliException(
          ExitCode.USAGE,
          "The label "
              + label.column()
              + " is a feature of the model or a column of the policy. A model that reads the truth"
              + " cannot be judged by it.");
    }
    if (!Files.isRegularFile(file)) {
      throw new CliException(
          ExitCode.INPUT,
          "Rows " + file + (Files.exists(file) ? " are not a file." : ": no such file."));
    }
    refuseOtherDelimiter(file);
    Rows rows = new Rows(columns, label);
    List<Column> shown = new ArrayList<>(columns);
    // The truth of a row may be shown: it is what the person typed into the label column.
    shown.add(
        new Column(
            label.column(),
            label.positive() == null ? FeatureKind.NUMERIC : FeatureKind.CATEGORICAL));
    Schema<Map<String, ?>> inFile = Columns.schema("rows", shown, rows);
    return Dataset.csv(file, inFile)
        .label(Columns.schema("rows", features), row -> row, rows::truth);
  }

  /** A header that is one column with another usual delimiter in it. */
  static void refuseOtherDelimiter(Path file) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      char[] start = new char[MAX_HEADER];
      int read = in.read(start);
      String text = read <= 0 ? "" : new String(start, 0, read);
      String header = text.lines().findFirst().orElse("");
      if (header.indexOf(',') >= 0 || header.startsWith(GZIP)) {
        return;
      }
      for (char delimiter : new char[] {';', '\t', '|'}) {
        if (header.indexOf(delimiter) >= 0) {
          throw new DataException(
              file.getFileName()
                  + ", line 1: no comma, but "
                  + (delimiter == '\t' ? "tabs" : "'" + delimiter + "'")
                  + ". Columns must be separated by commas (RFC 4180).");
        }
      }
    } catch (IOException e) {
      throw new DataException(file + " cannot be read: " + Text.printable(e.toString(), 200), e);
    }
  }

  @Override
  public List<RowField> fields() {
    return fields;
  }

  @Override
  public Map<String, ?> create(@Nullable Object[] values) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      Object value = value(columns.get(i), values[i]);
      if (value != null) {
        row.put(columns.get(i).name(), value);
      }
    }
    row.put(label.column(), truth(values[columns.size()]));
    return row;
  }

  static @Nullable Object value(Column column, @Nullable Object value) {
    if (value instanceof Double number && !Double.isFinite(number)) {
      throw new MlopsException(
          "column "
              + column.name()
              + " is not finite. Leave the cell empty if the value is missing.");
    }
    return column.kind() == FeatureKind.TIME && value != null
        ? millis(column.name(), value.toString())
        : value;
  }

  static double millis(String column, String text) {
    String time = text.strip().replace(' ', 'T');
    try {
      if (time.endsWith("Z")) {
        return Instant.parse(time).toEpochMilli();
      }
      LocalDateTime local =
          time.indexOf('T') < 0 ? LocalDate.parse(time).atStartOfDay() : LocalDateTime.parse(time);
      return local.toInstant(ZoneOffset.UTC).toEpochMilli();
    } catch (DateTimeException e) {
      throw new MlopsException(
          "column " + column + " is no time (expected: ISO 8601, such as 2026-11-26T05:00).");
    }
  }

  private double truth(@Nullable Object value) {
    if (value == null || (value instanceof Double number && !Double.isFinite(number))) {
      throw new MlopsException(
          "the label "
              + label.column()
              + (value == null ? " is missing" : " is not finite")
              + ". Leave rows out whose truth is not known.");
    }
    if (label.positive() != null) {
      return value.equals(label.positive()) ? 1 : 0;
    }
    double truth = (Double) value;
    if (label.binary() && truth != 0 && truth != 1) {
      throw new MlopsException(
          "the label "
              + label.column()
              + " is "
              + truth
              + " (expected: 0 or 1; --task regression takes any number, --positive a text).");
    }
    return truth;
  }

  private double truth(Map<String, ?> row) {
    return (Double) Objects.requireNonNull(row.get(label.column()));
  }
}
