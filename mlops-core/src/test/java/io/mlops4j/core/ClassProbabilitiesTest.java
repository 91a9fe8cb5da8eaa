package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClassProbabilitiesTest {
  @Test
  void of_named_answersByPositionAndName() {
    double[] values = {0.2, 0.5, 0.3};
    ClassProbabilities p = ClassProbabilities.named(List.of("a", "b", "c"), values);
    values[0] = 9;
    p.toArray()[1] = 9;
    assertThat(p.size()).isEqualTo(3);
    assertThat(p.of(0)).isEqualTo(p.of("a")).isEqualTo(0.2);
    assertThat(p.labels().get(p.best())).isEqualTo("b");
    assertThat(p).hasToString("[0.2, 0.5, 0.3] of [a, b, c]");
    assertThat(p)
        .isEqualTo(ClassProbabilities.named(List.of("a", "b", "c"), 0.2, 0.5, 0.3))
        .hasSameHashCodeAs(ClassProbabilities.named(List.of("a", "b", "c"), 0.2, 0.5, 0.3))
        .isNotEqualTo(ClassProbabilities.unnamed(0.2, 0.5, 0.3));
    assertThatThrownBy(() -> p.of("d")).hasMessage("class d (expected: one of [a, b, c])");
  }

  @Test
  void of_unnamed_isAskedByPosition() {
    ClassProbabilities p = ClassProbabilities.unnamed(0.5, 0.5);
    assertThat(p.best()).isZero();
    assertThat(p.labels()).isEmpty();
    assertThatThrownBy(() -> p.of("1"))
        .hasMessage("class 1 (the model names none: ask by position, 0..1)");
  }

  @Test
  void of_namesThatDoNotFit_areRefused() {
    assertThatThrownBy(() -> ClassProbabilities.unnamed(1))
        .hasMessage("classes: 1 (expected: 2 or more)");
    assertThatThrownBy(() -> ClassProbabilities.named(List.of("a"), 0.5, 0.5))
        .hasMessage("labels: 1 (expected: 2, or none)");
  }
}
