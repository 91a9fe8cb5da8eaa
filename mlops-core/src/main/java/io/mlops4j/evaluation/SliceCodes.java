package io.mlops4j.evaluation;

import io.mlops4j.core.Feature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Which slice each row of a pass belongs to: 4 bytes a row, and the names met. Not thread-safe. */
final class SliceCodes<T> {
  private static final int NONE = -1;

  private final Slicing<T> slicing;
  private final int declared;
  private final List<String> names;
  private final Map<String, Integer> codes = new HashMap<>();
  private int[] rows = new int[16];
  private int size;

  SliceCodes(Slicing<T> slicing) {
    this.slicing = slicing;
    this.names = new ArrayList<>(slicing.declared());
    this.declared = names.size();
    for (int i = 0; i < declared; i++) {
      codes.put(names.get(i), i);
    }
  }

  void add(T row) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, size + (size >> 1) + 16);
    }
    rows[size++] = code(row);
  }

  private int code(T row) {
    if (slicing.test() != null) {
      return slicing.test().test(row) ? 0 : NONE;
    }
    Feature<T> feature = Objects.requireNonNull(slicing.feature());
    if (!slicing.edges().isEmpty()) {
      double value = feature.number(row);
      if (Double.isNaN(value)) {
        return named(slicing.name() + ": missing");
      }
      int range = 0;
      while (range < slicing.edges().size() && value >= slicing.edges().get(range)) {
        range++;
      }
      return range;
    }
    String value = feature.text(row);
    if (value == null) {
      return named(slicing.name() + ": missing");
    }
    Integer known = codes.get(slicing.name() + "=" + value);
    if (known != null) {
      return known;
    }
    return feature.sensitive() || names.size() - declared >= Slicing.MAX_VALUES
        ? named(slicing.name() + ": undeclared values")
        : named(slicing.name() + "=" + value);
  }

  private int named(String name) {
    Integer known = codes.putIfAbsent(name, names.size());
    if (known != null) {
      return known;
    }
    names.add(name);
    return names.size() - 1;
  }

  /** How many names were known before the first row. */
  int declared() {
    return declared;
  }

  List<String> names() {
    return names;
  }

  /** The code of a row; negative if it is in no slice. */
  int of(int row) {
    return rows[row];
  }

  long[] sizes() {
    long[] sizes = new long[names.size()];
    for (int i = 0; i < size; i++) {
      if (rows[i] >= 0) {
        sizes[rows[i]]++;
      }
    }
    return sizes;
  }

  /**
   * Puts undeclared slices below the minimum together; returns the rows of each slice, declared
   * ones first and the others by name.
   */
  Map<String, int[]> members() {
    long[] sizes = sizes();
    String pooled = slicing.name() + ": values with fewer than " + slicing.minRows() + " rows";
    String[] nameOf = new String[sizes.length];
    Map<String, Integer> total = new LinkedHashMap<>();
    Map<String, Integer> later = new TreeMap<>();
    for (int c = 0; c < sizes.length; c++) {
      boolean found = c >= declared && names.get(c).startsWith(slicing.name() + "=");
      nameOf[c] = found && sizes[c] < slicing.minRows() ? pooled : names.get(c);
      (c < declared ? total : later).merge(nameOf[c], Math.toIntExact(sizes[c]), Integer::sum);
    }
    total.putAll(later);
    Map<String, int[]> members = new LinkedHashMap<>();
    total.forEach((name, count) -> members.put(name, new int[count]));
    Map<String, int[]> next = new HashMap<>();
    for (int i = 0; i < size; i++) {
      if (rows[i] >= 0) {
        String name = nameOf[rows[i]];
        int[] at = next.computeIfAbsent(name, n -> new int[1]);
        Objects.requireNonNull(members.get(name))[at[0]++] = i;
      }
    }
    return members;
  }
}
