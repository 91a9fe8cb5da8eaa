package io.mlops4j.cli;

import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.Margin;
import io.mlops4j.stats.Correction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Makes gates of JSON, and remembers what an evaluation must measure for them. */
final class GateReader {
  private static final String[] KINDS = {
    "metric",
    "fairness",
    "significantlyBetter",
    "churnAtMost",
    "latency",
    "check",
    "dataValidated",
    "reproducible",
    "goldenRowsReplayed",
    "signatureCompatible",
    "fleetCanServe"
  };
  private static final String[] ON_METRIC = {
    "atLeast", "atMost", "above", "below", "beatsChampionBy", "notInferiorBy"
  };

  private final Set<Metric> metrics = new LinkedHashSet<>();
  private final Set<String> slicings = new LinkedHashSet<>();
  private final Set<String> attributes = new LinkedHashSet<>();

  /** What gates look at. */
  Set<Metric> metrics() {
    return metrics;
  }

  /** Slicings whose every slice is looked at. */
  Set<String> slicings() {
    return slicings;
  }

  /** Attributes whose groups are looked at. */
  Set<String> attributes() {
    return attributes;
  }

  Gate gate(JsonAt at) {
    String kind = at.oneOf(KINDS);
    return switch (kind) {
      case "metric" -> onMetric(at);
      case "fairness" -> fairness(at);
      case "significantlyBetter" -> significance(at);
      case "latency" -> latency(at);
      case "check" -> {
        at.keys("check");
        yield at.get("check").as(name -> Gate.check(name.text()));
      }
      case "churnAtMost" -> {
        at.keys("churnAtMost");
        yield at.get("churnAtMost").as(share -> Gate.churnAtMost(share.number()));
      }
      default -> {
        at.keys(kind);
        if (!at.get(kind).flag()) {
          throw at.get(kind).bad("false (expected: true; leave the gate out instead).");
        }
        yield switch (kind) {
          case "dataValidated" -> Gate.dataValidated();
          case "reproducible" -> Gate.reproducible();
          case "goldenRowsReplayed" -> Gate.goldenRowsReplayed();
          case "signatureCompatible" -> Gate.signatureCompatible();
          default -> Gate.fleetCanServe();
        };
      }
    };
  }

  private static Gate latency(JsonAt at) {
    String kind = at.oneOf("atMostMillis", "atMostTimesTheChampions");
    at.keys("latency", kind);
    Gate.OnLatency on = Gate.latency(at.get("latency").as(GateReader::percentile));
    JsonAt bound = at.get(kind);
    return bound.as(
        b ->
            kind.equals("atMostMillis")
                ? on.atMost(Duration.ofNanos(Math.round(b.number() * 1e6)))
                : on.atMostTimesTheChampions(b.number()));
  }

  private static Percentile percentile(JsonAt at) {
    for (Percentile percentile : Percentile.values()) {
      if (percentile.name().toLowerCase(Locale.ROOT).equals(at.text())) {
        return percentile;
      }
    }
    throw at.bad("\"" + at.text() + "\" (expected: one of p50, p95, p99).");
  }

  private Gate onMetric(JsonAt at) {
    Metric metric = metric(at.get("metric"));
    if (at.find("slice").isPresent() || at.find("everySliceBy").isPresent()) {
      return onSlice(at, metric);
    }
    String kind = at.oneOf(ON_METRIC);
    at.keys("metric", kind);
    JsonAt bound = at.get(kind);
    Gate.OnMetric on = Gate.metric(metric);
    return switch (kind) {
      case "atLeast" -> on.atLeast(bound.number());
      case "atMost" -> on.atMost(bound.number());
      case "above" -> on.above(bound.number());
      case "below" -> on.below(bound.number());
      case "beatsChampionBy" -> on.beatsChampionBy(margin(bound));
      default -> on.notInferiorBy(margin(bound));
    };
  }

