package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Counts each segment of a baseline, given the cells of a row. Used by one thread at a time. */
final class SegmentCounter {
  private final long[] predictions;
  private final long[][][] counts;
  private final int[] by;
  private final int[][] segmentOfCell;
  private final @Nullable Predicate<? super EncodedRow<?>>[] conditions;

  @SuppressWarnings({"unchecked", "rawtypes"})
  SegmentCounter(
      Baseline baseline, Map<String, ? extends Predicate<? super EncodedRow<?>>> wanted) {
    List<Segment> segments = baseline.segments();
    List<String> features = baseline.features().stream().map(c -> c.feature()).toList();
    this.predictions = new long[segments.size()];
    this.counts = new long[segments.size()][features.size()][];
    this.conditions = new @Nullable Predicate[segments.size()];
    List<Integer> sources = new ArrayList<>();
    List<int[]> maps = new ArrayList<>();
    for (int s = 0; s < counts.length; s++) {
      for (int i = 0; i < features.size(); i++) {
        counts[s][i] = new long[baseline.features().get(i).size()];
      }
      Segment segment = segments.get(s);
      if (segment.feature() == null) {
        conditions[s] = wanted.get(segment.name());
      } else {
        int source = features.indexOf(segment.feature());
        if (!sources.contains(source)) {
          sources.add(source);
          maps.add(new int[baseline.features().get(source).size()]);
        }
        for (int cell : segment.cells()) {
          maps.get(sources.indexOf(source))[cell] = s;
        }
      }
    }
    this.by = sources.stream().mapToInt(Integer::intValue).toArray();
    this.segmentOfCell = maps.toArray(int[][]::new);
  }

  int size() {
    return predictions.length;
  }

  /** Counts a row: a feature without a position in it has no cell. */
  void count(EncodedRow<?> row, int[] positions, int[] cells) {
    for (int i = 0; i < by.length; i++) {
      if (positions[by[i]] >= 0) {
        add(segmentOfCell[i][cells[by[i]]], positions, cells);
      }
    }
    for (int s = 0; s < conditions.length; s++) {
      Predicate<? super EncodedRow<?>> condition = conditions[s];
      if (condition != null && condition.test(row)) {
        add(s, positions, cells);
      }
    }
  }

  private void add(int segment, int[] positions, int[] cells) {
    predictions[segment]++;
    for (int i = 0; i < cells.length; i++) {
      if (positions[i] >= 0) {
        counts[segment][i][cells[i]]++;
      }
    }
  }

  List<DriftCounts.Part> snapshot() {
    List<DriftCounts.Part> parts = new ArrayList<>();
    for (int s = 0; s < counts.length; s++) {
      parts.add(
          new DriftCounts.Part(
              predictions[s], Arrays.stream(counts[s]).map(long[]::clone).toArray(long[][]::new)));
    }
    return parts;
  }

  void clear() {
    Arrays.fill(predictions, 0);
    for (long[][] segment : counts) {
      for (long[] feature : segment) {
        Arrays.fill(feature, 0);
      }
    }
  }
}
