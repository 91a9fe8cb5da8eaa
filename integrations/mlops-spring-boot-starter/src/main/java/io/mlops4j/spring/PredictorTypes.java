package io.mlops4j.spring;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/** Types as one writes them. */
final class PredictorTypes {
  private PredictorTypes() {}

  /** Returns such as {@code Predictor<Flight, Double>}. */
  static String text(@Nullable ResolvableType type) {
    if (type == null) {
      return "Predictor";
    }
    String generics =
        Arrays.stream(type.getGenerics())
            .map(generic -> generic.toClass().getSimpleName())
            .collect(Collectors.joining(", "));
    String name = type.toClass().getSimpleName();
    return generics.isEmpty() ? name : name + "<" + generics + ">";
  }
}
