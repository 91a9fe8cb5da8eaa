package io.mlops4j.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Learns a baseline in two passes: where the cells lie, then exact counts. */
final class BaselineFit<T> {
  private final BaselineBuilder<T> wanted;
  private final Schema<T> schema;
  private final List<CellLearner<T>> learners = new ArrayList<>();
  private final List<FeatureCells> cells = new ArrayList<>();
  private final List<Feature<T>> features = new ArrayList<>();
  private long learnedFrom;

  BaselineFit(BaselineBuilder<T> wanted) {
    this.wanted = wanted;
    this.schema = wanted.schema;
  }

  Baseline fit(Supplier<? extends Stream<? extends T>> rows) {
    List<String> skipped = new ArrayList<>();
    for (Feature<T> feature : schema.features()) {
      boolean none = feature.kind() == FeatureKind.VECTOR && wanted.options().directions() == 0;
      if (feature.kind() == FeatureKind.TEXT || none) {
        skipped.add(feature.name());
      } else {
        learners.add(CellLearner.of(feature, wanted.options(), learners.size()));
      }
    }
    learn(rows);
    int[] cellOf = new int[cells.size()];
    long[][] counts = cells.stream().map(c -> new long[c.size()]).toArray(long[][]::new);
    @Nullable Strata slots =
        wanted.season == null ? null : Strata.empty(wanted.season.slots(), cells);
    Members members = new Members();
    long[] second = new long[1];
    try (Stream<? extends T> stream = rows.get()) {
      stream
          .sequential()
          .forEachOrdered(
              row -> {
                second[0]++;
                for (int i = 0; i < cellOf.length; i++) {
                  cellOf[i] = cellOf(i, row);
                  counts[i][cellOf[i]]++;
                }
                addSlot(slots, row, cellOf);
                members.add(row, cellOf);
              });
    }
    requireSame(second[0]);
    List<FeatureCells> result = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      result.add(cells.get(i).withReference(counts[i]));
    }
    List<Segment> segments = members.segments(counts);
    return new Baseline(
        second[0],
        result,
        null,
        null,
        skipped,
        new BaselineParts(
            wanted.season, slots, segments, segments.isEmpty() ? null : members.strata(counts)));
  }

  private void learn(Supplier<? extends Stream<? extends T>> rows) {
    long[] first = new long[1];
    try (Stream<? extends T> stream = rows.get()) {
      stream
          .sequential()
          .forEachOrdered(
              row -> {
                first[0]++;
                for (int i = 0; i < learners.size(); i++) {
                  learners.get(i).add(row);
                }
              });
    }
    learnedFrom = first[0];
    for (CellLearner<T> learner : learners) {
      for (FeatureCells learned : learner.cells()) {
        cells.add(learned);
        features.add(learner.feature());
      }
    }
  }

  private int cellOf(int position, T row) {
    Feature<T> feature = features.get(position);
    FeatureCells target = cells.get(position);
    return switch (feature.kind()) {
      case CATEGORICAL -> target.cellOf(feature.text(row));
      case VECTOR -> target.cellOf(feature.vector(row));
      default -> target.cellOf(feature.number(row));
    };
  }

  private void addSlot(@Nullable Strata slots, T row, int[] cellOf) {
    if (slots != null && wanted.season != null && wanted.at != null) {
      Instant at = wanted.at.apply(row);
      if (at != null) {
        slots.add(wanted.season.slotOf(at), cellOf);
      }
    }
  }

  private void requireSame(long second) {
    if (second != learnedFrom) {
      throw new MlopsException(
          "Baseline of "
              + schema.name()
              + ": the rows changed between the two passes (first "
              + learnedFrom
              + ", then "
              + second
              + "). The supplier must return the same rows each time.");
    }
  }

  /**
   * Counts segments. Which cells of a feature get a segment is known after the pass only, so each
   * cell is counted, and those without one are added up.
   */
  private final class Members {
    private final Map<Integer, Strata> byCell = new LinkedHashMap<>();
    private final List<Predicate<? super EncodedRow<T>>> conditions =
        List.copyOf(wanted.conditions.values());
    private final Strata chosen = Strata.empty(conditions.size(), cells);

    Members() {
      wanted.segmentedBy.forEach(
          (feature, most) -> {
            int position = position(feature);
            byCell.put(position, Strata.empty(cells.get(position).size(), cells));
          });
    }

    private int position(String feature) {
      return IntStream.range(0, cells.size())
          .filter(i -> cells.get(i).feature().equals(feature))
          .findFirst()
          .orElseThrow();
    }

    void add(T row, int[] cellOf) {
      byCell.forEach((position, strata) -> strata.add(cellOf[position], cellOf));
      if (!conditions.isEmpty()) {
        EncodedRow<T> encoded = schema.encode(row);
        for (int i = 0; i < conditions.size(); i++) {
          if (conditions.get(i).test(encoded)) {
            chosen.add(i, cellOf);
          }
        }
      }
    }

    List<Segment> segments(long[][] counts) {
      List<Segment> result = new ArrayList<>();
      byCell.forEach((position, strata) -> result.addAll(segmentsOf(position, counts[position])));
      wanted.conditions.keySet().forEach(name -> result.add(new Segment(name, null, Set.of())));
      if (result.size() > BaselineBuilder.MAX_SEGMENTS) {
        throw new MlopsException(
            "Baseline of "
                + schema.name()
                + ": "
                + result.size()
                + " segments (expected: at most "
                + BaselineBuilder.MAX_SEGMENTS
                + "). Ask for fewer of each feature.");
      }
      return result;
    }

    private List<Segment> segmentsOf(int position, long[] counts) {
      FeatureCells by = cells.get(position);
      int most = wanted.segmentedBy.getOrDefault(by.feature(), 0);
      List<Integer> own =
          IntStream.range(0, by.size())
              .boxed()
              .filter(cell -> counts[cell] > 0)
              .sorted(Comparator.comparingLong((Integer cell) -> -counts[cell]))
              .limit(most)
              .sorted()
              .toList();
      List<Segment> result = new ArrayList<>();
      for (int cell : own) {
        String name = by.feature() + ": " + by.label(cell);
        result.add(new Segment(name, by.feature(), Set.of(cell)));
      }
      TreeSet<Integer> rest = new TreeSet<>(IntStream.range(0, by.size()).boxed().toList());
      own.forEach(rest::remove);
      result.add(new Segment(by.feature() + ": other", by.feature(), rest));
      return result;
    }

    Strata strata(long[][] counts) {
      List<Segment> segments = segments(counts);
      Strata result = Strata.empty(segments.size(), cells);
      int at = 0;
      int condition = 0;
      for (Segment segment : segments) {
        String by = segment.feature();
        if (by == null) {
          result.plus(at, chosen, condition++);
        } else {
          for (int cell : segment.cells()) {
            result.plus(at, Objects.requireNonNull(byCell.get(position(by))), cell);
          }
        }
        at++;
      }
      return result;
    }
  }
}
