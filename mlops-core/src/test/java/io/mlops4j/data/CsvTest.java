package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Schema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
  record Flight(
      LocalDateTime scheduledDeparture,
      @Nullable String origin,
      @Nullable Integer distanceMiles,
      double delay) {}

  record Person(int id, @Nullable Integer salary, @Nullable String city) {
    Person {
      if ("nowhere".equals(city)) {
        throw new IllegalArgumentException("bad: " + salary);
      }
    }
  }

  record Positive(int n) {
    Positive {
      if (n < 0) {
        throw new IllegalArgumentException("n: " + n);
      }
    }
  }

  private static final String HEADER = "scheduled_departure,ORIGIN,distance_miles,delay,carrier\n";
  private static final String LINE = "2001-01-01T00:01,ATL,215,19.5,DL\n";
  private static final Flight FLIGHT =
      new Flight(LocalDateTime.of(2001, 1, 1, 0, 1), "ATL", 215, 19.5);

  private final Schema<Flight> schema = Schema.of(Flight.class);
  @TempDir Path directory;

  @Test
  void stream_plainAndGzip_areToldByContentAndReadAnyNumberOfTimes() throws IOException {
    Path plain = Files.writeString(directory.resolve("misnamed.csv.gz"), HEADER + LINE + LINE);
    Path packed = Files.write(directory.resolve("misnamed.csv"), gzip(HEADER + LINE + LINE));
    for (Path file : List.of(plain, packed)) {
      Dataset<Flight> data = Dataset.csv(file, schema);
      assertThat(data.stream()).containsExactly(FLIGHT, FLIGHT);
      assertThat(data.stream()).hasSize(2);
      assertThat(data.rows()).isEqualTo(2);
      assertThat(data.name()).startsWith("misnamed");
      assertThat(data.toString()).contains("misnamed", "scheduledDeparture: time");
    }
  }

  @Test
  void stream_quotesLineEndsAndByteOrderMark_areRfc4180() {
    String text =
        String.join(
            "\r\n",
            "\uFEFF\"delay\",origin,distanceMiles,Scheduled_Departure",
            "1,\"a \"\"b\"\", c\r\nd\",,2001-01-01 00:01:00",
            "2,,\"7\",\"2001-01-01T00:01\"");
    LocalDateTime at = LocalDateTime.of(2001, 1, 1, 0, 1);
    assertThat(csv(text).stream())
        .containsExactly(new Flight(at, "a \"b\", c\r\nd", null, 1), new Flight(at, null, 7, 2));
  }

  @Test
  void stream_missingValues_areNaNOrNullOrAnErrorForAPrimitive() {
    record Optional(double a, @Nullable Integer b, @Nullable String c) {}
    record Required(int a) {}
    assertThat(Dataset.csv("x", in("a,b,c\n,,\n"), Schema.of(Optional.class)).stream())
        .containsExactly(new Optional(Double.NaN, null, null));
    assertThatThrownBy(
            () -> Dataset.csv("x", in("a,b\n1,1\n,1\n"), Schema.of(Required.class)).rows())
        .hasMessage(
            "x, line 3, column a: is missing, and the field is a primitive int (box it to allow"
                + " that).");
  }

  @Test
  void stream_headerOnly_isNoRows_andAnEmptyFileAnError() throws IOException {
    assertThat(csv(HEADER).rows()).isZero();
    assertThat(csv(HEADER.strip()).rows()).isZero();
    for (byte[] empty : List.of(new byte[0], gzip(""), "\uFEFF".getBytes(StandardCharsets.UTF_8))) {
      assertThatThrownBy(() -> csv(empty).rows())
          .isInstanceOf(DataException.class)
          .hasMessage("flights.csv is empty. Its first line must name the columns.");
    }
  }

  @Test
  void stream_columnAbsent_listsBothSides() {
    assertThatThrownBy(() -> csv("scheduled_departure,origen,delay\n").stream())
        .isInstanceOf(DataException.class)
        .hasMessage(
            "flights.csv, line 1: no column for origin, distanceMiles. Fields: scheduledDeparture,"
                + " origin, distanceMiles, delay. Columns: scheduled_departure, origen, delay."
                + " Names must be equal, or equal ignoring case and underscores.");
    assertThatThrownBy(() -> csv("x".repeat(100_000) + ",b\n".repeat(2)).stream())
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    assertThatThrownBy(() -> csv("c,".repeat(1) + manyColumns(10_000) + "\n").stream())
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
  }

  private static String manyColumns(int count) {
    StringBuilder result = new StringBuilder("c0");
    for (int i = 1; i < count; i++) {
      result.append(",c").append(i);
    }
    return result.toString();
  }

  @Test
  void stream_ambiguousOrDuplicateColumns_areRefused_exactNameWins() {
    assertThatThrownBy(() -> csv("a,b,a\n").stream())
        .hasMessage("flights.csv, line 1: two columns are named \"a\".");
    assertThatThrownBy(() -> csv("DELAY,Delay,origin,distanceMiles,scheduledDeparture\n").stream())
        .hasMessageContaining("columns DELAY, Delay both look like field delay");
    assertThat(
            csv("DELAY,delay,origin,distanceMiles,scheduledDeparture\n9,1,,,2001-01-01T00:01\n")
                .stream()
                .map(Flight::delay))
        .containsExactly(1.0);
  }

  @Test
  void stream_valueThatDoesNotFit_namesFileLineColumnAndValue() {
    assertThatThrownBy(() -> csv(HEADER + LINE + LINE.replace("215", "21x5")).rows())
        .isInstanceOf(DataException.class)
        .hasMessage("flights.csv, line 3, column distance_miles: \"21x5\" (expected an Integer).");
    assertThatThrownBy(
            () ->
                csv(HEADER + LINE.replace("ATL", "\"A\n\nL\"") + "x," + "y".repeat(9) + ",1,1,1")
                    .rows())
        .as("lines, not records, are counted")
        .hasMessageContaining("line 5, column scheduled_departure: \"x\"");
    String hostile = "\u001B[31m\u202E" + "z".repeat(100_000);
    assertThatThrownBy(() -> csv(HEADER + LINE.replace("215", hostile)).rows())
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .hasSizeLessThan(200)
                    .doesNotContain("\u001B")
                    .doesNotContain("\u202E"));
  }

  @Test
  void stream_goodRowsBeforeABadOne_areDelivered() {
    try (Stream<Flight> rows = csv(HEADER + LINE + "ragged\n").stream()) {
      assertThat(rows.limit(1)).containsExactly(FLIGHT);
    }
  }

  @Test
  void stream_raggedRows_nameBothCounts() {
    assertThatThrownBy(() -> csv(HEADER + LINE + "2001-01-01T00:01,ATL\n").rows())
        .hasMessage("flights.csv, line 3 has 2 values, the header has 5 columns.");
    assertThatThrownBy(() -> csv(HEADER + LINE.strip() + ",more\n").rows())
        .hasMessage("flights.csv, line 2 has 6 values, the header has 5 columns.");
  }

  @Test
  void stream_quotesThatDoNotClose_areAnError() {
    assertThatThrownBy(() -> csv(HEADER + LINE + LINE.replace("ATL", "\"ATL") + LINE).rows())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("flights.csv, line 3");
    assertThatThrownBy(() -> csv(HEADER + LINE.replace("DL", "\"DL")).rows())
        .hasMessage(
            "flights.csv, line 2: a quotation mark in this record or before it is never closed.");
    assertThatThrownBy(() -> csv(HEADER + LINE + LINE.replace("ATL", "\"AT\"L")).rows())
        .hasMessageContaining("flights.csv, after line 2: not RFC 4180");
  }

  @Test
  void stream_notText_isAnError() throws IOException {
    assertThatThrownBy(() -> csv(HEADER + LINE.replace("ATL", "A\u0000L")).rows())
        .hasMessageContaining("holds a NUL character");
    byte[] latin1 = (HEADER + LINE.replace("ATL", "Zürich")).getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> csv(latin1).rows()).hasMessageContaining("not valid UTF-8");
    assertThatThrownBy(() -> csv((HEADER + LINE).getBytes(StandardCharsets.UTF_16LE)).rows())
        .isInstanceOf(DataException.class);
    byte[] surrogate = {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80};
    assertThatThrownBy(() -> csv(surrogate).rows()).hasMessageContaining("not valid UTF-8");
  }

  @Test
  void stream_gzipDamaged_isAnError() throws IOException {
    byte[] packed = gzip(HEADER + LINE.repeat(10_000));
    assertThatThrownBy(() -> csv(Arrays.copyOf(packed, packed.length / 2)).rows())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("ends early: truncated");
    assertThatThrownBy(() -> csv(Arrays.copyOf(packed, 5)).rows())
        .hasMessageContaining("ends early: truncated");
    byte[] flipped = packed.clone();
    flipped[flipped.length - 6] ^= 1; // In the checksum.
    assertThatThrownBy(() -> csv(flipped).rows())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot be read: java.util.zip.ZipException");
  }

  @Test
  void stream_oneEndlessLine_stopsAtABoundedRecord() {
    // 512 MiB of one character would need 1 GiB as a string.
    assertThatThrownBy(() -> Dataset.csv("bomb.csv", () -> endless("a\n", 'x'), schema).rows())
        .isInstanceOf(DataException.class);
    assertThatThrownBy(
            () ->
                Dataset.csv("bomb.csv", () -> endless(HEADER + "2001-01-01T00:01,", 'x'), schema)
                    .rows())
        .hasMessageContaining("longer than 4194304 characters");
    assertThatThrownBy(
            () -> Dataset.csv("bomb.csv", () -> endless(HEADER + "\"", '\n'), schema).rows())
        .hasMessageContaining("longer than 4194304 characters");
    assertThatThrownBy(() -> Dataset.csv("bomb.csv", () -> endless("", ','), schema).rows())
        .hasMessageContaining("16384 columns");
  }

  private static InputStream endless(String start, char then) {
    byte[] first = start.getBytes(StandardCharsets.UTF_8);
    return new InputStream() {
      private long position;

      @Override
      public int read() {
        long at = position++;
        return at < first.length ? first[(int) at] : at < 512L << 20 ? then : -1;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        int value = read();
        if (value < 0) {
          return -1;
        }
        bytes[offset] = (byte) value;
        if (position <= first.length) {
          return 1;
        }
        Arrays.fill(bytes, offset, offset + length, (byte) value);
        position += length - 1;
        return length;
      }
    };
  }

  @Test
  void stream_sensitiveValue_isNeverInAMessageOrACause() {
    Schema<Person> people = Schema.of(Person.class).withSensitive("salary");
    String header = "id,salary,city\n";
    for (Schema<Person> each : List.of(people, people.only("id", "city"))) {
      for (String line :
          List.of("1,4711x,Rome\n", "1,4711,nowhere\n", "1,4711,\"x\"4711,\n", "4711\n")) {
        assertThatThrownBy(() -> Dataset.csv("people.csv", in(header + line), each).rows())
            .satisfies(
                e -> {
                  StringWriter trace = new StringWriter();
                  e.printStackTrace(new PrintWriter(trace));
                  assertThat(trace.toString()).contains("people.csv").doesNotContain("4711");
                });
      }
    }
    assertThatThrownBy(() -> Dataset.csv("p.csv", in(header + "1,x4711,Rome"), people).rows())
        .hasMessage("p.csv, line 2, column salary: expected an Integer (the value is withheld).");
  }

  @Test
  void stream_rowRefusedByItsConstructor_namesTheLineAndKeepsTheCause() {
    assertThatThrownBy(
            () -> Dataset.csv("p.csv", in("n\n1\n-2\n"), Schema.of(Positive.class)).rows())
        .hasMessage("p.csv, line 3: Positive refused the values: IllegalArgumentException")
        .hasRootCauseMessage("n: -2");
  }

  @Test
  void stream_closedOrReadToTheEndOrFailed_closesTheBytes() {
    for (String text : List.of(HEADER + LINE, HEADER + "bad\n", "bad\n", "", HEADER + "\"")) {
      AtomicInteger open = new AtomicInteger();
      Dataset<Flight> data = Dataset.csv("x", () -> counted(text, open), schema);
      try {
        data.stream().forEach(row -> {});
      } catch (DataException expected) {
        // What is tested is that it closes all the same.
      }
      assertThat(open).as(text).hasValue(0);
    }
    AtomicInteger open = new AtomicInteger();
    try (Stream<Flight> rows =
        Dataset.csv("x", () -> counted(HEADER + LINE.repeat(10), open), schema).stream()) {
      assertThat(rows.findFirst()).contains(FLIGHT);
      assertThat(open).hasValue(1);
    }
    assertThat(open).hasValue(0);
  }

  private static InputStream counted(String text, AtomicInteger open) {
    open.incrementAndGet();
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
      private boolean closed;

      @Override
      public void close() {
        if (!closed) {
          open.decrementAndGet();
        }
        closed = true;
      }
    };
  }

  @Test
  void csv_whatIsNotThere_isAnErrorWhenRead() {
    assertThatThrownBy(() -> Dataset.csv(directory.resolve("no.csv"), schema).rows())
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("no.csv");
    assertThatThrownBy(() -> Dataset.csvResource(CsvTest.class, "/no/such.csv", schema).rows())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no resource /no/such.csv beside io.mlops4j.data.CsvTest");
    assertThatThrownBy(
            () ->
                Dataset.csv(
                        "x",
                        () -> {
                          throw new UncheckedIOException(new IOException("no disk"));
                        },
                        schema)
                    .rows())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no disk");
    assertThatThrownBy(
            () -> Dataset.csv("x", in(""), Schema.<String>builder("s").text("t", s -> s).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("schema s cannot make rows");
  }

  @Test
  void csvResource_onTheClassPath_isRead() {
    record Vector(String format) {}
    assertThatThrownBy(
            () ->
                Dataset.csvResource(CsvTest.class, "/bucketing.json", Schema.of(Vector.class))
                    .rows())
        .as("opened, though it is no CSV")
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("bucketing.json");
  }

  private Dataset<Flight> csv(String text) {
    return Dataset.csv("flights.csv", in(text), schema);
  }

  private Dataset<Flight> csv(byte[] bytes) {
    return Dataset.csv("flights.csv", () -> new ByteArrayInputStream(bytes), schema);
  }

  private static java.util.function.Supplier<InputStream> in(String text) {
    return () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }
}
