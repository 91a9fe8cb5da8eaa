package io.mlops4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.RowField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvRecordsTest {
  @TempDir Path directory;

  private Path file(String text) throws IOException {
    return Files.write(directory.resolve("rows.csv"), text.getBytes(UTF_8));
  }

  @Test
  void next_records_haveTheirLinesAndTexts() throws IOException {
    try (CsvRecords records = CsvRecords.open(file("\uFEFFid,k_m\n\"a\nb\",1\nc\nd,\"\"\n"))) {
      assertThat(records.header()).containsExactly("id", "k_m");
      assertThat(records.columns(List.of(new RowField("km", double.class)))).containsExactly(1);
      List<String> seen = new ArrayList<>();
      while (records.next()) {
        seen.add(records.line() + ":" + records.size() + ":" + records.value(records.size() - 1));
      }
      assertThat(seen).containsExactly("2:2:1", "4:1:c", "5:2:");
      assertThat(records.next()).isFalse();
    }
  }

  @Test
  void open_noCsv_saysWhereItEnds() throws IOException {
    Path absent = directory.resolve("none.csv");
    assertThatThrownBy(() -> CsvRecords.open(absent))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.csv, line 1 or after it: cannot be read");
    Path empty = file("");
    assertThatThrownBy(() -> CsvRecords.open(empty)).hasMessageContaining("is empty");
    Path torn = directory.resolve("torn.csv.gz");
    Files.write(torn, new byte[] {0x1F, (byte) 0x8B, 8});
    assertThatThrownBy(() -> CsvRecords.open(torn)).hasMessageContaining("truncated");
    try (CsvRecords records = CsvRecords.open(file("a\n\"x\" y\n"))) {
      assertThatThrownBy(records::next).hasMessageContaining("after line 1: not RFC 4180");
    }
    try (CsvRecords records = CsvRecords.open(file("a\n\"x\n"))) {
      assertThatThrownBy(
              () -> {
                while (records.next()) {
                  records.value(0);
                }
              })
          .hasMessageContaining("never closed");
    }
    Files.write(directory.resolve("latin.csv"), new byte[] {'a', '\n', (byte) 0xE4, '\n'});
    assertThatThrownBy(() -> CsvRecords.open(directory.resolve("latin.csv")).next())
        .hasMessageContaining("not valid UTF-8");
  }

  @Test
  void parse_numbers_areThoseOfTheJdkBitForBit() {
    RowField field = new RowField("x", double.class);
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      String text = Double.toString(value);
      assertThat(field.parse(text)).isEqualTo(Double.parseDouble(text));
    }
    for (String text :
        List.of(
            "-0",
            ".5",
            "5.",
            "+1e-320",
            "4.9e-324",
            "1.7976931348623157e308",
            "9007199254740993",
            "0.1e-6",
            "123456789012345678901234567890",
            "NaN",
            "-Infinity")) {
      assertThat(field.parse(text)).as(text).isEqualTo(Double.parseDouble(text));
    }
    for (String text : List.of("1e999", "0x1p3", "1d", "1f", "1,5", "e5", "--1", "1e", "\u0661")) {
      assertThatThrownBy(() -> field.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
