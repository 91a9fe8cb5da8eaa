package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ArrayRecordComponent")
class SchemaTest {
  enum Cabin {
    ECONOMY,
    FIRST {
      @Override
      public String toString() {
        return "1st";
      }
    }
  }

  record Primitives(double d, float f, long l, int i, short s, byte b, boolean z) {}

  record Boxes(
      @Nullable Double d,
      @Nullable Float f,
      @Nullable Long l,
      @Nullable Integer i,
      @Nullable Short s,
      @Nullable Byte b,
      @Nullable Boolean z) {}

  record Objects(@Nullable String text, @Nullable Cabin cabin, float @Nullable [] vector) {}

  record Times(
      @Nullable Instant instant,
      @Nullable LocalDateTime local,
      @Nullable LocalDate date,
      @Nullable OffsetDateTime offset,
      @Nullable ZonedDateTime zoned) {}

  private record Hidden(int value) {}

  @Test
  void of_primitives_readsEveryTypeAndNoneIsNullable() {
    Schema<Primitives> schema = Schema.of(Primitives.class);
    EncodedRow<Primitives> row =
        schema.encode(new Primitives(1.5, 0.1f, 1L << 53, -7, (short) -3, (byte) 9, true));
    assertThat(numbers(row))
        .containsExactly(1.5, (double) 0.1f, 9007199254740992.0, -7.0, -3.0, 9.0, 1.0);
    assertThat(schema.features())
        .allMatch(f -> f.kind() == FeatureKind.NUMERIC && !f.nullable() && f.length() == 1);
  }

  @Test
  void of_boxes_readsValuesAndNullIsNaN() {
    Schema<Boxes> schema = Schema.of(Boxes.class);
    Boxes full = new Boxes(1.5, 2.5f, 3L, 4, (short) 5, (byte) 6, false);
    assertThat(numbers(schema.encode(full))).containsExactly(1.5, 2.5, 3.0, 4.0, 5.0, 6.0, 0.0);
    Boxes empty = new Boxes(null, null, null, null, null, null, null);
    assertThat(numbers(schema.encode(empty))).containsOnly(Double.NaN).hasSize(7);
    assertThat(schema.features()).allMatch(Feature::nullable);
  }

  @Test
  void of_stringEnumVector_readsValuesAndNullIsNull() {
    Schema<Objects> schema = Schema.of(Objects.class).withLength("vector", 2);
    EncodedRow<Objects> row = schema.encode(new Objects("x", Cabin.FIRST, new float[] {1, 2}));
    assertThat(row.text(0)).isEqualTo("x");
    assertThat(row.text(1)).as("the name, not toString").isEqualTo("FIRST");
    assertThat(row.vector(2)).containsExactly(1, 2);
    assertThat(row.number(0)).isNaN();
    EncodedRow<Objects> empty = schema.encode(new Objects(null, null, null));
    assertThat(empty.text(0)).isNull();
    assertThat(empty.text(1)).isNull();
    assertThat(empty.vector(2)).isNull();
    assertThat(schema.feature("cabin").domain()).containsExactly("ECONOMY", "FIRST");
  }

  @Test
  void of_temporal_isEpochMillisecondsRoundedDown() {
    Instant at = Instant.parse("1969-12-31T23:59:59.999900Z");
    Times times =
        new Times(
            at,
            LocalDateTime.ofInstant(at, ZoneOffset.UTC),
            LocalDate.of(1970, 1, 2),
            at.atOffset(ZoneOffset.ofHours(5)),
            at.atZone(ZoneOffset.ofHours(-9)));
    Schema<Times> schema = Schema.of(Times.class);
    assertThat(numbers(schema.encode(times))).containsExactly(-1.0, -1.0, 86_400_000.0, -1.0, -1.0);
    assertThat(at.toEpochMilli()).isEqualTo(-1);
    assertThat(numbers(schema.encode(new Times(null, null, null, null, null))))
        .containsOnly(Double.NaN);
    assertThat(schema.features()).allMatch(f -> f.kind() == FeatureKind.TIME);
  }

  @Test
  void of_extremeTimes_isFiniteInsteadOfAnOverflow() {
    Times far =
        new Times(
            Instant.MAX,
            LocalDateTime.MIN,
            LocalDate.MAX,
            OffsetDateTime.MAX,
            LocalDateTime.MAX.atZone(ZoneOffset.UTC));
    assertThat(java.util.Arrays.stream(numbers(Schema.of(Times.class).encode(far))))
        .allMatch(Double::isFinite);
  }

  @Test
  void of_privateNestedAndLocalRecords_work() {
    record Local(String name) {}
    assertThat(Schema.of(Hidden.class).encode(new Hidden(3)).number(0)).isEqualTo(3);
    assertThat(Schema.of(Local.class).encode(new Local("a")).text(0)).isEqualTo("a");
    assertThat(Schema.of(Hidden.class).row(Map.of("value", 4))).isEqualTo(new Hidden(4));
  }

