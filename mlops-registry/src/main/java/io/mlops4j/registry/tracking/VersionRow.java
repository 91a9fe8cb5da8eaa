package io.mlops4j.registry.tracking;

import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredVersion;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A registered version as something a query is asked about; read when it is first asked. */
final class VersionRow implements Row {
  private static final Set<String> ATTRIBUTES =
      java.util.Collections.unmodifiableSortedSet(
          new TreeSet<>(Set.of("model", "version", "stage", "owner", "created", "commit")));

  private final RegisteredVersion<?, ?> version;
  private @Nullable Lineage lineage;
  private @Nullable List<EvaluationReport> evaluations;

  VersionRow(RegisteredVersion<?, ?> version) {
    this.version = version;
  }

  @Override
  public String kind() {
    return "Versions";
  }

  @Override
  public Set<String> attributes() {
    return ATTRIBUTES;
  }

  @Override
  public @Nullable Object value(Field field) {
    return switch (field.kind()) {
      case METRIC -> metric(field.name());
      case PARAM -> lineage().hyperparameters().get(field.name());
      case TAG -> lineage().tags().get(field.name());
      case ATTRIBUTE -> attribute(field.name());
    };
  }

  /** A version has one value of a metric: it is the last, the lowest and the highest. */
  private @Nullable Double metric(String id) {
    List<EvaluationReport> reports = evaluations();
    for (int i = reports.size() - 1; i >= 0; i--) {
      for (Map.Entry<Metric, MetricValue> entry : reports.get(i).metrics().entrySet()) {
        OptionalDouble number = entry.getValue().number();
        if (entry.getKey().id().equals(id) && number.isPresent()) {
          return number.getAsDouble();
        }
      }
    }
    return lineage().metrics().get(id);
  }

  private @Nullable Object attribute(String name) {
    return switch (name) {
      case "model" -> version.version().model();
      case "version" -> (double) version.number();
      case "stage" -> version.stage().name();
      case "owner" -> lineage().createdBy();
      case "created" -> lineage().createdAt().orElse(null);
      case "commit" ->
          lineage().code().commit().equals(Lineage.UNKNOWN) ? null : lineage().code().commit();
      default -> null;
    };
  }

  private Lineage lineage() {
    Lineage known = lineage;
    if (known == null) {
      known = version.lineage();
      lineage = known;
    }
    return known;
  }

  private List<EvaluationReport> evaluations() {
    List<EvaluationReport> known = evaluations;
    if (known == null) {
      known = version.evaluations();
      evaluations = known;
    }
    return known;
  }
}
