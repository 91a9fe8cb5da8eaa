package io.mlops4j.data.expect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafePatternTest {
  private static final String[] ATOMS = {
    "a",
    "b",
    "c",
    ".",
    "[ab]",
    "[^a]",
    "[a-c]",
    "\\d",
    "\\w",
    "\\S",
    "[\\d_-]",
    "é",
    "\\.",
    "\\p{L}",
    "[^\\n]",
    "\\x41",
    "\\u0062",
    "\\P{N}",
    "😀",
    "[a\\-😀]"
  };
  private static final String[] LETTERS = {
    "a", "b", "c", "A", "B", "1", "_", "-", ".", "é", "É", "\n", " ", "😀", "\u2028"
  };

  private static String pattern(Random random, int depth) {
    StringBuilder text = new StringBuilder();
    int parts = 1 + random.nextInt(3);
    for (int i = 0; i < parts; i++) {
      if (depth > 0 && random.nextInt(3) == 0) {
        text.append(random.nextBoolean() ? "(" : "(?:").append(pattern(random, depth - 1));
        text.append('|').append(pattern(random, depth - 1)).append(')');
      } else {
        text.append(ATOMS[random.nextInt(ATOMS.length)]);
      }
      String[] often = {"", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "??"};
      text.append(often[random.nextInt(often.length)]);
    }
    return text.toString();
  }

  private static String value(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(8);
    for (int i = 0; i < length; i++) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  /** The JDK's own matcher is the oracle: 20 values against each of 300 patterns. */
  @Property(tries = 200)
  void matches_anyPatternAndValue_agreesWithJava(@ForAll long seed) {
    Random random = new Random(seed);
    String text = (random.nextInt(5) == 0 ? "(?i)" : "") + pattern(random, 2);
    SafePattern safe = SafePattern.of(text);
    Pattern java = Pattern.compile(text);
    for (int i = 0; i < 20; i++) {
      String value = value(random);
      assertThat(safe.matches(value))
          .as("%s on %s", text, value)
          .isEqualTo(java.matcher(value).matches());
    }
  }

  /** Java's own matcher takes longer than the universe is old on the first of these. */
  @ParameterizedTest
  @ValueSource(
      strings = {"(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*)*b", "a*a*a*a*a*a*a*a*b", "(a?){60}a{60}b"})
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void matches_patternThatMakesBacktrackingExplode_isLinear(String pattern) {
    SafePattern safe = SafePattern.of(pattern);

    assertThat(safe.matches("a".repeat(20_000))).isFalse();
    assertThat(safe.matches("a".repeat(20_000) + "b")).isEqualTo(!pattern.contains("60"));
  }

  /** Java's matcher recurses over the value here and overflows the stack. */
  @Test
  void matches_longValueWithAlternatives_needsNoStack() {
    assertThat(SafePattern.of("(a|b|é)*").matches("abé".repeat(20_000))).isTrue();
  }

  @Test
  void matches_manyStates_forgetsInsteadOfGrowing() {
    // 2^12 sets of states: more than are remembered.
    SafePattern safe = SafePattern.of("[ab]*a[ab]{12}");
    Pattern java = Pattern.compile("[ab]*a[ab]{12}");
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      text.append(random.nextBoolean() ? 'a' : 'b');
    }
    for (int end = 2_990; end < 3_000; end++) {
      String value = text.substring(0, end);
      assertThat(safe.matches(value)).isEqualTo(java.matcher(value).matches());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "(a)\\1~position 5: back references are refused",
        "(?=a)b~look-around, flags and atomic groups are refused",
        "(?<!a)b~look-around",
        "(?>a)b~atomic groups",
        "a*+b~possessive quantifiers are refused",
        "\\ba~boundaries never are",
        "a^b~an anchor inside the pattern",
        "(a~a parenthesis that never closes",
        "a)~a parenthesis that opens nowhere",
        "*a~nothing to repeat",
        "a**~a quantifier after a quantifier",
        "[a~ends too early",
        "[b-a]~a range that has no order",
        "[a[b]]~unions and intersections are not supported",
        "a{2,1}~expected {n}, {n,} or {n,m}",
        "a{9999999}~expected a count of 0 to 1000",
        "((a{1000}){1000}){1000}~more than 4000 parts",
        "(?i)\\p{Lu}~contradict each other",
        "\\p{Greek}~property not supported",
      })
  void of_whatIsNoRegularLanguage_isRefusedWithThePlace(String pattern, String expected) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafePattern.of(pattern))
        .withMessageStartingWith("pattern ")
        .withMessageContaining(expected);
  }

  @Test
  void of_nestedOrLong_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafePattern.of("(".repeat(100) + ")".repeat(100)))
        .withMessageContaining("nested more than 40 deep");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafePattern.of("a".repeat(2_000)))
        .withMessageContaining("2000 characters (at most 1000)");
  }

  @Test
  void matches_anchorsAtTheEnds_areAsWithout() {
    assertThat(SafePattern.of("^[A-Z]{3}$|^-$").matches("ORD")).isTrue();
    assertThat(SafePattern.of("^[A-Z]{3}$|^-$").matches("-")).isTrue();
    assertThat(SafePattern.of("^[A-Z]{3}$").matches("ORD\n")).isFalse();
  }
}
