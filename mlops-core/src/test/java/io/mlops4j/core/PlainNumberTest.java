package io.mlops4j.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlainNumberTest {
  private static final int ORDINARY = 50_000;
  private static final int PROOF = 10_000_000;

  private static final RowField DOUBLE = new RowField("x", double.class);
  private static final RowField FLOAT = new RowField("x", float.class);
  private static final RowField LONG = new RowField("x", Long.class);
  private static final RowField INT = new RowField("x", int.class);

  private int plain;

  private static int count() {
    return Boolean.getBoolean("mlops4j.proof") ? PROOF : ORDINARY;
  }

  /** Compares bits with the JDK, in the middle of other bytes as in a file. */
  private void requireAsTheJdk(String text) {
    byte[] bytes = ("9" + text + "9").getBytes(UTF_8);
    int to = bytes.length - 1;
    double expected = Double.parseDouble(text);
    float narrow = Float.parseFloat(text);
    if (Double.isInfinite(expected)) {
      assertThatThrownBy(() -> DOUBLE.parse(bytes, 1, to)).hasMessage("expected a double");
    } else {
      same(
          text,
          Double.doubleToLongBits((Double) Objects.requireNonNull(DOUBLE.parse(bytes, 1, to))),
          Double.doubleToLongBits(expected));
    }
    if (Float.isInfinite(narrow)) {
      assertThatThrownBy(() -> FLOAT.parse(bytes, 1, to)).hasMessage("expected a float");
    } else {
      same(
          text,
          Float.floatToIntBits((Float) Objects.requireNonNull(FLOAT.parse(bytes, 1, to))),
          Float.floatToIntBits(narrow));
    }
    plain += Double.isNaN(PlainNumber.toDouble(bytes, 1, to)) ? 0 : 1;
  }

  private static void same(String text, long is, long expected) {
    if (is != expected) { // An assertion for each of millions is slow.
      assertThat(is).as(text).isEqualTo(expected);
    }
  }

  @Test
  void parse_decimalsByChance_areThoseOfTheJdkBitForBit() {
    SplittableRandom random = new SplittableRandom(20261126);
    for (int i = 0; i < count(); i++) {
      StringBuilder text = new StringBuilder(List.of("", "-", "+").get(random.nextInt(3)));
      int digits = 1 + random.nextInt(20);
      int point = random.nextInt(digits + 4) - 2;
      for (int d = 0; d < digits; d++) {
        text.append(d == point ? "." : "").append((char) ('0' + random.nextInt(10)));
      }
      if (random.nextInt(3) == 0) {
        text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(-50, 40));
      }
      requireAsTheJdk(text.toString());
    }
    assertThat(plain).as("read without a text").isBetween(count() / 3, count() - 1);
  }

  @Test
  void parse_shortestTextsOfRandomBits_areThoseNumbers() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < count() / 4; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      float narrow = Float.intBitsToFloat(random.nextInt());
      if (Double.isFinite(value) && Float.isFinite(narrow)) {
        requireAsTheJdk(Double.toString(value));
        requireAsTheJdk(Float.toString(narrow));
        requireAsTheJdk(Double.toString(random.nextInt(2_000_000) / 1e3));
      }
    }
  }

  @Test
  void parse_halfWayBetweenTwoFloats_isRoundedOnceByItsDigits() {
    SplittableRandom random = new SplittableRandom(2);
    int tripped = 0;
    for (int i = 0; i < count() / 10; i++) {
      float low = random.nextInt(1, 1 << 24) * (float) Math.pow(2, random.nextInt(-20, 8));
      BigDecimal half =
          new BigDecimal(low).add(new BigDecimal(Math.nextUp(low))).divide(BigDecimal.valueOf(2));
      requireAsTheJdk(half.toPlainString());
      BigDecimal tiny = half.ulp().movePointLeft(random.nextInt(1, 20));
      for (BigDecimal near : List.of(half.add(tiny), half.subtract(tiny))) {
        String text = near.toPlainString();
        requireAsTheJdk(text);
        tripped += (float) Double.parseDouble(text) == Float.parseFloat(text) ? 0 : 1;
      }
    }
    assertThat(tripped).as("texts a float through a double gets wrong").isPositive();
  }

  @Test
  void parse_textsAtTheLimits_areThoseOfTheJdk() {
    for (String text :
        List.of(
            "0",
            "-0",
            "+0.0",
            "-0e9999",
            "0e-9999",
            ".5",
            "5.",
            "-.5e1",
            "00000000000000000001",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994",
            "999999999999999999",
            "1e22",
            "1e23",
            "1e-22",
            "1e-23",
            "9007199254740992e22",
            "9007199254740992e-22",
            "123456789012345678",
            "1234567890123456789",
            "18446744073709551616",
            "0.000000000000000001",
            "3.4028235e38",
            "3.4028236e38",
            "1.17549435e-38",
            "1.4e-45",
            "16777217",
            "16777219",
            "2.2250738585072011e-308",
            "4.9e-324",
            "1e309",
            "1E+0005",
            "8.41e21",
            "9.5e-3",
            "5e-324",
            "2.2250738585072012e-308",
            "6.8e-45")) {
      requireAsTheJdk(text);
      requireAsTheJdk("-" + text.replaceFirst("^[+-]", ""));
    }
  }

  @Test
  void parse_whatIsNoPlainNumber_isReadOrRefusedAsItsText() {
    List<String> texts =
        List.of(
            "",
            " ",
            ".",
            "-",
            "+",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1e-",
            "--1",
            "+-1",
            "1.2.3",
            "1,5",
            "1_0",
            "0x1p3",
            "0x10",
            "1d",
            "1f",
            "NaN",
            "-NaN",
            "Infinity",
            "-Infinity",
            "nan",
            "inf",
            " 1.5 ",
            "\t7",
            "7\u00A0",
            "1e99999",
            "1e-99999",
            "1e 5",
            "١",
            "１",
            "é",
            "2147483647",
            "2147483648",
            "-2147483648",
            "-2147483649",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "007",
            "+7",
            "1.0",
            "1e3",
            "12345678901234567890");
    for (RowField field :
        List.of(
            DOUBLE,
            FLOAT,
            LONG,
            INT,
            new RowField("x", Integer.class),
            new RowField("x", Double.class),
            new RowField("x", Float.class),
            new RowField("x", short.class),
            new RowField("x", String.class),
            new RowField("x", boolean.class))) {
      for (String text : texts) {
        byte[] bytes = ("0" + text + "0").getBytes(UTF_8);
        assertThat(outcome(() -> field.parse(bytes, 1, bytes.length - 1)))
            .as("%s as %s", text, field.type())
            .isEqualTo(outcome(() -> field.parse(text)));
      }
    }
  }

  private interface Parse {
    @Nullable Object run();
  }

  private static @Nullable Object outcome(Parse parse) {
    try {
      return parse.run();
    } catch (IllegalArgumentException e) {
      return "refused: " + e.getMessage();
    }
  }
}
