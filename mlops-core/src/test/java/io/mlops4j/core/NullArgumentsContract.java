package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null in place of each argument of each public method, record and constructor of a module: one
 * NullPointerException that names the parameter. What is new is asked, too, without being listed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class NullArgumentsContract {
  private final PublicMethods methods;

  /** Asks all of these. */
  protected NullArgumentsContract(PublicMethods methods) {
    this.methods = methods;
  }

  /** What is asked. */
  protected final Stream<PublicMethods.Place> places() {
    return methods.references();
  }

  @ParameterizedTest
  @MethodSource("places")
  protected final void everyArgument_null_isRefusedByItsName(PublicMethods.Place place)
      throws Exception {
    assertThat(methods.ask(place, null).thrown())
        .isInstanceOf(NullPointerException.class)
        .hasMessageMatching("(?s).*\\b" + place.name() + "\\b.*");
  }
}
