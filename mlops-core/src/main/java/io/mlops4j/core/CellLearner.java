package io.mlops4j.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Learns where the cells of one feature lie, from one pass over the rows. */
abstract class CellLearner<T> {
  private static final int FREQUENT_CAPACITY = 20_000;

  final Feature<T> feature;
  final Baseline.Options options;

  CellLearner(Feature<T> feature, Baseline.Options options) {
    this.feature = feature;
    this.options = options;
  }

  static <T> CellLearner<T> of(Feature<T> feature, Baseline.Options options, int position) {
    return switch (feature.kind()) {
      case CATEGORICAL -> new Categories<>(feature, options);
      case VECTOR -> new Directions<>(feature, options, position);
      default -> new Numbers<>(feature, options, position);
    };
  }

  abstract void add(T row);

  /** The cells without counts: one, or several for a vector. */
  abstract List<FeatureCells> cells();

  Feature<T> feature() {
    return feature;
  }

  private static final class Numbers<T> extends CellLearner<T> {
    private final EdgeLearner edges;

    Numbers(Feature<T> feature, Baseline.Options options, int position) {
      super(feature, options);
      this.edges = new EdgeLearner(options.sampleSize(), options.seed() + position);
    }

    @Override
    void add(T row) {
      edges.add(feature.number(row));
    }

    @Override
    List<FeatureCells> cells() {
      double[] learned = edges.edges(options.bins(), !feature.sensitive());
      return List.of(
          new NumberCells(
              feature.name(),
              feature.kind(),
              feature.sensitive(),
              learned,
              new long[learned.length + 3]));
    }
  }

  private static final class Categories<T> extends CellLearner<T> {
    private final FrequentValues frequent;

    Categories(Feature<T> feature, Baseline.Options options) {
      super(feature, options);
      this.frequent = new FrequentValues(Math.max(FREQUENT_CAPACITY, options.categories()));
    }

    @Override
    void add(T row) {
      String text = feature.text(row);
      if (text != null) {
        frequent.add(text);
      }
    }

    @Override
    List<FeatureCells> cells() {
      List<String> ranked = frequent.ranked(options.categories() + options.rareCategories());
      List<String> values = ranked.subList(0, Math.min(options.categories(), ranked.size()));
      List<String> rare = ranked.subList(values.size(), ranked.size()).stream().sorted().toList();
      if (feature.sensitive()) {
        rare = List.of();
        values =
            values.stream().map(v -> CategoryCells.hashed(feature.name(), v)).distinct().toList();
      }
      return List.of(
          new CategoryCells(
              feature.name(), feature.sensitive(), values, rare, new long[values.size() + 3]));
    }
  }

  private static final class Directions<T> extends CellLearner<T> {
    private final List<EdgeLearner> edges = new ArrayList<>();
    private final List<float[]> signs = new ArrayList<>();
    private int length;

    Directions(Feature<T> feature, Baseline.Options options, int position) {
      super(feature, options);
      for (int i = 0; i < options.directions(); i++) {
        edges.add(new EdgeLearner(options.sampleSize(), options.seed() + position + i));
      }
      if (feature.length() > 0) {
        learnLength(feature.length());
      }
    }

    private void learnLength(int floats) {
      length = floats;
      for (int i = 0; i < edges.size(); i++) {
        signs.add(ProjectionCells.signs(feature.name(), i + 1, floats));
      }
    }

    @Override
    void add(T row) {
      float @Nullable [] vector = feature.vector(row);
      if (vector == null) {
        return;
      }
      if (length == 0) {
        learnLength(vector.length);
      }
      if (vector.length == length && length > 0) {
        for (int i = 0; i < edges.size(); i++) {
          edges.get(i).add(ProjectionCells.project(vector, signs.get(i)));
        }
      }
    }

    @Override
    List<FeatureCells> cells() {
      List<FeatureCells> result = new ArrayList<>();
      for (int i = 0; i < edges.size(); i++) {
        double[] learned = edges.get(i).edges(options.bins(), !feature.sensitive());
        result.add(
            new ProjectionCells(
                feature.name(),
                i + 1,
                length,
                feature.sensitive(),
                learned,
                new long[learned.length + 3]));
      }
      return result;
    }
  }
}
