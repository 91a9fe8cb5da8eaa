package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.CREDIT;
import static io.mlops4j.cli.Shell.CREDIT_HELD_OUT;
import static io.mlops4j.cli.Shell.HELD_OUT;
import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.cli.Shell.Said;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that cannot be used: one sentence with file and line, and nothing is written. */
class BadRowsTest {
  @TempDir Path directory;
  private Shell shell;
  private String head = "";
  private List<String> lines = List.of();

  @BeforeEach
  void registersAModel() throws IOException {
    shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
    head = head();
    lines = new ArrayList<>(Files.readAllLines(HELD_OUT));
  }

  @AfterEach
  void nothingWasWritten() {
    assertThat(head()).isEqualTo(head);
  }

  private String head() {
    return shell.ask("history", MODEL, "--format", "json").json().path("head").asText();
  }

  private Said evaluate(byte[] csv, String... more) throws IOException {
    Path rows = directory.resolve("rows.csv");
    Files.write(rows, csv);
    List<String> args = new ArrayList<>(List.of("evaluate", MODEL, "1", "--rows", rows.toString()));
    args.addAll(more.length == 0 ? List.of("--label", "late") : List.of(more));
    return shell.tell(args.toArray(String[]::new));
  }

  private Said evaluate(List<String> csv, String... more) throws IOException {
    return evaluate(String.join("\n", csv).getBytes(UTF_8), more);
  }

  private void refused(Said said, String... sentence) {
    assertThat(said.exit()).as(said.err()).isEqualTo(21);
    assertThat(said.err()).contains(sentence);
    assertThat(said.err().lines()).as("one sentence").hasSize(1);
  }

  @Test
  void missingColumn_isNamedWithThoseThatAreThere() throws IOException {
    lines.set(0, lines.get(0).replace("distance", "miles"));
    refused(
        evaluate(lines), "rows.csv, line 1: no column for distance", "Columns: origin", "miles");
  }

  @Test
  void missingLabelColumn_isNamed() throws IOException {
    refused(evaluate(lines, "--label", "delayed"), "rows.csv, line 1: no column for delayed");
  }

  @Test
  void noLabelGiven_isBadUsage() throws IOException {
    Said said = evaluate(lines, "--task", "binary");
    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("Which column is the truth?", "--label");
  }

  @Test
  void labelThatIsAFeature_isBadUsage() throws IOException {
    Said said = evaluate(lines, "--label", "hour");
    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("hour is a feature of the model");
  }

  @Test
  void emptyLabel_isNamedWithItsLine() throws IOException {
    lines.set(7, lines.get(7).replaceFirst(",[01],", ",,"));
    refused(evaluate(lines), "rows.csv, line 8: the label late is missing");
  }

  @Test
  void labelNan_isNamedWithItsLine() throws IOException {
    lines.set(3, lines.get(3).replaceFirst(",[01],", ",NaN,"));
    refused(evaluate(lines), "rows.csv, line 4: the label late is not finite");
  }

  @Test
  void labelTwo_isNamedWithItsLine() throws IOException {
    lines.set(3, lines.get(3).replaceFirst(",[01],", ",2,"));
    refused(evaluate(lines), "rows.csv, line 4: the label late is 2.0 (expected: 0 or 1");
  }

  @Test
  void featureNan_isNamedWithItsLine() throws IOException {
    lines.set(5, lines.get(5).replaceFirst(",[0-9.]+,", ",NaN,"));
    refused(
        evaluate(lines), "rows.csv, line 6: column distance is not finite", "Leave the cell empty");
  }

  @Test
  void featureNoNumber_isNamedWithItsLineAndShown() throws IOException {
    lines.set(5, lines.get(5).replaceFirst(",[0-9.]+,", ",far,"));
    refused(evaluate(lines), "rows.csv, line 6, column distance: \"far\" (expected a Double)");
  }

  @Test
  void emptyFile_isNamed() throws IOException {
    refused(evaluate(new byte[0]), "rows.csv is empty");
  }

  @Test
  void headerOnly_isNamed() throws IOException {
    refused(evaluate(lines.subList(0, 1)), "rows.csv has a header, but no row");
  }

  @Test
  void noSuchFile_isNamed() {
    Said said = shell.tell("evaluate", MODEL, "1", "--rows", "nowhere.csv", "--label", "late");
    refused(said, "nowhere.csv: no such file");
  }

  @Test
  void otherDelimiters_areNamed() throws IOException {
    for (String delimiter : List.of(";", "\t", "|")) {
      List<String> other =
          lines.stream().map(line -> line.replace(",", delimiter)).collect(Collectors.toList());
      refused(evaluate(other), "rows.csv, line 1: no comma", "separated by commas");
    }
  }

  @Test
  void otherEncodings_areNamed() throws IOException {
    refused(evaluate(String.join("\n", lines).getBytes(UTF_16)), "rows.csv", "not valid UTF-8");
    byte[] latin =
        (lines.get(0) + "\n\u00c9").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    refused(evaluate(latin), "rows.csv", "not valid UTF-8");
  }

  @Test
  void raggedRow_isNamedWithItsLine() throws IOException {
    lines.set(9, lines.get(9) + ",1");
    refused(evaluate(lines), "rows.csv, line 10 has 10 values, the header has 9 columns");
  }

  @Test
  void hugeLine_isRefusedWithoutFillingMemory() throws IOException {
    lines.set(2, "\"" + "x".repeat(5 << 20) + "\"" + lines.get(2).substring(3));
    refused(evaluate(lines), "rows.csv, after line 2", "longer than 4194304 characters");
  }

  @Test
  void unclosedQuote_isNamed() throws IOException {
    lines.set(1_000, lines.get(1_000).replaceFirst(",([^,]*)$", ",\"$1"));
    refused(evaluate(lines), "rows.csv, line 1001", "never closed");
  }

  @Test
  void truncatedGzip_isNamed() throws IOException {
    byte[] whole = gzip(lines);
    refused(evaluate(java.util.Arrays.copyOf(whole, whole.length / 2)), "truncated");
  }

  private static byte[] gzip(List<String> lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(String.join("\n", lines).getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void unknownMetricOfThePolicysTask_isBadUsage() throws IOException {
    Path policy = directory.resolve("policy.json");
    Files.writeString(
        policy,
        """
        {"format": 1, "name": "p", "gates": [{"metric": "rmse", "atMost": 1}],
         "evaluation": {"label": "late"}}
        """);
    Said said = evaluate(lines, "--policy", policy.toString());
    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("rmse");
  }

  @Test
  void sensitiveValue_isNeverShown() throws IOException {
    shell.register("credit", CREDIT);
    List<String> rows = new ArrayList<>(Files.readAllLines(CREDIT_HELD_OUT));
    rows.set(
        4, rows.get(4).replaceFirst("(,[0-9.]+)(,[0-9.]+,[0-9.]+,[01],[0-9.]+)$", ",canary$2"));
    Path file = directory.resolve("credit.csv");
    Files.write(file, rows);

    Said said =
        shell.tell(
            "evaluate",
            "credit",
            "1",
            "--rows",
            file.toString(),
            "--label",
            "bad",
            "--format",
            "json",
            "--summary",
            directory.resolve("s.md").toString(),
            "--stacktrace");

    assertThat(said.exit()).isEqualTo(21);
    assertThat(said.err()).contains("credit.csv, line 5", "age", "withheld");
    assertThat(said.err() + said.out() + Files.readString(directory.resolve("s.md")))
        .doesNotContain("canary");
  }
}