  @Test
  void of_unsupportedComponent_namesItAndListsWhatIsSupported() {
    record Bad(int fine, BigDecimal amount) {}
    assertThatThrownBy(() -> Schema.of(Bad.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Bad.amount is a java.math.BigDecimal")
        .hasMessageContaining("double, float, long, int, short, byte, boolean")
        .hasMessageContaining("float[]")
        .hasMessageContaining("Instant");
    record Letter(char c) {}
    record Doubles(double[] v) {}
    record Many(List<String> v) {}
    record Empty() {}
    assertThatThrownBy(() -> Schema.of(Letter.class)).hasMessageContaining("Letter.c is a char");
    assertThatThrownBy(() -> Schema.of(Doubles.class)).hasMessageContaining("double[]");
    assertThatThrownBy(() -> Schema.of(Many.class)).hasMessageContaining("java.util.List");
    assertThatThrownBy(() -> Schema.of(Empty.class)).hasMessage("Schema Empty has no features.");
  }

  record Pinned(String origin, double distance, float[] embedding, Instant at) {}

  @Test
  void fingerprint_isStableAndIndependentOfDomainSensitivityAndJavaType() {
    Schema<Pinned> schema = Schema.of(Pinned.class).withLength("embedding", 4);
    // python3 -c "import hashlib;
    // print(hashlib.sha256(b'6:origin|CATEGORICAL|1\n8:distance|NUMERIC|1\n'
    //   b'9:embedding|VECTOR|4\n2:at|TIME|1\n').hexdigest())"
    assertThat(schema.fingerprint())
        .isEqualTo("27a145432fab2516c468db6ecb79b30537220e34253e1b34b0dc6a699a80ba81")
        .isEqualTo(schema.withDomain("origin", "ORD").fingerprint())
        .isEqualTo(schema.withSensitive("origin", "distance", "embedding", "at").fingerprint());
    Schema<Object> byHand =
        Schema.builder("other")
            .categorical("origin", row -> null)
            .numeric("distance", row -> 0)
            .vector("embedding", 4, row -> null)
            .time("at", row -> 0)
            .build();
    assertThat(byHand.fingerprint()).isEqualTo(schema.fingerprint());
  }

  @Test
  void fingerprint_changesWithNameKindLengthAndOrder() {
    Schema<float[]> ab = Schema.floats("a", "b");
    assertThat(ab.fingerprint())
        .isNotEqualTo(Schema.floats("b", "a").fingerprint())
        .isNotEqualTo(Schema.floats("a", "c").fingerprint())
        .isNotEqualTo(ab.only("a").fingerprint());
    Schema<Pinned> schema = Schema.of(Pinned.class);
    assertThat(schema.fingerprint())
        .isNotEqualTo(schema.withLength("embedding", 4).fingerprint())
        .isNotEqualTo(schema.withText("origin").fingerprint());
    assertThat(Schema.floats("a|NUMERIC|1\n".strip() + "x").fingerprint())
        .isNotEqualTo(Schema.floats("a").fingerprint());
  }

  @Test
  void indexOf_unknownFeature_listsThoseThatExist() {
    Schema<Pinned> schema = Schema.of(Pinned.class);
    assertThatThrownBy(() -> schema.indexOf("orgin\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Schema Pinned has no feature orgin?. Features: origin, distance, embedding, at.");
    assertThatThrownBy(() -> schema.withSensitive("x")).hasMessageContaining("no feature x");
    assertThatThrownBy(() -> schema.only("x")).hasMessageContaining("no feature x");
  }

  @Test
  void builder_badNames_areRefused() {
    for (String name : List.of("", " ", "a\nb", "x".repeat(129), "a\u202Eb")) {
      assertThatThrownBy(() -> Schema.builder("s").numeric(name, row -> 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("feature name");
    }
    assertThat(Schema.floats("x".repeat(128), "größe 東京").size()).isEqualTo(2);
    assertThatThrownBy(() -> Schema.floats("a", "a")).hasMessageContaining("two features named a");
    assertThatThrownBy(() -> Schema.floats()).hasMessageContaining("no features");
  }

  @Test
  void withDomainTextLength_onTheWrongKind_areRefused() {
    Schema<Pinned> schema = Schema.of(Pinned.class);
    assertThatThrownBy(() -> schema.withDomain("distance", "1"))
        .hasMessage("domain of distance: numeric (expected: a categorical feature)");
    assertThatThrownBy(() -> schema.withDomain("origin", "A", "A"))
        .hasMessageContaining("occurs twice");
    assertThatThrownBy(() -> schema.withText("distance")).hasMessageContaining("distance: numeric");
    assertThatThrownBy(() -> schema.withLength("distance", 3)).hasMessageContaining("a vector");
    assertThatThrownBy(() -> schema.withLength("embedding", 0)).hasMessageContaining("1 or more");
  }

  @Test
  void encode_vectorOfAnotherLength_namesFeatureAndBothLengths() {
    Schema<Pinned> schema = Schema.of(Pinned.class).withLength("embedding", 4);
    Pinned row = new Pinned("a", 1, new float[3], Instant.EPOCH);
    assertThatThrownBy(() -> schema.encode(row))
        .hasMessage("Feature embedding: vector(4) has 3 floats in this row.");
  }

  @Test
  void on_anOuterType_readsThroughThePath() {
    record Request(Hidden inner, String id) {}
    Schema<Request> schema = Schema.of(Hidden.class).on("Request", Request::inner);
    assertThat(schema.encode(new Request(new Hidden(8), "x")).number(0)).isEqualTo(8);
    assertThat(schema.factory()).isEmpty();
    assertThatThrownBy(() -> schema.row(Map.of("value", 1)))
        .hasMessageContaining("Request cannot make rows");
  }

  @Test
  void ofMap_absentNullAndWrongTypes() {
    Schema<Map<String, ?>> schema =
        Schema.ofMap("payment").numeric("amount").categorical("country").build();
    EncodedRow<Map<String, ?>> row = schema.encode(Map.of("amount", true, "country", 49));
    assertThat(row.number(0)).isEqualTo(1);
    assertThat(row.text(1)).isEqualTo("49");
    EncodedRow<Map<String, ?>> empty = schema.encode(Map.of());
    assertThat(empty.number(0)).isNaN();
    assertThat(empty.text(1)).isNull();
    assertThatThrownBy(() -> schema.encode(Map.of("amount", "12")))
        .hasMessage("Feature amount is a java.lang.String (expected: a number).");
    assertThat(schema.row(Map.of("amount", "12.5"))).isEqualTo(Map.of("amount", 12.5));
  }

  @Test
  void floats_rowsAreArraysAndMissingIsNaN() {
    Schema<float[]> schema = Schema.floats("a", "b");
    assertThat(numbers(schema.encode(new float[] {1, 2, 3}))).containsExactly(1, 2);
    assertThat(schema.row(Map.of("a", 1.5))).containsExactly(1.5f, Float.NaN);
  }

  @Test
  void rowBuffer_copiesAreIndependentOfTheRowAndOfEachOther() {
    Schema<Objects> schema = Schema.of(Objects.class);
    float[] vector = {1, 2};
    RowBuffer<Objects> buffer = schema.newBuffer();
    buffer.set(new Objects("a", Cabin.ECONOMY, vector));
    RowBuffer<Objects> other = schema.newBuffer();
    other.copyFrom(buffer);
    EncodedRow<Objects> row = buffer.toRow();
    vector[0] = 99;
    buffer.set(new Objects("b", null, new float[] {5, 6}));
    assertThat(other.vector(2)).containsExactly(1, 2);
    assertThat(row.vector(2)).containsExactly(1, 2);
    java.util.Arrays.fill(java.util.Objects.requireNonNull(row.vector(2)), 7);
    assertThat(row.vector(2)).containsExactly(1, 2);
    other.copyFrom(buffer);
    assertThat(other.vector(2)).containsExactly(5, 6);
    buffer.set(new Objects("c", null, null));
    other.copyFrom(buffer);
    assertThat(other.vector(2)).isNull();
    other.clear();
    assertThat(other.text(0)).isNull();
  }

  private static double[] numbers(EncodedRow<?> row) {
    double[] result = new double[row.schema().size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = row.number(i);
    }
    return result;
  }

  record Computed(double x, String y) {}

  @Test
  void withDefinition_entersTheFingerprintAndStaysInViews() {
    Schema<Computed> given = Schema.of(Computed.class);
    String definition = "ab".repeat(32);

    Schema<Computed> computed = given.withDefinition("x", definition);

    assertThat(computed.fingerprint()).isNotEqualTo(given.fingerprint());
    assertThat(computed.withSensitive("x").feature("x").definition()).hasValue(definition);
    assertThat(computed.withText("y").feature("y").definition()).isEmpty();
    assertThat(computed.encoded().feature("x").definition()).hasValue(definition);
    Schema<List<Computed>> outer =
        Schema.<List<Computed>>builder("outer").including("my.", computed, l -> l.get(0)).build();
    assertThat(outer.feature("my.x").definition()).hasValue(definition);
    assertThat(outer.feature("my.x").number(List.of(new Computed(2, "a")))).isEqualTo(2);
    assertThatThrownBy(() -> given.withDefinition("x", "abc"))
        .hasMessage("definition of x: \"abc\" (expected: 64 hexadecimal digits)");
  }
}
