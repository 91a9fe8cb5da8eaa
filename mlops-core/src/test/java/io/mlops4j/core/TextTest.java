package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TextTest {

  @Test
  void printable_controlFormatAndLineCharacters_becomeQuestionMarks() {
    assertThat(Text.printable("a\nb\rc\td\u001B[31m\u0000\u007F\u0085", 99))
        .isEqualTo("a?b?c?d?[31m???");
    assertThat(Text.printable("\u202Eevil\u2066\u200B\uFEFF\u2028\u2029", 99))
        .isEqualTo("?evil?????");
    assertThat(Text.printable("\uD800x\uDC00", 99)).isEqualTo("?x?");
    assertThat(Text.printable("\uDB40\uDC41", 99)).as("a tag character").isEqualTo("?");
    assertThat(Text.printable("größe 東京 😀 'q' \"", 99)).isEqualTo("größe 東京 😀 'q' \"");
  }

  @Test
  void printable_atTheLimit_isCutOnlyWhenItDoesNotFit() {
    assertThat(Text.printable("abc", 3)).isEqualTo("abc");
    assertThat(Text.printable("abcd", 3)).isEqualTo("ab…");
    assertThat(Text.printable("ab😀", 4)).isEqualTo("ab😀");
    assertThat(Text.printable("ab😀", 3)).isEqualTo("ab…");
    assertThat(Text.printable("abc", 1)).isEqualTo("…");
    assertThat(Text.printable("", 1)).isEmpty();
  }

  @Property
  void printable_anything_isOneLineWithinTheLimit(
      @ForAll String value, @ForAll @IntRange(min = 1, max = 40) int limit) {
    String shown = Text.printable(value, limit);
    assertThat(shown.length()).isLessThanOrEqualTo(limit);
    assertThat(shown.codePoints())
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT)
        .noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    assertThat(Text.printable(shown, limit)).isEqualTo(shown);
  }
}
