package io.mlops4j.core;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;

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
    if (new HashSet<>(copy).size() != copy.size()) {
      throw new IllegalArgumentException("vocabulary of " + feature + ": a value occurs twice");
    }
    return copy;
  }
}
