package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiskNamesTest {
  @ParameterizedTest
  @CsvSource({
    "delay, delay",
    "Delay, delay=1",
    "dElAy, delay=a",
    "con, =con",
    "CON.x, =con.x=7",
    "a., a.="
  })
  void encode_examples_areStableForEver(String part, String file) {
    assertThat(DiskNames.encode(part)).isEqualTo(file);
    assertThat(DiskNames.decode(file)).contains(part);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "=", "==", "Delay", "delay=0", "delay=", "delay=ff", "a=zz", ".x", "é"})
  void decode_whatEncodeNeverMakes_isNothing(String file) {
    assertThat(DiskNames.decode(file)).isEmpty();
  }

  @Property
  void encode_anyTwoParts_stayApartWhereCaseIsFolded(
      @ForAll("parts") String part, @ForAll("parts") String other) {
    String file = DiskNames.encode(part);
    assertThat(DiskNames.decode(file)).contains(part);
    assertThat(file).isEqualTo(file.toLowerCase(Locale.ROOT)).hasSizeLessThan(200);
    assertThat(file.equals(DiskNames.encode(other))).isEqualTo(part.equals(other));
  }

  @Provide
  Arbitrary<String> parts() {
    Arbitrary<String> any =
        Arbitraries.strings()
            .withChars("abzABZ059._-")
            .ofMinLength(1)
            .ofMaxLength(128)
            .filter(part -> !part.startsWith("."));
    return Arbitraries.oneOf(
        any, Arbitraries.strings().withChars("aA").ofMinLength(1).ofMaxLength(3));
  }
}
