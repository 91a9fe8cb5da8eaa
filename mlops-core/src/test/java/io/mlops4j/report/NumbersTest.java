package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|0",
        "-0.0|0",
        "0.5|0.5",
        "0.81234|0.8123",
        "0.81235|0.8124",
        "2.675|2.675",
        "12.3456|12.35",
        "999.96|1,000",
        "1234.5|1,235",
        "-1234567|-1,234,567",
        "0.00012345|0.0001235",
        "0.00001234|1.234e-5",
        "1e-300|1e-300",
        "1e15|1e15",
        "-1.7976931348623157E308|-1.798e308",
        "4.9E-324|4.941e-324",
        "NaN|NaN",
        "Infinity|∞",
        "-Infinity|-∞",
      })
  void number_anySize_hasFourDigits(double value, String expected) {
    assertThat(Numbers.number(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0%",
    "1, 100%",
    "0.1234, 12.3%",
    "0.5, 50%",
    "0.99995, >99.9%",
    "0.9994, 99.9%",
    "0.001234, 0.123%",
    "0.0000001, <0.0001%",
    "-0.0000001, >-0.0001%",
    "-0.25, -25%",
    "12.5, '1,250%'",
    "NaN, NaN",
    "-0.99999, <-99.9%",
    "0.00999999, 1%",
  })
  void percent_nearTheEnds_neverRoundsToThem(double share, String expected) {
    assertThat(Numbers.percent(share)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 ns",
    "PT0.00000085S, 850 ns",
    "PT0.000012345S, 12.3 µs",
    "PT0.1124S, 112 ms",
    "PT1.5S, 1.5 s",
    "PT0.9999S, 1 s",
    "PT59.96S, 60 s",
    "PT65S, 1 min 5 s",
    "PT2H, 2 h",
    "PT3H12M5S, 3 h 12 min",
    "P2DT4H, 2 d 4 h",
    "P4000D, '4,000 d'",
    "PT-1.5S, -1.5 s",
  })
  void duration_anySize_hasFittingUnits(Duration duration, String expected) {
    assertThat(Numbers.duration(duration)).isEqualTo(expected);
  }

  @Test
  void extremes_areWritten() {
    assertThat(Numbers.count(Long.MIN_VALUE)).isEqualTo("-9,223,372,036,854,775,808");
    assertThat(Numbers.duration(Duration.ofSeconds(Long.MAX_VALUE))).endsWith("h");
    assertThat(Numbers.time(Instant.MAX)).startsWith("+1000000000-12-31");
    assertThat(Numbers.time(Instant.parse("2026-11-23T12:00:59Z")))
        .isEqualTo("2026-11-23 12:00 UTC");
  }

  @Test
  void everything_inAnotherLocale_isTheSame() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(Numbers.number(1234.5)).isEqualTo("1,235");
      assertThat(Numbers.percent(0.1234)).isEqualTo("12.3%");
      assertThat(Numbers.count(1_000)).isEqualTo("1,000");
      assertThat(Numbers.time(Instant.EPOCH)).isEqualTo("1970-01-01 00:00 UTC");
      assertThat(SampleReport.build().toHtml()).contains("2026-10-26 to 2026-11-22 UTC");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Property
  void number_anyFinite_parsesBackWithinFourDigits(
      @ForAll @DoubleRange(min = -1e12, max = 1e12) double value) {
    double back = Double.parseDouble(Numbers.number(value).replace(",", ""));

    assertThat(Math.abs(back - value)).isLessThanOrEqualTo(Math.abs(value) * 0.00051);
  }

  @Test
  void interval_showsTwoDigitsOfItsWidth() {
    assertThat(Numbers.interval(0.8123, 0.794, 0.8291)).isEqualTo("0.812 [0.794, 0.829]");
    assertThat(Numbers.interval(112.34, 90, 140)).isEqualTo("112 [90, 140]");
    assertThat(Numbers.interval(1, 1, 1)).isEqualTo("1 [1, 1]");
    assertThat(Numbers.interval(Double.NaN, Double.NaN, 2)).isEqualTo("NaN [NaN, 2]");
  }

  @Test
  void column_ofLikeNumbers_sharesDecimals() {
    assertThat(shown(0.8123, 0.79, 0.5)).containsExactly("0.8123", "0.7900", "0.5000");
    assertThat(shown(0.5, Double.NaN, 12)).containsExactly("0.5", "NaN", "12.0");
    assertThat(shown(0.5, 1e-9)).containsExactly("0.5", "1e-9");
    assertThat(shown(0.5, 12_345.6)).containsExactly("0.5", "12,346");
  }

  private static List<String> shown(double... values) {
    return Cells.shown(Arrays.stream(values).mapToObj(Cell::of).toList());
  }

  @Test
  void column_ofNumbersAndGaps_isFlushRight() {
    assertThat(flushRight(1, null, 0.5, Cell.percent(1), Duration.ZERO)).isTrue();
    assertThat(flushRight(1, "text")).isFalse();
    assertThat(flushRight(null, null)).isFalse();
    assertThat(flushRight(Status.PASS)).isFalse();
  }

  private static boolean flushRight(@Nullable Object... values) {
    return Cells.flushRight(Stream.of(values).map(Cell::of).toList());
  }

  @Test
  void cell_ofPlainValues_isTyped() {
    assertThat(Cell.of(true).shown()).isEqualTo("yes");
    assertThat(Cell.of(Status.NO_DATA).shown()).isEqualTo("NO DATA");
    assertThat(Cell.of(Locale.Category.FORMAT).shown()).isEqualTo("FORMAT");
    assertThat(Cell.of((short) 7).shown()).isEqualTo("7");
    assertThat(Cell.of(0.25f).shown()).isEqualTo("0.25");
    assertThat(Cell.number(2.675, 2).shown()).isEqualTo("2.68");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cell.of(new StringBuilder[0]))
        .withMessageStartingWith("cell: [Ljava.lang.StringBuilder; (expected: text, number,");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cell.number(1, 13))
        .withMessage("decimals: 13 (expected: 0..12)");
  }
}
