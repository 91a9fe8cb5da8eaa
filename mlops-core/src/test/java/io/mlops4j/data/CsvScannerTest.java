package io.mlops4j.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.mlops4j.core.RowField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Compares with FastCSV, a parser that is not ours, on texts made of what is hard in CSV. */
class CsvScannerTest {
  private static final int ORDINARY = 10_000;
  private static final int PROOF = 2_000_000;

  /** Each ends a value, begins one, looks like it, or crosses a border. */
  private static final String[] PARTS = {
    ",",
    ",",
    ",",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\"",
    "\"",
    "\"\"",
    "a",
    "b c",
    "-12.5",
    "é",
    "€",
    "😀",
    " ",
    "\t",
    "\"x\"",
    "\"p,q\"",
    "\"1\n2\"",
    "\"1\r\n2\"",
    "\"say \"\"so\"\"\"",
    "\"\"",
    ",\n",
    "\uFEFF"
  };

  private static int count() {
    return Boolean.getBoolean("mlops4j.proof") ? PROOF : ORDINARY;
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int parts = random.nextInt(24);
    for (int i = 0; i < parts; i++) {
      text.append(PARTS[random.nextInt(PARTS.length)]);
    }
    // FastCSV 4.1.0 loses a value that holds a CR alone if LF ends its line.
    int quote = text.indexOf("\"");
    return quote < 0
        ? text.toString()
        : text.substring(0, quote) + text.substring(quote).replaceAll("\r(?!\n)", "\r\n");
  }

