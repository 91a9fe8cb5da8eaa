package io.mlops4j.spring;

import io.mlops4j.serving.Predictor;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Two predictors of one type were to be injected without saying which. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class AmbiguousPredictorFailureAnalyzer
    extends AbstractInjectionFailureAnalyzer<NoUniqueBeanDefinitionException> {

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, NoUniqueBeanDefinitionException cause, @Nullable String description) {
    Collection<String> names = cause.getBeanNamesFound();
    if (cause.getBeanType() != Predictor.class || names == null || names.isEmpty()) {
      return null;
    }
    return new FailureAnalysis(
        (description == null ? "An injection point" : description)
            + " asks for one "
            + PredictorTypes.text(cause.getResolvableType())
            + ", and there are "
            + names.size()
            + ": "
            + String.join(", ", names)
            + ".",
        "Say which by its name under mlops.predictors: @Qualifier(\""
            + names.iterator().next()
            + "\") "
            + PredictorTypes.text(cause.getResolvableType())
            + ".",
        cause);
  }
}
