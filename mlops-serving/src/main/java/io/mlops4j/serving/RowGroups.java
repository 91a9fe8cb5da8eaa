package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Splits the rows of one call into runs: neighbours, or rows of equal shape.
 *
 * @param <I> one input row
 */
final class RowGroups<I> {
  private final List<I> rows;
  private final int most;
  private final @Nullable Function<? super I, ?> shapeOf;

  RowGroups(List<I> rows, int most, @Nullable Function<? super I, ?> shapeOf) {
    this.rows = rows;
    this.most = Math.max(1, most);
    this.shapeOf = shapeOf;
  }

  /**
   * Some rows of a call.
   *
   * @param rows the rows
   * @param positions where they stand in the call, or null if they follow on {@code from}
   * @param from where the first one stands
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Group<I>(List<I> rows, int @Nullable [] positions, int from) {
    int position(int i) {
      return positions == null ? from + i : positions[i];
    }
  }

  List<Group<I>> groups() {
    List<Group<I>> groups = new ArrayList<>();
    if (shapeOf == null) {
      for (int from = 0; from < rows.size(); from += most) {
        groups.add(new Group<>(rows.subList(from, Math.min(rows.size(), from + most)), null, from));
      }
      return groups;
    }
    for (List<Integer> equal : byShape(shapeOf).values()) {
      for (int from = 0; from < equal.size(); from += most) {
        List<Integer> part = equal.subList(from, Math.min(equal.size(), from + most));
        int[] positions = part.stream().mapToInt(Integer::intValue).toArray();
        groups.add(new Group<>(part.stream().map(rows::get).toList(), positions, positions[0]));
      }
    }
    return groups;
  }

  private Map<Object, List<Integer>> byShape(Function<? super I, ?> shape) {
    Map<Object, List<Integer>> positions = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      Object key = Objects.requireNonNull(shape.apply(rows.get(i)), "the shape of a row");
      positions.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
    }
    return positions;
  }
}
