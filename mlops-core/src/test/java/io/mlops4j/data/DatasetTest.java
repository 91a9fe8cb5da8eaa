package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Schema;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ArrayRecordComponent")
class DatasetTest {
  record Event(@Nullable LocalDateTime at, @Nullable String user, double amount) {}

  record Features(double amount) {}

  private final Schema<Event> schema = Schema.of(Event.class);
  private final Schema<Features> features = Schema.of(Features.class);
  private final Dataset<Event> hours =
      Dataset.of(
          schema,
          IntStream.range(0, 48)
              .mapToObj(
                  h -> new Event(LocalDateTime.of(2001, 1, 1, 0, 0).plusHours(h), "u" + h % 7, h))
              .toList());

  @Test
  void filterAndMap_describeAndKeepTheOrder() {
    Dataset<Features> mapped =
        hours.filter(e -> e.amount() >= 46).map(features, e -> new Features(e.amount() * 2));
    assertThat(mapped.stream()).containsExactly(new Features(92), new Features(94));
    assertThat(mapped.schema()).isSameAs(features);
    assertThat(mapped.inMemory().stream()).hasSize(2);
  }

  @Test
  void between_isFromInclusiveToExclusive() {
    LocalDateTime noon = LocalDateTime.of(2001, 1, 1, 12, 0);
    assertThat(hours.between("at", noon, noon.plusHours(2)).stream().map(Event::amount))
        .containsExactly(12.0, 13.0);
    Instant from = Instant.parse("2001-01-01T12:00:00.001Z");
    assertThat(hours.between("at", from, from.plusSeconds(3600)).stream().map(Event::amount))
        .containsExactly(13.0);
    assertThat(hours.between("at", noon, noon).rows()).isZero();
    assertThatThrownBy(() -> hours.between("at", noon, noon.minusDays(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> hours.between("user", noon, noon))
        .hasMessageContaining("user: categorical (expected: a time)");
  }

  @Test
  void splitAt_everyRowIsInExactlyOnePart() {
    Split<Event> split = hours.splitAt("at", LocalDateTime.of(2001, 1, 2, 0, 0));
    assertThat(split.first().stream().map(Event::amount)).hasSize(24).allMatch(a -> a < 24);
    assertThat(split.second().stream().map(Event::amount)).hasSize(24).allMatch(a -> a >= 24);
  }

  @Test
  void splitAt_rowWithoutATime_isAnErrorInBothParts() {
    Dataset<Event> data = Dataset.of(schema, List.of(new Event(null, "u", 1)));
    Split<Event> split = data.splitAt("at", Instant.EPOCH);
    assertThatThrownBy(split.first()::rows)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a row has no at");
    assertThatThrownBy(split.second()::rows).isInstanceOf(DataException.class);
  }

  @Test
  void splitByHash_keepsIdsTogether_nests_andIsIndependentOfAnotherSalt() {
    Dataset<Event> many =
        Dataset.of(
            schema,
            IntStream.range(0, 20_000).mapToObj(i -> new Event(null, "user-" + i / 2, i)).toList());
    Split<Event> small = many.splitByHash(Event::user, "train", 0.3);
    Set<String> inSmall = users(small.first());
    Set<String> others = users(small.second());
    assertThat(inSmall).doesNotContainAnyElementsOf(others);
    assertThat(small.first().rows() + small.second().rows()).isEqualTo(20_000);
    // 10,000 ids: 4 standard deviations of the binomial are 183.
    assertThat(inSmall.size()).isBetween(3000 - 183, 3000 + 183);
    assertThat(users(many.splitByHash(Event::user, "train", 0.5).first())).containsAll(inSmall);
    Set<String> both = users(many.splitByHash(Event::user, "other", 0.3).first());
    both.retainAll(inSmall);
    assertThat(both.size()).as("0.3 x 0.3 of them").isBetween(900 - 115, 900 + 115);
    assertThat(many.splitByHash(Event::user, "train", 0).first().rows()).isZero();
    assertThat(many.splitByHash(Event::user, "train", 1).second().rows()).isZero();
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> many.splitByHash(Event::user, "train", wrong))
          .hasMessageContaining("fraction: " + wrong);
    }
  }

  private static Set<String> users(Dataset<Event> data) {
    return new HashSet<>(data.stream().map(Event::user).toList());
  }

  @Test
  void label_separatesFeaturesFromTruth() {
    LabeledDataset<Features> labeled =
        hours
            .filter(e -> e.amount() < 3)
            .label(features, e -> new Features(e.amount()), e -> e.amount() > 1 ? 1 : 0);
    assertThat(labeled.stream())
        .containsExactly(
            new Labeled<>(new Features(0), 0),
            new Labeled<>(new Features(1), 0),
            new Labeled<>(new Features(2), 1));
    assertThat(labeled.labels()).containsExactly(0, 0, 1);
    assertThat(labeled.features()).hasSize(3);
    assertThat(labeled.rows()).isEqualTo(3);
    assertThat(labeled.filter(l -> l.label() == 1).inMemory().rows()).isEqualTo(1);
    assertThat(labeled.schema()).isSameAs(features);
    assertThat(labeled.toString()).contains("Features(amount: numeric)");
    assertThat(hours.label(e -> 1).schema()).isSameAs(schema);
  }

