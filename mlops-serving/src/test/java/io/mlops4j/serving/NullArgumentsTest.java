package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.PublicMethods.Place;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null in place of each argument of each public method, record and constructor of this module: one
 * NullPointerException that names the parameter. What is new is asked, too, without being listed.
 */
@Timeout(60)
class NullArgumentsTest {
  static Stream<Place> parameters() {
    return PublicCalls.references();
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void everyArgument_null_isRefusedByItsName(Place asked) throws Exception {
    try (PublicCalls calls = new PublicCalls()) {
      assertThatThrownBy(() -> calls.call(asked, null))
          .isExactlyInstanceOf(NullPointerException.class)
          .satisfies(thrown -> assertThat(thrown.getMessage()).isIn(PublicCalls.names(asked)));
      requireUntouched(calls);
    }
  }

  /** What the call was on does what it did before. */
  private static void requireUntouched(PublicCalls calls) {
    assertThat(OnnxSession.OPEN).hasValue(0);
    if (calls.subject() instanceof Predictor<?, ?> predictor) {
      assertThat(PublicCalls.answer(predictor)).isEqualTo(PublicCalls.ANSWER);
    } else if (calls.subject() instanceof PredictorBuilder<?, ?> builder) {
      assertThat(PublicCalls.answer(calls.opened(builder.build()))).isEqualTo(PublicCalls.ANSWER);
    } else if (calls.subject() instanceof MirrorBuilder<?, ?> builder) {
      assertThat(calls.opened(builder.build()).stats().seen()).isZero();
    } else if (calls.subject() instanceof ModelHost host) {
      assertThat(host.models()).containsExactly(new HostedModel("known", false, false, 1, 0, 0, 0));
    }
  }

  /** The control: it does ask what there is. */
  @Test
  void parameters_ofThisModule_areMany() {
    assertThat(parameters().map(Place::toString))
        .hasSizeGreaterThan(150)
        .contains(
            "Predictor.predictAll: inputs", "OnnxModel.embedding: pooling", "new Scored: input");
  }
}
