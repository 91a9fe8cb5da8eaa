package io.mlops4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.EncodedColumn.Unseen;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which columns a version reads, from what is stored with it. */
class ColumnsTest {
  record Row(String origin, int hour, double distance) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class).withSensitive("distance");
  private static final ModelFiles FILES = ModelFiles.of("onnx", Map.of("m.onnx", new byte[1]));
  private static final InputEncoding ENCODING =
      InputEncoding.of(
          List.of(
              new EncodedColumn.OneHot("hour", List.of("6", "17"), Unseen.ZEROS),
              new EncodedColumn.Ordinal("origin", List.of("ORD", "01"), Unseen.REJECT),
              new EncodedColumn.Scaled("distance", 1, 2, 0),
              new EncodedColumn.Numeric("distance", 0),
              new EncodedColumn.Groups(
                  "carrier", List.of(List.of("AA"), List.of("UA")), List.of("WN"), 0, 0),
              new EncodedColumn.Mapped("month", List.of("1"), List.of(2f), 0f, 0f)));

  @TempDir Path directory;

  private static Baseline baseline() {
    return Baseline.fit(SCHEMA, () -> Stream.of(new Row("ORD", 6, 700), new Row("LAX", 7, 800)));
  }

  @Test
  void of_baselineWithTheSignature_isWhatItWasTrainedOn() {
    List<Column> columns =
        Columns.of(
            "m:1",
            FILES
                .withEncoding(ENCODING)
                .withBaseline(baseline())
                .withSignature(SCHEMA.fingerprint()),
            null);

    assertThat(Columns.schema("rows", columns).fingerprint()).isEqualTo(SCHEMA.fingerprint());
    assertThat(columns).extracting(Column::sensitive).containsExactly(false, false, true);
  }

  @Test
  void of_encodingOnly_isWhatItReads() {
    List<Column> columns = Columns.of("m:1", FILES.withEncoding(ENCODING), null);

    assertThat(columns)
        .extracting(Column::name)
        .containsExactly("hour", "origin", "distance", "carrier", "month");
    assertThat(columns)
        .extracting(Column::kind)
        .containsExactly(
            FeatureKind.NUMERIC,
            FeatureKind.CATEGORICAL,
            FeatureKind.NUMERIC,
            FeatureKind.CATEGORICAL,
            FeatureKind.NUMERIC);
  }

  @Test
  void of_encodingBesideAnotherBaseline_takesKindsAndSensitivityFromIt() {
    List<Column> columns =
        Columns.of(
            "m:1",
            FILES.withEncoding(ENCODING).withBaseline(baseline()).withSignature("f".repeat(64)),
            null);

    assertThat(columns).contains(new Column("distance", FeatureKind.NUMERIC, true, List.of()));
  }

  @Test
  void of_neither_asksForASchemaAndChecksItsFingerprint() throws IOException {
    ModelFiles signed = FILES.withSignature(SCHEMA.fingerprint());
    Path right = directory.resolve("right.json");
    Files.writeString(
        right,
        """
        {"format": 1, "features": [{"name": "origin", "kind": "categorical", "domain": ["ORD"]},
          {"name": "hour", "kind": "numeric"}, {"name": "distance", "kind": "numeric",
          "sensitive": true}]}
        """);
    Path wrong = directory.resolve("wrong.json");
    Files.writeString(wrong, Files.readString(right).replace("hour", "minute"));

    assertThat(Columns.of("m:1", signed, right)).hasSize(3);
    assertThatThrownBy(() -> Columns.of("m:1", signed, wrong))
        .hasMessageContaining("m:1 was trained on another schema")
        .hasMessageContaining("wrong.json");
    assertThatThrownBy(() -> Columns.of("m:1", signed, null))
        .hasMessageContaining("Give --schema FILE");
  }

  @Test
  void read_wrongFiles_areNamedByPath() throws IOException {
    Path file = directory.resolve("s.json");
    Files.writeString(file, "{\"format\": 2, \"features\": []}");
    assertThatThrownBy(() -> Columns.read(file)).hasMessageContaining("s.json: format");
    Files.writeString(file, "{\"format\": 1, \"features\": []}");
    assertThatThrownBy(() -> Columns.read(file)).hasMessageContaining("features: an empty list");
  }

  @Test
  void schema_vector_cannotBeReadFromCsv() {
    assertThatThrownBy(() -> Columns.schema("rows", List.of(new Column("e", FeatureKind.VECTOR))))
        .hasMessageContaining("Feature e is a vector");
  }

  @Test
  void union_ofTwoKinds_isRefused() {
    List<Column> text = List.of(new Column("x", FeatureKind.CATEGORICAL));
    List<Column> number = List.of(new Column("x", FeatureKind.NUMERIC));

    assertThatThrownBy(() -> Columns.union(text, number))
        .hasMessageContaining("Feature x is categorical in one version and numeric in another");
  }

  @Test
  void union_sensitiveInOne_isSensitive() {
    Column open = new Column("x", FeatureKind.CATEGORICAL);
    Column shut = new Column("x", FeatureKind.CATEGORICAL, true, List.of("a"));

    assertThat(Columns.union(List.of(open), List.of(shut))).containsExactly(shut);
  }
}