  @Test
  void label_unknown_namesTheRow() {
    LabeledDataset<Event> labeled = hours.label(e -> e.amount() == 2 ? Double.NaN : 0);
    assertThatThrownBy(labeled::rows)
        .isInstanceOf(DataException.class)
        .hasMessage("Event: row 3 has no label. Filter rows whose label is unknown.");
    assertThatThrownBy(() -> new Labeled<>("x", Double.POSITIVE_INFINITY))
        .hasMessageContaining("label: Infinity");
  }

  @Test
  void digest_dependsOnTypedContentOnly() {
    record Row(@Nullable String name, double x) {}
    record Other(double x, @Nullable String name) {}
    Schema<Row> rows = Schema.of(Row.class);
    String expected =
        Dataset.of(rows, List.of(new Row("é", 0.5), new Row(null, Double.NaN))).digest();
    // python3 -c "import hashlib, struct; t=b'4:name|CATEGORICAL|1\n1:x|NUMERIC|1\n'
    //   h=hashlib.sha256(b'mlops4j-rows-1\n'+hashlib.sha256(t).hexdigest().encode()+b'\n')
    //   h.update(b'\2'+struct.pack('>I',2)+'é'.encode()+b'\1'+struct.pack('>d',.5)+b'\0\0')"
    assertThat(expected)
        .isEqualTo("ea9b5f8e6aa3f5b29a3e9b4340d8085266605ba23b550fb3a6a533019c36202f");
    for (String text :
        List.of("name,x\né,0.5\n,NaN\n", "x,ignored,NAME\r\n5e-1,7,\"é\"\r\n,8,\r\n")) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(Dataset.csv("any", () -> new ByteArrayInputStream(bytes), rows).digest())
          .isEqualTo(expected);
    }
    Schema<Other> byHand =
        Schema.<Other>builder("other")
            .categorical("name", Other::name)
            .numeric("x", Other::x)
            .build();
    assertThat(
            Dataset.of(byHand, List.of(new Other(0.5, "é"), new Other(Double.NaN, null))).digest())
        .isEqualTo(expected);
    float nan = Float.intBitsToFloat(0x7fc12345);
    assertThat(Dataset.of(rows, List.of(new Row("é", 0.5), new Row(null, nan))).digest())
        .isEqualTo(expected);
  }

  @Test
  void digest_differsWithValueOrderMissingnessAndLabel() {
    record Row(@Nullable String a, @Nullable String b) {}
    Schema<Row> rows = Schema.of(Row.class);
    Set<String> digests = new HashSet<>();
    List<List<Row>> different =
        List.of(
            List.of(),
            List.of(new Row("x", "y")),
            List.of(new Row("xy", "")),
            List.of(new Row("", "xy")),
            List.of(new Row(null, "xy")),
            List.of(new Row("xy", null)),
            List.of(new Row("x", "y"), new Row("z", "z")),
            List.of(new Row("z", "z"), new Row("x", "y")));
    different.forEach(list -> digests.add(Dataset.of(rows, list).digest()));
    assertThat(digests).hasSize(different.size());
    Dataset<Row> one = Dataset.of(rows, different.get(1));
    assertThat(one.label(r -> 0).digest())
        .isEqualTo(one.label(r -> -0.0).digest())
        .isNotEqualTo(one.label(r -> 1).digest())
        .isNotEqualTo(one.digest());
  }

  @Test
  void digest_vectorsAndLongTexts_areReadWhole() {
    record Row(float @Nullable [] v, @Nullable String text) {}
    Schema<Row> rows = Schema.of(Row.class);
    float[] v = new float[50_000];
    String text = "x".repeat(200_000);
    String digest = Dataset.of(rows, List.of(new Row(v, text))).digest();
    float[] negativeZero = v.clone();
    negativeZero[7] = -0f;
    assertThat(Dataset.of(rows, List.of(new Row(negativeZero, text))).digest()).isEqualTo(digest);
    float[] other = v.clone();
    other[49_999] = 1e-30f;
    assertThat(Dataset.of(rows, List.of(new Row(other, text))).digest()).isNotEqualTo(digest);
    assertThat(Dataset.of(rows, List.of(new Row(v, text + "y"))).digest()).isNotEqualTo(digest);
    assertThat(Dataset.of(rows, List.of(new Row(null, null))).digest()).isNotEqualTo(digest);
  }

  @Test
  void betweenAndSplitAt_farthestInstants_haveAllRowsOrNone() {
    long all = hours.rows();
    assertThat(hours.between("at", Instant.MIN, Instant.MAX).rows()).isEqualTo(all);
    assertThat(hours.between("at", Instant.MAX, Instant.MAX).rows()).isZero();
    assertThat(hours.splitAt("at", Instant.MAX).first().rows()).isEqualTo(all);
    assertThat(hours.splitAt("at", Instant.MIN).first().rows()).isZero();
  }
}
