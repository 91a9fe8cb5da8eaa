package io.mlops4j.spring;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.registry.FleetInstance;
import io.mlops4j.registry.PromotionFreeze;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.PredictorStatus;
import io.mlops4j.spring.ServedModel.Handle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /actuator/models} answers. The names of the components are the JSON, described in
 * docs/spring.md: add to them, never change them. Nothing here comes from a row.
 */
final class Reports {
  private static final int VERSIONS = 50;

  private Reports() {}

  /** All predictors of this instance. */
  record Models(String instance, List<Predictor> predictors) {}

  /** One predictor. */
  record Predictor(
      String predictor,
      String type,
      boolean ready,
      @Nullable String version,
      @Nullable String problem,
      @Nullable String pinned,
      @Nullable Model model,
      @Nullable String modelProblem,
      List<Drift> drift) {}

  /** Its model in the registry, as all processes see it. */
  record Model(
      String name,
      int versionCount,
      List<Version> versions,
      @Nullable Freeze frozen,
      List<Instance> fleet) {}

  /** A version, the newest first. */
  record Version(int number, String stage) {}

  /** Why nothing is promoted. */
  record Freeze(String reason, String actor, String since) {}

  /** A live instance of the fleet. */
  record Instance(
      String id,
      @Nullable String version,
      @Nullable String problem,
      List<String> formats,
      List<String> features,
      String lastSeen) {}

  /** A drift monitor's answer. */
  record Drift(String monitor, String outcome, String sentence) {}

  /** What a write did. */
  record Done(String predictor, String action, String actor, String sentence) {}

  /** Why a request was refused. */
  record Refused(String error) {}

  /** What this instance does is told even if the registry cannot be read. */
  static Predictor of(ServedModel served) {
    PredictorStatus status = served.predictor().status();
    Optional<Handle<?, ?>> handle = served.handle();
    Model model = null;
    String modelProblem = null;
    try {
      model = handle.map(h -> model(h.model())).orElse(null);
    } catch (MlopsException e) {
      modelProblem = String.valueOf(e.getMessage());
    }
    return new Predictor(
        served.name(),
        served.types(),
        served.ready(),
        status.version().map(Objects::toString).orElse(null),
        status.problem().orElse(null),
        handle.flatMap(h -> h.source().pinned()).map(Objects::toString).orElse(null),
        model,
        modelProblem,
        served.monitors().stream().map(Reports::drift).toList());
  }

  private static <I, O> Model model(RegisteredModel<I, O> model) {
    List<RegisteredVersion<I, O>> all = new ArrayList<>(model.versions());
    Collections.reverse(all);
    return new Model(
        model.name(),
        all.size(),
        all.stream()
            .limit(VERSIONS)
            .map(version -> new Version(version.number(), version.stage().name()))
            .toList(),
        model.promotionFreeze().map(Reports::freeze).orElse(null),
        model.fleet().stream().map(Reports::instance).toList());
  }

  private static Freeze freeze(PromotionFreeze freeze) {
    return new Freeze(freeze.reason(), freeze.actor(), freeze.since().toString());
  }

  private static Instance instance(FleetInstance instance) {
    return new Instance(
        instance.id(),
        instance.serving().map(Objects::toString).orElse(null),
        instance.problem().orElse(null),
        instance.readers().stream().flatMap(r -> r.formats().stream()).distinct().sorted().toList(),
        instance.readers().stream()
            .flatMap(r -> r.rows().stream())
            .flatMap(rows -> rows.columns().stream())
            .map(FleetInstance.Column::name)
            .distinct()
            .toList(),
        instance.lastSeen().toString());
  }

  private static Drift drift(DriftMonitor<?, ?> monitor) {
    Check.Outcome outcome = monitor.evaluate();
    return new Drift(monitor.name(), outcome(outcome), outcome.sentence());
  }

  static String outcome(Check.Outcome outcome) {
    if (outcome instanceof Check.Pass) {
      return "PASS";
    }
    return outcome instanceof Check.Fail ? "FAIL" : "NO_DATA";
  }
}