  private Gate onSlice(JsonAt at, Metric metric) {
    String which = at.oneOf("slice", "everySliceBy");
    String kind = at.oneOf("atLeast", "atMost", "beatsChampionBy", "notWorseThanChampionBy");
    at.keys("metric", which, "minRows", kind);
    String name = at.get(which).text();
    Gate.OnMetric on = Gate.metric(metric);
    if (which.equals("everySliceBy")) {
      slicings.add(name);
    }
    Gate.OnSlice start = which.equals("slice") ? on.onSlice(name) : on.onEverySliceBy(name);
    Gate.OnSlice slice =
        at.find("minRows").map(rows -> rows.as(r -> start.withMinRows(r.count()))).orElse(start);
    JsonAt bound = at.get(kind);
    return switch (kind) {
      case "atLeast" -> slice.atLeast(bound.number());
      case "atMost" -> slice.atMost(bound.number());
      case "beatsChampionBy" -> slice.beatsChampionBy(margin(bound));
      default -> slice.notWorseThanChampionBy(margin(bound));
    };
  }

  private Gate fairness(JsonAt at) {
    String kind = at.oneOf("atLeast", "atMost", "notWorseThanChampionBy");
    at.keys("fairness", "by", "surely", "minGroupSize", kind);
    FairnessMeasure measure = at.get("fairness").as(GateReader::measure);
    String attribute = at.get("by").text();
    attributes.add(attribute);
    Gate.OnFairness start = Gate.fairness(attribute, measure);
    Gate.OnFairness on =
        at.find("minGroupSize")
            .map(size -> size.as(s -> start.withMinGroupSize(s.count())))
            .orElse(start);
    boolean surely = at.find("surely").map(JsonAt::flag).orElse(false);
    if (kind.equals("notWorseThanChampionBy")) {
      if (surely) {
        throw at.get("surely").bad("true (expected: nothing; a margin compares two values).");
      }
      return on.notWorseThanChampionBy(margin(at.get(kind)));
    }
    double bound = at.get(kind).number();
    if (kind.equals("atLeast")) {
      return surely ? on.surelyAtLeast(bound) : on.atLeast(bound);
    }
    return surely ? on.surelyAtMost(bound) : on.atMost(bound);
  }

  private static FairnessMeasure measure(JsonAt at) {
    String id = at.text();
    for (FairnessMeasure measure : FairnessMeasure.values()) {
      if (measure.id().equals(id)) {
        return measure;
      }
    }
    List<String> known = new ArrayList<>();
    for (FairnessMeasure measure : FairnessMeasure.values()) {
      known.add(measure.id());
    }
    throw at.bad("\"" + id + "\" (expected: one of " + String.join(", ", known) + ").");
  }

  private Gate significance(JsonAt at) {
    at.keys("significantlyBetter", "correction", "alpha");
    List<Metric> family = at.get("significantlyBetter").list().stream().map(this::metric).toList();
    if (family.isEmpty()) {
      throw at.get("significantlyBetter").bad("an empty list (expected: at least one metric).");
    }
    Correction correction =
        at.find("correction").map(c -> c.as(GateReader::correction)).orElse(Correction.HOLM);
    double alpha = at.find("alpha").map(JsonAt::number).orElse(0.05);
    Metric[] more = family.subList(1, family.size()).toArray(Metric[]::new);
    return at.as(a -> Gate.significantlyBetter(correction, alpha, family.get(0), more));
  }

  private static Correction correction(JsonAt at) {
    String id = at.text();
    List<String> known = new ArrayList<>();
    for (Correction correction : Correction.values()) {
      String name = correction.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals(id)) {
        return correction;
      }
      known.add(name);
    }
    throw at.bad("\"" + id + "\" (expected: one of " + String.join(", ", known) + ").");
  }

  private static Margin margin(JsonAt at) {
    String unit = at.oneOf("absolute", "relative");
    at.keys(unit);
    return at.get(unit)
        .as(
            size ->
                unit.equals("absolute")
                    ? Margin.absolute(size.number())
                    : Margin.relative(size.number()));
  }

  Metric metric(JsonAt at) {
    Metric metric = at.as(id -> Metric.named(id.text()));
    metrics.add(metric);
    return metric;
  }
}
