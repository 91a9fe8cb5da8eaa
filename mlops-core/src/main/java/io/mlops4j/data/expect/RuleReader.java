package io.mlops4j.data.expect;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Rule#write} wrote. */
final class RuleReader {
  private static final Set<String> OPTIONS =
      Set.of("mostly", "where", "severity", "onlyIn", "minRows", "because");

  private final Place at;
  private final boolean options;

  private RuleReader(Place at, boolean options) {
    this.at = at;
    this.options = options;
  }

  static Expectation read(Place at, boolean options) {
    return at.made(place -> Expectation.of(new RuleReader(place, options).rule()));
  }

  /** Refuses every key that this kind does not have. */
  private void keys(String... own) {
    Set<String> allowed = new HashSet<>(Arrays.asList(own));
    allowed.add("expect");
    if (options) {
      allowed.addAll(OPTIONS);
    }
    at.keys(allowed);
  }

  private String feature(String... others) {
    String[] keys = Arrays.copyOf(others, others.length + 1);
    keys[others.length] = "feature";
    keys(keys);
    return at.get("feature").text();
  }

  private Rule rule() {
    String kind = at.get("expect").text();
    Rule rule = ofRow(kind);
    rule = rule == null ? ofText(kind) : rule;
    rule = rule == null ? ofFeature(kind) : rule;
    rule = rule == null ? ofRows(kind) : rule;
    if (rule == null) {
      throw at.get("expect").bad("\"" + kind + "\" is no expectation this version knows");
    }
    return rule;
  }

  private @Nullable Rule ofRow(String kind) {
    return switch (kind) {
      case "present" -> new CellRules.Present(feature());
      case "missing" -> new CellRules.Missing(feature());
      case "between" -> new CellRules.Within(feature("min", "max", "above", "below"), bounds());
      case "finite" -> new CellRules.Finite(feature());
      case "whole" -> new CellRules.Whole(feature());
      case "in", "notIn" -> set(kind.equals("in"));
      case "row" -> {
        keys("what");
        yield PredicateRule.stored(at.get("what").text());
      }
      default -> null;
    };
  }

  private Rule set(boolean in) {
    if (at.has("numbers")) {
      String feature = feature("numbers");
      List<Double> numbers = at.get("numbers").list().stream().map(Place::number).toList();
      return new CellRules.Numbers(feature, numbers, in);
    }
    return new TextRules.Words(feature("values"), at.get("values").texts(), in);
  }

  private @Nullable Rule ofText(String kind) {
    for (CompareRule.Order order : CompareRule.Order.values()) {
      if (order.kind.equals(kind)) {
        return new CompareRule(feature("other"), order, at.get("other").text());
      }
    }
    return switch (kind) {
      case "inDomain" -> new TextRules.InDomain(feature());
      case "matches", "matchesNot" ->
          new TextRules.Matches(
              feature("pattern"),
              at.get("pattern").made(p -> SafePattern.of(p.text())),
              kind.equals("matches"));
      case "length" ->
          new TextRules.Length(
              feature("min", "max"),
              Math.toIntExact(smaller("min")),
              Math.toIntExact(smaller("max")));
      case "date" -> new TextRules.DateText(feature("format"), at.get("format").text());
      case "number" -> new TextRules.NumberText(feature());
      case "knownTo" -> new ReferenceRule(feature("reference"), at.get("reference").text());
      default -> null;
    };
  }

  private long smaller(String key) {
    long count = at.get(key).count();
    if (count != (int) count) {
      throw at.get(key).bad(count + " (expected: at most " + Integer.MAX_VALUE + ")");
    }
    return count;
  }

  private @Nullable Rule ofFeature(String kind) {
    for (MomentRule.Statistic statistic : MomentRule.Statistic.values()) {
      if (statistic.kind.equals(kind)) {
        return new MomentRule(feature("min", "max"), statistic, bounds());
      }
    }
    return switch (kind) {
      case "missingAtMost" ->
          new TableRules.MissingShare(feature("share"), at.get("share").number());
      case "increasing", "decreasing" ->
          new MonotonicRule(
              feature("strict"),
              kind.equals("increasing"),
              at.has("strict") && at.get("strict").flag());
      case "distinct" ->
          new DistinctRule(feature("min", "max"), count("min", 0), count("max", Long.MAX_VALUE));
      case "quantile" ->
          new QuantileRule(
              feature("probability", "min", "max"), at.get("probability").number(), bounds());
      case "fresh" -> new FreshRule(feature("age"), age());
      case "psi", "ks" ->
          new DistributionRule(
              feature("limit"),
              kind.equals("psi") ? DistributionRule.Distance.PSI : DistributionRule.Distance.KS,
              at.get("limit").number());
      default -> null;
    };
  }

  private Duration age() {
    try {
      return Duration.parse(at.get("age").text());
    } catch (DateTimeException e) {
      throw at.get("age").bad("expected a duration, such as PT6H");
    }
  }

  private @Nullable Rule ofRows(String kind) {
    switch (kind) {
      case "unique" -> {
        keys("features");
        return new UniqueRule(at.get("features").texts());
      }
      case "readable" -> {
        keys("feature");
        return new ReadableRule(at.has("feature") ? at.get("feature").text() : "");
      }
      case "rowCount" -> {
        keys("min", "max");
        return new TableRules.RowCount(count("min", 0), count("max", Long.MAX_VALUE));
      }
      case "rowCountAgainstPrevious" -> {
        keys("min", "max");
        return new TableRules.RowCountRatio(
            number("min", 0), number("max", Double.POSITIVE_INFINITY));
      }
      case "allColumns" -> {
        keys();
        return new ColumnRules.AllColumns();
      }
      case "noOtherColumns" -> {
        keys();
        return new ColumnRules.NoOtherColumns();
      }
      case "columnsInOrder" -> {
        keys("columns");
        return new ColumnRules.ColumnOrder(at.get("columns").texts());
      }
      case "notInRows" -> {
        keys("other");
        return new DisjointRule(at.get("other").text());
      }
      default -> {
        return null;
      }
    }
  }

  private Bounds bounds() {
    boolean above = at.has("above");
    boolean below = at.has("below");
    if ((above && at.has("min")) || (below && at.has("max"))) {
      throw at.bad("one of min and above, and one of max and below");
    }
    return new Bounds(end(above ? "above" : "min"), end(below ? "below" : "max"), above, below);
  }

  private @Nullable Double end(String key) {
    return at.has(key) ? at.get(key).number() : null;
  }

  private double number(String key, double otherwise) {
    return at.has(key) ? at.get(key).number() : otherwise;
  }

  private long count(String key, long otherwise) {
    return at.has(key) ? at.get(key).count() : otherwise;
  }
}
