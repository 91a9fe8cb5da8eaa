package io.mlops4j.spring;

import io.mlops4j.serving.PredictorStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether each predictor can answer. One that has neither a version nor a fallback is out of
 * service. An outdated version, or a drift alarm, is told and changes nothing: taking instances out
 * of traffic would not make the model better, and would do it to all of them at once.
 */
final class MlopsHealthIndicator extends AbstractHealthIndicator {
  private final ServedModels models;

  MlopsHealthIndicator(ServedModels models) {
    super("The predictors' state cannot be read");
    this.models = models;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder.up();
    for (ServedModel model : models.all()) {
      if (!model.ready()) {
        builder.outOfService();
      }
      builder.withDetail(model.name(), details(model));
    }
  }

  private static Map<String, Object> details(ServedModel model) {
    PredictorStatus status = model.predictor().status();
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("ready", model.ready());
    status.version().ifPresent(version -> details.put("version", version.toString()));
    if (status.version().isEmpty() && model.answersWithoutVersion()) {
      details.put("answers", "fallback");
    }
    status.problem().ifPresent(problem -> details.put("problem", problem));
    model
        .handle()
        .flatMap(handle -> handle.source().pinned())
        .ifPresent(version -> details.put("pinned", version.toString()));
    model.monitors().forEach(monitor -> details.put("drift", Reports.outcome(monitor.evaluate())));
    return details;
  }
}
