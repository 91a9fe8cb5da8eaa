package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelVersionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "../x",
        "a/b",
        "a\\b",
        "/etc",
        "C:x",
        "a b",
        "a\n",
        "a\u0000",
        "\u202Ea",
        "fr\u0430ud",
        "é",
        "a%2f",
        "a:1",
        "a*",
        "~a",
        "$(a)",
        "😀"
      })
  void requireName_hostileNames_areRefusedInOnePrintableLine(String name) {
    assertThatThrownBy(() -> new ModelVersion(name, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name: \"")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContainPattern("[\\p{Cntrl}\u202E]"));
  }

  @Test
  void requireName_lengths() {
    assertThat(ModelVersion.requireName("x".repeat(128))).hasSize(128);
    assertThatThrownBy(() -> ModelVersion.requireName("x".repeat(129)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    assertThatThrownBy(() -> ModelVersion.requireName("/".repeat(1_000_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    assertThat(ModelVersion.requireName("-v_2.0-rc.1")).isEqualTo("-v_2.0-rc.1");
  }

  @Test
  void create_negativeNumber_isRefused() {
    assertThatThrownBy(() -> new ModelVersion("a", -1)).hasMessageContaining("number: -1");
    assertThat(ModelVersion.unregistered("a").number()).isZero();
  }

  @Test
  void compareTo_byNameThenNumber() {
    List<ModelVersion> sorted =
        Stream.of("b:1", "a:10", "a:2")
            .map(s -> s.split(":"))
            .map(s -> new ModelVersion(s[0], Integer.parseInt(s[1])))
            .sorted()
            .toList();
    assertThat(sorted).extracting(ModelVersion::toString).containsExactly("a:2", "a:10", "b:1");
  }
}