  /** Gives as few bytes at once as chance says, so that borders are anywhere. */
  private static InputStream pieces(byte[] bytes, SplittableRandom random) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public int read(byte[] to, int offset, int length) {
        return super.read(to, offset, Math.min(length, 1 + random.nextInt(7)));
      }
    };
  }

  private static List<String> ours(byte[] text, SplittableRandom random) {
    List<String> seen = new ArrayList<>();
    try (CsvScanner scanner = new CsvScanner(pieces(text, random), 1 + random.nextInt(16))) {
      while (scanner.next()) {
        StringBuilder record = new StringBuilder().append(scanner.line());
        for (int i = 0; i < scanner.size(); i++) {
          record.append('|').append(scanner.value(i));
        }
        seen.add(record.toString());
      }
      seen.add(scanner.endsInQuotes() ? "open" : "end");
    } catch (CsvScanner.MalformedException e) {
      seen.add("malformed");
    } catch (IOException e) {
      seen.add(e.toString());
    }
    return seen;
  }

  private static List<String> theirs(String text) {
    List<String> seen = new ArrayList<>();
    try (CloseableIterator<CsvRecord> records =
        CsvReader.builder()
            .allowExtraFields(true)
            .allowMissingFields(true)
            .ofCsvRecord(text)
            .iterator()) {
      while (records.hasNext()) {
        CsvRecord record = records.next();
        seen.add(record.getStartingLineNumber() + "|" + String.join("|", record.getFields()));
      }
      boolean odd = text.chars().filter(c -> c == '"').count() % 2 == 1;
      seen.add(odd ? "open" : "end");
    } catch (CsvParseException e) {
      seen.add("malformed");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return seen;
  }

  @Test
  void next_textsOfHardParts_areReadAsAnotherParserReadsThem() {
    SplittableRandom random = new SplittableRandom(20261126);
    int records = 0;
    int malformed = 0;
    int open = 0;
    for (int i = 0; i < count(); i++) {
      String text = text(random);
      List<String> ours = ours(text.getBytes(UTF_8), random);
      List<String> theirs = theirs(text);
      String last = ours.get(ours.size() - 1);
      if (last.equals("open")) {
        // Refused: another content does not matter, and not every such text has an odd mark.
        theirs.set(theirs.size() - 1, last);
        forgetLastRecord(ours);
        forgetLastRecord(theirs);
      }
      assertThat(ours).as("%s", text.replace("\r", "\\r").replace("\n", "\\n")).isEqualTo(theirs);
      records += ours.size() - 1;
      malformed += last.equals("malformed") ? 1 : 0;
      open += last.equals("open") ? 1 : 0;
    }
    assertThat(records).as("records compared").isGreaterThan(count());
    assertThat(malformed).as("refused").isBetween(count() / 20, count() * 2 / 3);
    assertThat(open).as("never closed").isBetween(count() / 20, count() / 2);
  }

  private static void forgetLastRecord(List<String> seen) {
    if (seen.size() > 1) {
      seen.remove(seen.size() - 2);
    }
  }

  @Test
  void next_markThatNeverCloses_isToldWhateverMarksAreElsewhere() {
    SplittableRandom random = new SplittableRandom(1);
    for (String text : List.of("a\n\"b", "a\n\"b\"\"", "a\"\n\"b", "a\"\n\"b\"\"", "a\"\n")) {
      assertThat(ours(text.getBytes(UTF_8), random)).as(text).endsWith("open");
    }
    assertThat(ours("a\n\"b\"\"\"\nc\"\"".getBytes(UTF_8), random))
        .containsExactly("1|a", "2|b\"", "3|c\"\"", "end");
  }

  @Test
  void next_carriageReturnBeforeTheClosingMark_losesNothing() {
    byte[] text = "\"a\r\"\n\"b\rc\"\r\nd,\"\r\"\r\"\"\n".getBytes(UTF_8);
    assertThat(ours(text, new SplittableRandom(1)))
        .containsExactly("1|a\r", "3|b\rc", "5|d|\r", "7|", "end");
  }

  @Test
  void next_linesInsideQuotes_areEachCountedOnce() throws IOException {
    byte[] text = "\"a\rb\nc\r\nd\n\re\"\nnext\r\rlast".getBytes(UTF_8);
    for (int buffer = 1; buffer < 40; buffer++) {
      try (CsvScanner scanner = new CsvScanner(new ByteArrayInputStream(text), buffer)) {
        List<Long> lines = new ArrayList<>();
        while (scanner.next()) {
          lines.add(scanner.line());
        }
        assertThat(lines).containsExactly(1L, 7L, 9L);
      }
    }
  }

  @Test
  void next_bytesByChance_areRefusedExactlyIfTheyAreNoUtf8() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    int refused = 0;
    for (int i = 0; i < count(); i++) {
      byte[] text = ("id," + text(random).replace("\"", "") + "\nend").getBytes(UTF_8);
      for (int changes = random.nextInt(3); changes > 0; changes--) {
        text[random.nextInt(text.length)] = (byte) (0x80 + random.nextInt(0x80));
      }
      boolean valid = true;
      try {
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(java.nio.ByteBuffer.wrap(text));
      } catch (CharacterCodingException e) {
        valid = false;
      }
      CsvScanner scanner = new CsvScanner(pieces(text, random), 1 + random.nextInt(16));
      if (valid) {
        assertThatCode(() -> readAll(scanner)).doesNotThrowAnyException();
      } else {
        refused++;
        assertThatThrownBy(() -> readAll(scanner)).isInstanceOf(CharacterCodingException.class);
      }
    }
    assertThat(refused).isBetween(count() / 4, count());
  }

  private static void readAll(CsvScanner scanner) throws IOException {
    while (scanner.next()) {
      assertThat(scanner.size()).isPositive();
    }
  }

  @Test
  void next_nulAnywhere_isRefused() {
    String text = "id,\"x\"\n\"a\"\"b\",c\n1,2";
    for (int i = 0; i <= text.length(); i++) {
      byte[] bytes = (text.substring(0, i) + '\0' + text.substring(i)).getBytes(ISO_8859_1);
      CsvScanner scanner = new CsvScanner(new ByteArrayInputStream(bytes), 4);
      assertThatThrownBy(() -> readAll(scanner))
          .as("at " + i)
          .isInstanceOf(CsvScanner.NulException.class);
    }
  }

  @Test
  void next_longestRecord_isReadAndALongerOneRefused() throws IOException {
    int most = CsvSource.MAX_RECORD;
    for (String value : List.of("x", "\"\"", "€")) {
      String half = value.repeat(most / 2);
      assertThat(lengths("\"" + half + "\",\"" + half + "\"\n"))
          .containsExactly(most / 2, most / 2);
      String longer = "\"" + half + "\",\"" + half + "\",x\n";
      assertThatThrownBy(() -> lengths(longer)).isInstanceOf(CsvScanner.MalformedException.class);
    }
    assertThat(lengths(",".repeat(CsvSource.MAX_COLUMNS - 1))).hasSize(CsvSource.MAX_COLUMNS);
    assertThatThrownBy(() -> lengths(",".repeat(CsvSource.MAX_COLUMNS)))
        .isInstanceOf(CsvScanner.MalformedException.class);
  }

  private static List<Integer> lengths(String text) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    try (CsvScanner scanner =
        new CsvScanner(new ByteArrayInputStream(text.getBytes(UTF_8)), CsvSource.BUFFER)) {
      assertThat(scanner.next()).isTrue();
      for (int i = 0; i < scanner.size(); i++) {
        lengths.add(scanner.value(i).length());
      }
      assertThat(scanner.next()).isFalse();
    }
    return lengths;
  }

  @Test
  void parse_values_areThoseOfTheirTexts() throws IOException {
    String text = "1.5,\"2.5\",\"a\"\"b\", 7 ,,é\n";
    RowField number = new RowField("n", double.class);
    RowField word = new RowField("w", String.class);
    try (CsvScanner scanner = new CsvScanner(new ByteArrayInputStream(text.getBytes(UTF_8)), 3)) {
      assertThat(scanner.next()).isTrue();
      assertThat(scanner.parse(0, number)).isEqualTo(1.5);
      assertThat(scanner.parse(1, number)).isEqualTo(2.5);
      assertThat(scanner.parse(2, word)).isEqualTo("a\"b");
      assertThat(scanner.parse(3, number)).isEqualTo(7.0);
      assertThat(scanner.parse(4, number)).isEqualTo(Double.NaN);
      assertThat(scanner.parse(5, word)).isEqualTo("é");
    }
  }
}
