package io.mlops4j.cli;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which columns a stored version reads. A version stores its signature as a fingerprint, and names
 * and kinds in its baseline and its encoding: the first of them that has the fingerprint is what it
 * was trained on; else the encoding alone says what is read.
 */
final class Columns {
  private static final String INTEGER = "0|-?[1-9]\\d{0,17}";

  private Columns() {}

  /** Returns the columns of a version, or of a file that says what they are. */
  static List<Column> of(String who, ModelArtifact artifact, @Nullable Path signature) {
    if (signature != null) {
      List<Column> said = read(signature);
      requireSigned(who, artifact, said, signature);
      return said;
    }
    List<Column> baseline = artifact.baseline().map(Columns::of).orElse(List.of());
    boolean whole = artifact.baseline().map(b -> b.skipped().isEmpty()).orElse(false);
    if (whole && !baseline.isEmpty() && isSigned(artifact, baseline)) {
      return baseline;
    }
    if (artifact.encoding().isPresent()) {
      return encoded(artifact.encoding().get().columns(), baseline);
    }
    throw new CliException(
        ExitCode.INPUT,
        who
            + " stores no input encoding, and no baseline that has its signature's fingerprint: which"
            + " columns it reads is not known. Give --schema FILE, as docs/cli.md shows it.");
  }

  private static boolean isSigned(ModelArtifact artifact, List<Column> columns) {
    return artifact
        .signature()
        .map(s -> s.equals(schema("rows", columns).fingerprint()))
        .orElse(false);
  }

  private static void requireSigned(
      String who, ModelArtifact artifact, List<Column> columns, Path file) {
    Optional<String> stored = artifact.signature();
    if (stored.isPresent() && !isSigned(artifact, columns)) {
      throw new CliException(
          ExitCode.INPUT,
          who
              + " was trained on another schema than "
              + file
              + " describes: its signature is "
              + stored.get().substring(0, 12)
              + "…, the file's "
              + schema("rows", columns).fingerprint().substring(0, 12)
              + "…. Name, kind and order of all features must be the same.");
    }
  }

  /** Reads a file as {@code python/export_mlops4j.py} writes it: {@code signature.json}. */
  static List<Column> read(Path file) {
    JsonAt root = JsonAt.read(file).keys("format", "features", "fingerprint");
    if (root.get("format").count() != 1) {
      throw root.get("format").bad("(expected: 1).");
    }
    List<Column> columns = root.get("features").list().stream().map(Column::of).toList();
    if (columns.isEmpty()) {
      throw root.get("features").bad("an empty list (expected: at least one feature).");
    }
    return columns;
  }

  private static List<Column> of(Baseline baseline) {
    return baseline.features().stream()
        .map(cells -> new Column(cells.feature(), cells.kind(), cells.sensitive(), List.of()))
        .toList();
  }

  private static List<Column> encoded(List<EncodedColumn> encoding, List<Column> baseline) {
    Map<String, Column> columns = new LinkedHashMap<>();
    for (EncodedColumn encoded : encoding) {
      Column known =
          baseline.stream()
              .filter(column -> column.name().equals(encoded.feature()))
              .findFirst()
              .orElseGet(() -> new Column(encoded.feature(), kind(encoded)));
      columns.putIfAbsent(encoded.feature(), known);
    }
    return List.copyOf(columns.values());
  }

  /** Whole numbers throughout are read as numbers, so that "1.0" is the 1 that training saw. */
  private static FeatureKind kind(EncodedColumn encoded) {
    if (encoded instanceof EncodedColumn.Numeric || encoded instanceof EncodedColumn.Scaled) {
      return FeatureKind.NUMERIC;
    }
    if (encoded instanceof EncodedColumn.Vector) {
      return FeatureKind.VECTOR;
    }
    List<String> known = new ArrayList<>();
    if (encoded instanceof EncodedColumn.OneHot hot) {
      known.addAll(hot.vocabulary());
    } else if (encoded instanceof EncodedColumn.Ordinal ordinal) {
      known.addAll(ordinal.vocabulary());
    } else if (encoded instanceof EncodedColumn.Groups groups) {
      groups.groups().forEach(known::addAll);
      known.addAll(groups.zeros());
    } else if (encoded instanceof EncodedColumn.Mapped mapped) {
      known.addAll(mapped.vocabulary());
    }
    boolean integers = !known.isEmpty() && known.stream().allMatch(v -> v.matches(INTEGER));
    return integers ? FeatureKind.NUMERIC : FeatureKind.CATEGORICAL;
  }

  /** Returns the columns of both; those of the first come first. */
  static List<Column> union(List<Column> first, List<Column> second) {
    Map<String, Column> all = new LinkedHashMap<>();
    first.forEach(column -> all.put(column.name(), column));
    second.forEach(column -> all.merge(column.name(), column, Column::and));
    return List.copyOf(all.values());
  }

  /** Returns the schema of rows that are maps. */
  static Schema<Map<String, ?>> schema(String name, List<Column> columns) {
    return schema(name, columns, null);
  }

  static Schema<Map<String, ?>> schema(
      String name, List<Column> columns, @Nullable RowFactory<Map<String, ?>> factory) {
    SchemaBuilder<Map<String, ?>> builder = Schema.builder(name);
    for (Column column : columns) {
      String key = column.name();
      switch (column.kind()) {
        case NUMERIC -> builder.numeric(key, row -> number(row.get(key)));
        case TIME -> builder.time(key, row -> number(row.get(key)));
        case CATEGORICAL -> builder.categorical(key, row -> text(row.get(key)));
        case TEXT -> builder.text(key, row -> text(row.get(key)));
        case VECTOR ->
            throw new CliException(
                ExitCode.INPUT,
                "Feature "
                    + key
                    + " is a vector, which no CSV column holds. Evaluate this version in Java.");
      }
    }
    if (factory != null) {
      builder.factory(factory);
    }
    Schema<Map<String, ?>> schema = builder.build();
    for (Column column : columns) {
      if (!column.domain().isEmpty()) {
        schema = schema.withDomain(column.name(), column.domain().toArray(String[]::new));
      }
    }
    return schema.withSensitive(
        columns.stream().filter(Column::sensitive).map(Column::name).toArray(String[]::new));
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
