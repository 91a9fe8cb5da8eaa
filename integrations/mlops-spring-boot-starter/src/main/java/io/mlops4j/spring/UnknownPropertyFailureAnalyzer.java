package io.mlops4j.spring;

import io.mlops4j.spring.MlopsProperties.DriftProperties;
import io.mlops4j.spring.MlopsProperties.PredictorProperties;
import io.mlops4j.spring.MlopsProperties.RolloutProperties;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** A property below {@code mlops.} that does not exist: lists those that do, there. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnknownPropertyFailureAnalyzer
    extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

  /** Whose keys are names that the application chooses. */
  private static final Map<String, Class<? extends Record>> NAMED =
      Map.of(
          "predictors",
          PredictorProperties.class,
          "drift",
          DriftProperties.class,
          "rollouts",
          RolloutProperties.class);

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
    ConfigurationProperty first =
        cause.getUnboundProperties().stream()
            .filter(
                property ->
                    property.getName().getNumberOfElements() > 1
                        && property
                            .getName()
                            .getElement(0, Form.UNIFORM)
                            .equals(MlopsProperties.PREFIX))
            .findFirst()
            .orElse(null);
    if (first == null) {
      return null;
    }
    ConfigurationPropertyName name = first.getName();
    String where = MlopsProperties.PREFIX;
    Class<?> type = MlopsProperties.class;
    for (int i = 1; i < name.getNumberOfElements(); i++) {
      String element = name.getElement(i, Form.ORIGINAL);
      Class<?> next = component(type, element);
      if (next == null) {
        break;
      }
      where = where + "." + element;
      type = next;
      if (NAMED.containsKey(element) && i + 1 < name.getNumberOfElements()) {
        i++;
        where = where + "." + name.getElement(i, Form.ORIGINAL);
      }
    }
    return new FailureAnalysis(
        "There is no property " + name + " (" + first.getOrigin() + ").",
        "Correct or remove it. Properties below " + where + ": " + keys(type) + ".",
        cause);
  }

  private static @Nullable Class<?> component(Class<?> type, String key) {
    if (type == MlopsProperties.class && NAMED.containsKey(key)) {
      return NAMED.get(key);
    }
    return Arrays.stream(type.getRecordComponents())
        .filter(component -> kebab(component).equals(key) && component.getType().isRecord())
        .map(RecordComponent::getType)
        .findFirst()
        .orElse(null);
  }

  private static String keys(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(UnknownPropertyFailureAnalyzer::kebab)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** The name as it is written in a properties file. */
  static String kebab(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
