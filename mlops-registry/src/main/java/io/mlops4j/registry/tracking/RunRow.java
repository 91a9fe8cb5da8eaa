package io.mlops4j.registry.tracking;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A run as something a query is asked about. */
record RunRow(RunRecord run) implements Row {
  static final Set<String> ATTRIBUTES =
      java.util.Collections.unmodifiableSortedSet(
          new TreeSet<>(
              Set.of(
                  "id",
                  "name",
                  "experiment",
                  "status",
                  "reason",
                  "owner",
                  "parent",
                  "seed",
                  "started",
                  "ended",
                  "seen",
                  "seconds")));

  @Override
  public String kind() {
    return "Runs";
  }

  @Override
  public Set<String> attributes() {
    return ATTRIBUTES;
  }

  @Override
  public @Nullable Object value(Field field) {
    return switch (field.kind()) {
      case METRIC -> metric(field);
      case PARAM -> run.params().get(field.name());
      case TAG -> run.tags().get(field.name());
      case ATTRIBUTE -> attribute(field.name());
    };
  }

  private @Nullable Double metric(Field field) {
    MetricSummary summary = run.metrics().get(field.name());
    if (summary == null) {
      return null;
    }
    return switch (field.summary()) {
      case LAST -> summary.last();
      case MIN -> summary.min();
      case MAX -> summary.max();
    };
  }

  private @Nullable Object attribute(String name) {
    return switch (name) {
      case "id" -> run.id();
      case "name" -> run.name();
      case "experiment" -> run.experiment();
      case "status" -> run.status().name();
      case "reason" -> run.reason().isEmpty() ? null : run.reason();
      case "owner" -> run.owner();
      case "parent" -> run.parent().orElse(null);
      case "seed" -> String.valueOf(run.seed());
      case "started" -> run.startedAt();
      case "ended" -> run.endedAt().orElse(null);
      case "seen" -> run.seenAt();
      case "seconds" -> run.took().toMillis() / 1e3;
      default -> null;
    };
  }
}
