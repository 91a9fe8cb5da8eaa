package io.mlops4j.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Learns a baseline in two passes: where the cells lie, then exact counts. */
final class BaselineFit<T> {
  private static final int FREQUENT_CAPACITY = 20_000;

  private final Schema<T> schema;
  private final Baseline.Options options;
  private long learnedFrom;

  BaselineFit(Schema<T> schema, Baseline.Options options) {
    this.schema = Objects.requireNonNull(schema, "schema");
    this.options = Objects.requireNonNull(options, "options");
  }

  Baseline fit(Supplier<? extends Stream<? extends T>> rows) {
    List<Feature<T>> learned = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (Feature<T> feature : schema.features()) {
      switch (feature.kind()) {
        case NUMERIC, TIME, CATEGORICAL -> learned.add(feature);
        case TEXT, VECTOR -> skipped.add(feature.name());
      }
    }
    List<FeatureCells> cells = learnCells(learned, rows);
    long[][] counts = new long[cells.size()][];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new long[cells.get(i).size()];
    }
    long[] second = new long[1];
    try (Stream<? extends T> stream = rows.get()) {
      stream
          .sequential()
          .forEachOrdered(
              row -> {
                second[0]++;
                for (int i = 0; i < counts.length; i++) {
                  counts[i][cellOf(cells.get(i), learned.get(i), row)]++;
                }
              });
    }
    if (second[0] != learnedFrom) {
      throw new MlopsException(
          "Baseline of "
              + schema.name()
              + ": the rows changed between the two passes (first "
              + learnedFrom
              + ", then "
              + second[0]
              + "). The supplier must return the same rows each time.");
    }
    List<FeatureCells> result = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      result.add(cells.get(i).withReference(counts[i]));
    }
    return new Baseline(second[0], result, null, skipped);
  }

  private List<FeatureCells> learnCells(
      List<Feature<T>> features, Supplier<? extends Stream<? extends T>> rows) {
    @Nullable EdgeLearner[] edges = new @Nullable EdgeLearner[features.size()];
    @Nullable FrequentValues[] values = new @Nullable FrequentValues[features.size()];
    for (int i = 0; i < edges.length; i++) {
      if (features.get(i).kind() == FeatureKind.CATEGORICAL) {
        values[i] = new FrequentValues(Math.max(FREQUENT_CAPACITY, options.categories()));
      } else {
        edges[i] = new EdgeLearner(options.sampleSize(), options.seed() + i);
      }
    }
    long[] first = new long[1];
    try (Stream<? extends T> stream = rows.get()) {
      stream
          .sequential()
          .forEachOrdered(
              row -> {
                first[0]++;
                for (int i = 0; i < edges.length; i++) {
                  EdgeLearner learner = edges[i];
                  FrequentValues frequent = values[i];
                  if (learner != null) {
                    learner.add(features.get(i).number(row));
                  } else if (frequent != null) {
                    String text = features.get(i).text(row);
                    if (text != null) {
                      frequent.add(text);
                    }
                  }
                }
              });
    }
    learnedFrom = first[0];
    List<FeatureCells> cells = new ArrayList<>();
    for (int i = 0; i < edges.length; i++) {
      EdgeLearner learner = edges[i];
      FrequentValues frequent = values[i];
      if (learner != null) {
        cells.add(numberCells(features.get(i), learner));
      } else if (frequent != null) {
        cells.add(categoryCells(features.get(i), frequent));
      }
    }
    return cells;
  }

  private FeatureCells numberCells(Feature<T> feature, EdgeLearner learner) {
    double[] edges = learner.edges(options.bins(), !feature.sensitive());
    return new NumberCells(
        feature.name(), feature.kind(), feature.sensitive(), edges, new long[edges.length + 3]);
  }

  private FeatureCells categoryCells(Feature<T> feature, FrequentValues frequent) {
    List<String> ranked = frequent.ranked(options.categories() + options.rareCategories());
    List<String> values = ranked.subList(0, Math.min(options.categories(), ranked.size()));
    List<String> rare = ranked.subList(values.size(), ranked.size()).stream().sorted().toList();
    if (feature.sensitive()) {
      rare = List.of();
      values =
          values.stream().map(v -> CategoryCells.hashed(feature.name(), v)).distinct().toList();
    }
    return new CategoryCells(
        feature.name(), feature.sensitive(), values, rare, new long[values.size() + 3]);
  }

  private static <T> int cellOf(FeatureCells cells, Feature<T> feature, T row) {
    return cells.kind() == FeatureKind.CATEGORICAL
        ? cells.cellOf(feature.text(row))
        : cells.cellOf(feature.number(row));
  }
}
