package io.mlops4j.data.expect;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A rule of one feature. */
interface SingleFeature extends Rule {
  String feature();

  /** What has to hold, after "origin". */
  String predicate(Schema<?> schema);

  /** The call, after {@code feature("origin")}. */
  String call();

  /** The kinds of feature it can be asked of. */
  List<FeatureKind> kinds();

  @Override
  default List<String> features() {
    return List.of(feature());
  }

  @Override
  default String sentence(Schema<?> schema) {
    return feature() + " " + predicate(schema);
  }

  @Override
  default String java() {
    return "feature(" + SuiteSource.text(feature()) + ")" + call();
  }

  @Override
  default void requireFits(Schema<?> schema) {
    requireKind(schema, feature(), kind(), kinds());
  }

  static void requireKind(Schema<?> schema, String name, String rule, List<FeatureKind> kinds) {
    Feature<?> feature = schema.feature(name);
    if (!kinds.contains(feature.kind())) {
      throw new IllegalArgumentException(
          "Expectation "
              + rule
              + " of feature "
              + feature
              + " (expected: "
              + kinds.stream()
                  .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(" or "))
              + ")");
    }
  }

  /** Any kind. */
  static List<FeatureKind> all() {
    return Arrays.asList(FeatureKind.values());
  }

  List<FeatureKind> NUMBERS = List.of(FeatureKind.NUMERIC, FeatureKind.TIME);
  List<FeatureKind> TEXTS = List.of(FeatureKind.CATEGORICAL, FeatureKind.TEXT);
}
