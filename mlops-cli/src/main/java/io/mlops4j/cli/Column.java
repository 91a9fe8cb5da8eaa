package io.mlops4j.cli;

import io.mlops4j.core.FeatureKind;
import java.util.List;
import java.util.Locale;

/**
 * One column of rows.
 *
 * @param name the feature
 * @param kind what its values are
 * @param sensitive whether values stay out of every output
 * @param domain the values a category is expected to take; empty if open
 */
record Column(String name, FeatureKind kind, boolean sensitive, List<String> domain) {
  Column {
    domain = List.copyOf(domain);
  }

  Column(String name, FeatureKind kind) {
    this(name, kind, false, List.of());
  }

  /** Returns the column a policy or a signature describes. */
  static Column of(JsonAt at) {
    at.keys("name", "kind", "domain", "sensitive");
    String kind = at.get("kind").text();
    FeatureKind found =
        switch (kind) {
          case "numeric" -> FeatureKind.NUMERIC;
          case "categorical" -> FeatureKind.CATEGORICAL;
          case "text" -> FeatureKind.TEXT;
          case "time" -> FeatureKind.TIME;
          default ->
              throw at.get("kind")
                  .bad("\"" + kind + "\" (expected: numeric, categorical, text or time).");
        };
    List<String> domain = at.find("domain").map(JsonAt::texts).orElse(List.of());
    if (!domain.isEmpty() && found != FeatureKind.CATEGORICAL) {
      throw at.get("domain").bad("only a categorical feature has a domain.");
    }
    boolean sensitive = at.find("sensitive").map(JsonAt::flag).orElse(false);
    return new Column(at.get("name").text(), found, sensitive, domain);
  }

  /** Returns both as one; a column that is sensitive to one is sensitive. */
  Column and(Column other) {
    if (kind != other.kind) {
      throw new CliException(
          ExitCode.INPUT,
          "Feature "
              + name
              + " is "
              + word(kind)
              + " in one version and "
              + word(other.kind)
              + " in another or in the policy. One file of rows cannot be both.");
    }
    return new Column(
        name, kind, sensitive || other.sensitive, domain.isEmpty() ? other.domain : domain);
  }

  static String word(FeatureKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
