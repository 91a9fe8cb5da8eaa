package io.mlops4j.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One block of columns of an {@link InputEncoding}: what becomes of one feature. */
public sealed interface EncodedColumn {

  /**
   * Returns the feature it reads.
   *
   * @return the feature's name
   */
  String feature();

  /**
   * Returns how many floats it writes.
   *
   * @return at least 1
   */
  int width();

  /** What happens to a value that was not seen in training. */
  enum Unseen {
    /** One-hot: no column is hot. Ordinal: -1. */
    ZEROS,
    /** The row is refused with an error that names the feature. */
    REJECT
  }

  /**
   * A number as it is; a missing one is replaced.
   *
   * @param feature the feature
   * @param missing what a missing value becomes; NaN lets the model decide
   */
  record Numeric(String feature, float missing) implements EncodedColumn {
    /** Checks the replacement. */
    public Numeric {
      Objects.requireNonNull(feature, "feature");
      requireNotInfinite(feature, missing);
    }

    @Override
    public int width() {
      return 1;
    }
  }

  /**
   * A number shifted and scaled: {@code (value - offset) / scale}.
   *
   * @param feature the feature
   * @param offset usually the mean in training
   * @param scale usually the standard deviation in training; finite and not 0
   * @param missing what a missing value becomes, after scaling
   */
  record Scaled(String feature, double offset, double scale, float missing)
      implements EncodedColumn {
    /** Checks the numbers. */
    public Scaled {
      Objects.requireNonNull(feature, "feature");
      if (!Double.isFinite(offset) || !Double.isFinite(scale) || scale == 0) {
        throw new IllegalArgumentException(
            "scaling of %s: offset %s, scale %s (expected: finite, scale not 0)"
                .formatted(feature, offset, scale));
      }
      requireNotInfinite(feature, missing);
    }

    @Override
    public int width() {
      return 1;
    }
  }

  /**
   * One float per known value, 1 for the row's value and 0 for the others.
   *
   * @param feature the feature, categorical or a number with few values
   * @param vocabulary the known values in order; numbers as Java writes integers
   * @param unseen what happens to others; a missing value has no hot column
   */
  record OneHot(String feature, List<String> vocabulary, Unseen unseen) implements EncodedColumn {
    /** Copies and checks the vocabulary. */
    public OneHot {
      Objects.requireNonNull(feature, "feature");
      Objects.requireNonNull(unseen, "unseen");
      vocabulary = checked(feature, vocabulary);
    }

    @Override
    public int width() {
      return vocabulary.size();
    }
  }

  /**
   * The position of the value in the vocabulary, as a float.
   *
   * @param feature the feature, categorical or a number with few values
   * @param vocabulary the known values in order; numbers as Java writes integers
   * @param unseen what happens to others; a missing value is -1
   */
  record Ordinal(String feature, List<String> vocabulary, Unseen unseen) implements EncodedColumn {
    /** Copies and checks the vocabulary. */
    public Ordinal {
      Objects.requireNonNull(feature, "feature");
      Objects.requireNonNull(unseen, "unseen");
      vocabulary = checked(feature, vocabulary);
    }

    @Override
    public int width() {
      return 1;
    }
  }

  /**
   * All floats of a vector; a missing vector is zeros.
   *
   * @param feature the feature
   * @param width how many floats
   */
  record Vector(String feature, int width) implements EncodedColumn {
    /** Checks the width. */
    public Vector {
      Objects.requireNonNull(feature, "feature");
      if (width < 1) {
        throw new IllegalArgumentException(
            "width of " + feature + ": " + width + " (expected: 1 or more)");
      }
    }
  }

  /**
   * One float per group of values, 1 for the group of the row's value: scikit-learn's one-hot
   * encoder with rare categories taken together, dropped ones, or missing as a category.
   *
   * @param feature the feature, categorical or a number with few values
   * @param groups the values of each float; a group may be empty, if only unseen or missing values
   *     fall into it
   * @param zeros known values that make no float hot
   * @param unseen the group of a value in no list, {@link #NONE} or {@link #REJECT}
   * @param missing the group of a missing value, {@link #NONE} or {@link #REJECT}
   */
  record Groups(
      String feature, List<List<String>> groups, List<String> zeros, int unseen, int missing)
      implements EncodedColumn {
    /** No float is hot. */
    public static final int NONE = -1;

    /** The row is refused with an error that names the feature. */
    public static final int REJECT = -2;

    /** Copies the lists and checks that no value occurs twice. */
    public Groups {
      Objects.requireNonNull(feature, "feature");
      groups = groups.stream().map(List::copyOf).toList();
      zeros = List.copyOf(zeros);
      if (groups.isEmpty()) {
        throw new IllegalArgumentException("groups of " + feature + ": empty");
      }
      requireGroup(feature, "unseen", unseen, groups.size());
      requireGroup(feature, "missing", missing, groups.size());
      requireDifferent(feature, values(groups, zeros));
    }

    private static List<String> values(List<List<String>> groups, List<String> zeros) {
      List<String> all = new ArrayList<>();
      groups.forEach(all::addAll);
      all.addAll(zeros);
      return all;
    }

    /**
     * Returns all known values.
     *
     * @return those of the groups in order, then the zeros
     */
    List<String> allValues() {
      return values(groups, zeros);
    }

    private static void requireGroup(String feature, String what, int group, int size) {
      if (group < REJECT || group >= size) {
        throw new IllegalArgumentException(
            what + " of " + feature + ": " + group + " (expected: a group, 0.." + (size - 1) + ")");
      }
    }

    @Override
    public int width() {
      return groups.size();
    }
  }

  /**
   * One float per known value: codes, target means, or a flag for a missing value.
   *
   * @param feature the feature, categorical or a number with few values
   * @param vocabulary the known values; may be empty
   * @param values the float of each; finite or NaN
   * @param unseen the float of a value that is not known; null refuses the row
   * @param missing the float of a missing value; null refuses the row
   */
  record Mapped(
      String feature,
      List<String> vocabulary,
      List<Float> values,
      @Nullable Float unseen,
      @Nullable Float missing)
      implements EncodedColumn {
    /** Copies the lists and checks that they fit. */
    public Mapped {
      Objects.requireNonNull(feature, "feature");
      vocabulary = List.copyOf(vocabulary);
      values = List.copyOf(values);
      requireDifferent(feature, vocabulary);
      if (values.size() != vocabulary.size()) {
        throw new IllegalArgumentException(
            "values of %s: %s for %s known values"
                .formatted(feature, values.size(), vocabulary.size()));
      }
      values.forEach(value -> requireNotInfinite(feature, value));
      requireNotInfinite(feature, unseen == null ? 0 : unseen);
      requireNotInfinite(feature, missing == null ? 0 : missing);
    }

    @Override
    public int width() {
      return 1;
    }
  }

  private static void requireNotInfinite(String feature, float missing) {
    if (Float.isInfinite(missing)) {
      throw new IllegalArgumentException(
          "missing of " + feature + ": " + missing + " (expected: finite or NaN)");
    }
  }

  private static List<String> checked(String feature, List<String> vocabulary) {
    List<String> copy = List.copyOf(vocabulary);
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("vocabulary of " + feature + ": empty");
    }
    requireDifferent(feature, copy);
    return copy;
  }

  private static void requireDifferent(String feature, List<String> values) {
    if (new HashSet<>(values).size() != values.size()) {
      throw new IllegalArgumentException("vocabulary of " + feature + ": a value occurs twice");
    }
  }
}
