package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowFieldTest {
  enum Color {
    RED,
    BLUE
  }

  @Test
  void parse_everyType_readsWhatJavaWrites() {
    assertThat(parse(double.class, " -1.5e3 ")).isEqualTo(-1500.0);
    assertThat(parse(double.class, "NaN")).isEqualTo(Double.NaN);
    assertThat(parse(double.class, "-Infinity")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(parse(Float.class, "0.1")).isEqualTo(0.1f);
    assertThat(parse(long.class, "-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    assertThat(parse(Integer.class, "+5")).isEqualTo(5);
    assertThat(parse(short.class, "7")).isEqualTo((short) 7);
    assertThat(parse(byte.class, "-128")).isEqualTo((byte) -128);
    assertThat(parse(boolean.class, "True")).isEqualTo(true);
    assertThat(parse(Boolean.class, "0")).isEqualTo(false);
    assertThat(parse(String.class, " x ")).isEqualTo(" x ");
    assertThat(parse(Color.class, "BLUE")).isEqualTo(Color.BLUE);
    assertThat(parse(LocalDate.class, "2001-06-30")).isEqualTo(LocalDate.of(2001, 6, 30));
    LocalDateTime local = LocalDateTime.of(2001, 1, 1, 0, 1);
    assertThat(parse(LocalDateTime.class, "2001-01-01T00:01")).isEqualTo(local);
    assertThat(parse(LocalDateTime.class, "2001-01-01 00:01:00")).isEqualTo(local);
    Instant instant = Instant.parse("2001-01-01T00:01:00Z");
    assertThat(parse(Instant.class, "2001-01-01T00:01:00Z")).isEqualTo(instant);
    assertThat(parse(Instant.class, "2001-01-01 01:01:00+01:00")).isEqualTo(instant);
    assertThat(parse(OffsetDateTime.class, "2001-01-01 01:01+01:00"))
        .isEqualTo(OffsetDateTime.parse("2001-01-01T01:01+01:00"));
    assertThat(parse(ZonedDateTime.class, "2001-01-01T01:01+01:00[Europe/Rome]"))
        .isEqualTo(ZonedDateTime.parse("2001-01-01T01:01+01:00[Europe/Rome]"));
  }

  @ParameterizedTest
  @CsvSource({
    "double,0x1p3",
    "double,1d",
    "double,1F",
    "double,1e999",
    "double,'1,5'",
    "double,abc",
    "float,1e39",
    "long,9223372036854775808",
    "int,1.0",
    "int,2147483648",
    "short,40000",
    "byte,128",
    "boolean,yes",
    "boolean,2"
  })
  void parse_notAValueOfTheType_saysWhatWasExpectedAndNotWhatWasThere(String type, String text) {
    Class<?> javaType =
        List.of(
                double.class,
                float.class,
                long.class,
                int.class,
                short.class,
                byte.class,
                boolean.class)
            .stream()
            .filter(c -> c.getName().equals(type))
            .findFirst()
            .orElseThrow();
    assertThatThrownBy(() -> parse(javaType, text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected " + (type.equals("int") ? "an " : "a ") + type)
        .hasNoCause();
  }

  @Test
  void parse_empty_isMissingOrSaysThatAPrimitiveCannotBe() {
    assertThat(parse(double.class, " ")).isEqualTo(Double.NaN);
    assertThat(parse(float.class, "")).isEqualTo(Float.NaN);
    assertThat(parse(Integer.class, "")).isNull();
    assertThat(parse(String.class, "")).isNull();
    assertThat(parse(Color.class, "")).isNull();
    assertThatThrownBy(() -> parse(int.class, ""))
        .hasMessage("is missing, and the field is a primitive int (box it to allow that)");
  }

  @Test
  void parse_enumOrUnreadableType_listsTheConstantsOrSaysSo() {
    assertThatThrownBy(() -> parse(Color.class, "GREEN")).hasMessage("expected one of RED, BLUE");
    assertThatThrownBy(() -> parse(float[].class, "1"))
        .hasMessage("a float[] cannot be read from text");
  }

  @Test
  void convert_numbersThatFit_areConverted() {
    assertThat(convert(int.class, 3.0)).isEqualTo(3);
    assertThat(convert(double.class, 3)).isEqualTo(3.0);
    assertThat(convert(float.class, 0.5)).isEqualTo(0.5f);
    assertThat(convert(Long.class, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(convert(long.class, BigInteger.TEN)).isEqualTo(10L);
    assertThat(convert(byte.class, 100)).isEqualTo((byte) 100);
    assertThat(convert(boolean.class, 1)).isEqualTo(true);
    assertThat(convert(Double.class, true)).isEqualTo(1.0);
    assertThat(convert(int.class, "12")).isEqualTo(12);
    assertThat(convert(Instant.class, Instant.EPOCH)).isEqualTo(Instant.EPOCH);
    assertThat(convert(Integer.class, null)).isNull();
  }

  @Test
  void convert_numbersThatDoNotFit_areRefusedAndNeverClamped() {
    assertThatThrownBy(() -> convert(int.class, 1.5)).hasMessage("expected an int");
    assertThatThrownBy(() -> convert(int.class, 1e10)).hasMessage("expected an int");
    assertThatThrownBy(() -> convert(long.class, 1e30)).hasMessage("expected a long");
    assertThatThrownBy(() -> convert(long.class, Double.POSITIVE_INFINITY))
        .hasMessage("expected a long");
    assertThatThrownBy(() -> convert(Integer.class, Double.NaN)).hasMessage("expected an Integer");
    assertThatThrownBy(() -> convert(float.class, 1e39)).hasMessage("expected a float");
    assertThatThrownBy(() -> convert(boolean.class, 2)).hasMessage("expected a boolean");
    assertThatThrownBy(() -> convert(String.class, 2)).hasMessage("expected a String");
    assertThatThrownBy(() -> convert(Instant.class, 2)).hasMessage("expected an Instant");
    assertThatThrownBy(() -> convert(int.class, List.of())).hasMessage("expected an int");
  }

  private static @Nullable Object parse(Class<?> type, String text) {
    return new RowField("x", type).parse(text);
  }

  private static @Nullable Object convert(Class<?> type, @Nullable Object value) {
    return new RowField("x", type).convert(value);
  }
}
