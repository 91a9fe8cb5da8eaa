package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null in place of each argument of each public method, record and constructor of this module: one
 * NullPointerException that names the parameter. What is new is asked, too, without being listed.
 */
class NullArgumentsTest {
  private static final Samples SAMPLES = new Samples();

  static Stream<Samples.Asked> parameters() throws Exception {
    return Samples.parameters().filter(asked -> !asked.type().isPrimitive());
  }

  private static @Nullable Throwable thrown(Samples.Asked asked)
      throws ReflectiveOperationException {
    try {
      SAMPLES.call(asked.of(), SAMPLES.arguments(asked, null));
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void everyArgument_null_isRefusedByItsName(Samples.Asked asked) throws Exception {
    String head = SAMPLES.model.head();
    assertThat(thrown(asked))
        .isInstanceOf(NullPointerException.class)
        .hasMessageMatching("(?s).*\\b" + asked.name() + "\\b.*");
    assertThat(SAMPLES.model.head()).as("nothing was written").isEqualTo(head);
  }

  /** The control: it does ask what there is. */
  @Test
  void parameters_ofThisModule_areMany() throws Exception {
    assertThat(parameters().map(Samples.Asked::toString))
        .hasSizeGreaterThan(200)
        .contains("RegisteredModel.register: artifact", "Query.parse: text");
  }
}
