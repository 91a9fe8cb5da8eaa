package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.CREDIT;
import static io.mlops4j.cli.Shell.CREDIT_HELD_OUT;
import static io.mlops4j.cli.Shell.HELD_OUT;
import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.cli.Rows.Label;
import io.mlops4j.cli.Shell.Said;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of other shapes that mean the same, and what their identity is. */
class RowsTest {
  @TempDir Path directory;
  private Shell shell;

  /** As the export of the flights was trained on. */
  record Flight(String origin, String destination, double distance, int hour, int dayOfWeek) {}

  record Line(
      String origin, String destination, double distance, int hour, int dayOfWeek, double late) {}

  @BeforeEach
  void registersAModel() {
    shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
  }

  private JsonNode evaluate(byte[] csv, String... label) throws IOException {
    Path rows = directory.resolve("rows.csv");
    Files.write(rows, csv);
    String[] how = label.length == 0 ? new String[] {"--label", "late"} : label;
    String[] args =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(
                    "evaluate", MODEL, "1", "--rows", rows.toString(), "--format", "json"),
                java.util.Arrays.stream(how))
            .toArray(String[]::new);
    Said said = shell.tell(args);
    assertThat(said.exit()).as(said.err()).isZero();
    return said.json();
  }

  @Test
  void digest_isThatOfTheSameRowsInJava() throws IOException {
    String expected =
        Dataset.csv(HELD_OUT, Schema.of(Line.class))
            .label(
                Schema.of(Flight.class),
                l -> new Flight(l.origin, l.destination, l.distance, l.hour, l.dayOfWeek),
                Line::late)
            .digest();

    assertThat(evaluate(Files.readAllBytes(HELD_OUT)).path("datasetDigest").asText())
        .isEqualTo(expected);
  }

  @Test
  void byteOrderMarkGzipQuotesAndColumnOrder_makeNoDifference() throws IOException {
    List<String> lines = Files.readAllLines(HELD_OUT);
    String plain = String.join("\n", lines);
    JsonNode expected = evaluate(plain.getBytes(UTF_8)).path("datasetDigest");

    assertThat(evaluate(("\ufeff" + plain).getBytes(UTF_8)).path("datasetDigest"))
        .isEqualTo(expected);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(plain.getBytes(UTF_8));
    }
    assertThat(evaluate(gzip.toByteArray()).path("datasetDigest")).isEqualTo(expected);
    String turned =
        lines.stream()
            .map(line -> line.split(","))
            .map(v -> v[5] + "," + v[4] + "," + v[3] + "," + v[2] + ",\"" + v[1] + "\"," + v[0])
            .collect(Collectors.joining("\r\n"));
    assertThat(evaluate(turned.getBytes(UTF_8)).path("datasetDigest")).isEqualTo(expected);
  }

  @Test
  void textLabels_areOneWhereTheyAreThePositiveText() throws IOException {
    List<String> lines = Files.readAllLines(HELD_OUT);
    JsonNode expected = evaluate(String.join("\n", lines).getBytes(UTF_8));
    String texts =
        lines.stream()
            .map(line -> line.replaceFirst("^((?:[^,]*,){5})1,", "$1late,"))
            .map(line -> line.replaceFirst("^((?:[^,]*,){5})0,", "$1on time,"))
            .collect(Collectors.joining("\n"));

    JsonNode said = evaluate(texts.getBytes(UTF_8), "--label", "late", "--positive", "late");

    assertThat(said.path("datasetDigest")).isEqualTo(expected.path("datasetDigest"));
    assertThat(said.path("metrics")).isEqualTo(expected.path("metrics"));
  }

  @Test
  void missingValues_areWhatTheEncodingMakesOfThem() {
    // Many cells of this file are empty; the AUC is that of the file's own column "probability".
    shell.register("credit", CREDIT);

    Said said =
        shell.tell(
            "evaluate",
            "credit",
            "1",
            "--rows",
            CREDIT_HELD_OUT.toString(),
            "--label",
            "bad",
            "--format",
            "json");

    record Answer(double probability, int bad) {}
    var answers = Dataset.csv(CREDIT_HELD_OUT, Schema.of(Answer.class)).inMemory();
    var collector = io.mlops4j.evaluation.BinaryEvaluation.collector();
    answers.stream().forEach(a -> collector.add(a.probability, a.bad == 1));
    double expected =
        collector.evaluate().value(io.mlops4j.evaluation.Metric.LOG_LOSS).number().orElseThrow();
    assertThat(said.json().path("metrics").path("log-loss").path("value").asDouble())
        .isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-5));
  }

  @Test
  void times_areReadAsJavaReadsThem() throws IOException {
    record Departure(LocalDateTime at, double x) {}
    record Timed(LocalDateTime at, double x, double y) {}
    Path file = directory.resolve("times.csv");
    Files.writeString(
        file, "at,x,y\n2001-03-01T06:00,1,0\n2001-03-01 07:30:10,2,1\n2001-03-02T00:00:00Z,3,1\n");
    List<Column> columns =
        List.of(new Column("at", FeatureKind.TIME), new Column("x", FeatureKind.NUMERIC));

    LabeledDataset<Map<String, ?>> rows =
        Rows.read(file, columns, columns, new Label("y", null, true));

    Path plain = directory.resolve("plain.csv");
    Files.writeString(plain, Files.readString(file).replace("Z", ""));
    assertThat(rows.digest())
        .isEqualTo(
            Dataset.csv(plain, Schema.of(Timed.class))
                .label(Schema.of(Departure.class), t -> new Departure(t.at, t.x), Timed::y)
                .digest());
    Files.writeString(file, "at,x,y\nyesterday,1,0\n");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Rows.read(file, columns, columns, new Label("y", null, true)))
        .hasMessageContaining("times.csv, line 2: column at is no time");
  }
}
