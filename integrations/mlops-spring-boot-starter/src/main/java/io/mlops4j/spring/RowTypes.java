package io.mlops4j.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** From a property's class name to the class, or one clear error. */
final class RowTypes {
  private RowTypes() {}

  static Class<?> load(String predictor, @Nullable String name, @Nullable ClassLoader classes) {
    String property = "mlops.predictors." + predictor + ".row-type";
    if (name == null || name.isBlank()) {
      throw new StartException(
          property + " is not set, so that nobody knows what predictor '" + predictor + "' takes.",
          "Set " + property + " to the full name of a record, such as com.example.Flight.");
    }
    try {
      return ClassUtils.forName(name.strip(), classes);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new StartException(
          property + ": there is no class " + name.strip() + " on the class path.",
          "Give the full name with its package, and $ before a nested class: com.example.Flight,"
              + " com.example.Flights$Flight.",
          e);
    }
  }
}
