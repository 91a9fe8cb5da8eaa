package io.mlops4j.spring;

import io.mlops4j.serving.Predictor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;

/** A predictor was to be injected that nobody has configured, or not with these types. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingPredictorFailureAnalyzer
    extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {
  private final @Nullable ConfigurableListableBeanFactory beans;

  MissingPredictorFailureAnalyzer(@Nullable BeanFactory beans) {
    this.beans = beans instanceof ConfigurableListableBeanFactory listable ? listable : null;
  }

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, NoSuchBeanDefinitionException cause, @Nullable String description) {
    ResolvableType wanted = cause.getResolvableType();
    if (cause instanceof NoUniqueBeanDefinitionException
        || wanted == null
        || wanted.toClass() != Predictor.class) {
      return null;
    }
    String row = wanted.getGeneric(0).resolve(Object.class).getName();
    return new FailureAnalysis(
        (description == null ? "An injection point" : description)
            + " asks for a "
            + PredictorTypes.text(wanted)
            + ", and there is none. Predictors: "
            + known()
            + ".",
        "Configure one:"
            + " mlops.registry.directory=<where the models are>,"
            + " mlops.predictors.<name>.model=<its name in the registry>,"
            + " mlops.predictors.<name>.row-type="
            + row
            + "; or inject one with the types listed.",
        cause);
  }

  private String known() {
    List<String> known = new ArrayList<>();
    if (beans != null) {
      for (String name : beans.getBeanNamesForType(Predictor.class, true, false)) {
        known.add(
            name
                + " ("
                + PredictorTypes.text(beans.getMergedBeanDefinition(name).getResolvableType())
                + ")");
      }
    }
    return known.isEmpty() ? "none" : String.join(", ", known);
  }
}
