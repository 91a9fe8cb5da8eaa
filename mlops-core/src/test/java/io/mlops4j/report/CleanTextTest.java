package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleanTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a\\u001b[31mred\\u001b[0mb|aredb",
        "a\\u009b2Jb|ab",
        "a\\u001b[12;9999999999|a",
        "one\\r\\ntwo\\tthree|one two three",
        "a\\u2028b|a b",
        "bell\\u0007null\\u0000|bellnull",
        "exe\\u202egpj.txt|exegpj.txt",
        "\\u2066isolated\\u2069|isolated",
        "zero\\u200bwidth\\ufeff|zerowidth",
        "half\\ud800 done|half\\ufffd done",
        "not\\uffff|not\\ufffd",
        "\\ud83d\\udc68\\u200d\\ud83d\\udcbb|\\ud83d\\udc68\\u200d\\ud83d\\udcbb",
        "\\u0627\\u0644|\\u0627\\u0644",
      })
  void line_hostileText_isOneVisibleLine(String hostile, String expected) {
    assertThat(CleanText.line(unescape(hostile), "text")).isEqualTo(unescape(expected));
  }

  @Test
  void line_oneMegabyte_isCutAndSaysSo() {
    String clean = CleanText.line("x".repeat(1 << 20), "text");

    assertThat(clean).hasSizeLessThanOrEqualTo(CleanText.MAX_LENGTH);
    assertThat(clean).startsWith("xxxx").endsWith("x\u2026 (1,048,576 characters)");
  }

  @Test
  void line_cutInsideAPair_keepsNoHalf() {
    String clean = CleanText.line("a" + "\ud83d\ude00".repeat(20_000), "text");

    assertThat(clean.chars().filter(c -> Character.isSurrogate((char) c)).count() % 2).isZero();
    assertThat(clean).doesNotContain("\ufffd");
  }

  @Property
  void line_anyText_isIdempotentAndWithoutControls(@ForAll String text) {
    String clean = CleanText.line(text, "text");

    assertThat(CleanText.line(clean, "text")).isEqualTo(clean);
    assertThat(clean.chars().noneMatch(Character::isISOControl)).isTrue();
    assertThat(clean).hasSizeLessThanOrEqualTo(CleanText.MAX_LENGTH);
  }

  @Test
  void title_blankOrNull_saysWhich() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Report.titled(" \u202e\n"))
        .withMessage("title: blank (expected: some text)");
    List<String> none = new ArrayList<>();
    none.add(null);
    assertThatNullPointerException()
        .isThrownBy(() -> BarChart.titled("t", none))
        .withMessage("category");
  }

  @Test
  void fit_wideCharacters_countTwoColumns() {
    assertThat(CleanText.width("\u65e5\u672c")).isEqualTo(4);
    assertThat(CleanText.width("e\u0301")).isEqualTo(1);
    assertThat(CleanText.fit("\u65e5\u672c\u8a9e", 5)).isEqualTo("\u65e5\u672c\u2026");
    assertThat(CleanText.fit("\u65e5\u672c\u8a9e", 4)).isEqualTo("\u65e5\u2026");
    assertThat(CleanText.fit("exact", 5)).isEqualTo("exact");
  }

  private static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
      } else if (text.charAt(i + 1) == 'u') {
        out.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        out.append(text.charAt(i + 1) == 'n' ? '\n' : text.charAt(i + 1) == 'r' ? '\r' : '\t');
        i++;
      }
    }
    return out.toString();
  }
}
