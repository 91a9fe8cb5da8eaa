package io.mlops4j.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Learns an {@link InputEncoding} from training rows in one pass: vocabularies, means and standard
 * deviations. Columns come in the order of the calls. Used by one thread.
 *
 * @param <T> the row type
 */
public final class EncodingBuilder<T> {
  private final Schema<T> schema;
  private final List<Learner> learners = new ArrayList<>();
  private EncodedColumn.Unseen unseen = EncodedColumn.Unseen.ZEROS;
  private int maxVocabulary = 10_000;
  private boolean used;

  EncodingBuilder(Schema<T> schema) {
    this.schema = schema;
  }

  /**
   * Adds numbers as they are; missing is NaN.
   *
   * @param features their names
   * @return this builder
   */
  public EncodingBuilder<T> numeric(String... features) {
    for (String feature : features) {
      requireNumber(feature);
      learners.add(new Fixed(new EncodedColumn.Numeric(feature, Float.NaN)));
    }
    return this;
  }

  /**
   * Adds numbers standardised to mean 0 and standard deviation 1 over the training rows; missing
   * becomes 0, the mean. A constant is only shifted.
   *
   * @param features their names
   * @return this builder
   */
  public EncodingBuilder<T> standardized(String... features) {
    for (String feature : features) {
      learners.add(new Moments(feature, requireNumber(feature)));
    }
    return this;
  }

  /**
   * Adds one float per value seen in training, in ascending order of the values.
   *
   * @param features their names: categories, or numbers with few values
   * @return this builder
   */
  public EncodingBuilder<T> oneHot(String... features) {
    for (String feature : features) {
      learners.add(new Vocabulary(feature, requireScalar(feature), true));
    }
    return this;
  }

  /**
   * Adds the position of the value among those seen in training, in ascending order.
   *
   * @param features their names: categories, or numbers with few values
   * @return this builder
   */
  public EncodingBuilder<T> ordinal(String... features) {
    for (String feature : features) {
      learners.add(new Vocabulary(feature, requireScalar(feature), false));
    }
    return this;
  }

  /**
   * Adds all floats of vectors as they are; a missing vector is zeros.
   *
   * @param features their names; each has a declared length
   * @return this builder
   */
  public EncodingBuilder<T> vector(String... features) {
    for (String feature : features) {
      Feature<T> found = schema.feature(feature);
      if (found.kind() != FeatureKind.VECTOR || found.length() == 0) {
        throw new IllegalArgumentException(
            "Feature " + found + " (expected: a vector with a declared length).");
      }
      learners.add(new Fixed(new EncodedColumn.Vector(feature, found.length())));
    }
    return this;
  }

  /**
   * Says what happens to values not seen in training; unless said, they are zeros.
   *
   * @param rule the rule for all one-hot and ordinal columns
   * @return this builder
   */
  public EncodingBuilder<T> unseen(EncodedColumn.Unseen rule) {
    unseen = rule;
    return this;
  }

  /**
   * Says how many different values a one-hot or ordinal feature may have; 10,000 unless said.
   *
   * @param values the most, at least 1
   * @return this builder
   */
  public EncodingBuilder<T> maxVocabulary(int values) {
    if (values < 1) {
      throw new IllegalArgumentException("maxVocabulary: " + values + " (expected: 1 or more)");
    }
    maxVocabulary = values;
    return this;
  }

  /**
   * Returns the encoding learned from rows.
   *
   * @param rows the training rows, closed after the pass
   * @return the encoding
   * @throws MlopsException if there are no rows, or a vocabulary grows beyond its limit; names the
   *     feature
   * @throws IllegalStateException if it was called before
   */
  public InputEncoding from(Supplier<Stream<T>> rows) {
    if (used) {
      throw new IllegalStateException("from was already called: learn each encoding anew.");
    }
    used = true;
    RowBuffer<T> buffer = schema.newBuffer();
    long[] count = {0};
    try (Stream<T> stream = rows.get()) {
      // One buffer: a parallel stream is read by one thread, in order.
      stream
          .sequential()
          .forEach(
              row -> {
                buffer.set(row);
                count[0]++;
                learners.forEach(learner -> learner.see(buffer));
              });
    }
    if (count[0] == 0) {
      throw new MlopsException(
          "An encoding of " + schema.name() + " cannot be learned from 0 rows.");
    }
    return InputEncoding.of(learners.stream().map(Learner::column).toList())
        .withDefinitions(schema);
  }

  private int requireNumber(String feature) {
    Feature<T> found = schema.feature(feature);
    if (!found.isNumber()) {
      throw new IllegalArgumentException(
          "Feature " + found + " is not a number. Use oneHot or ordinal.");
    }
    return schema.indexOf(feature);
  }

  private int requireScalar(String feature) {
    if (schema.feature(feature).kind() == FeatureKind.VECTOR) {
      throw new IllegalArgumentException(
          "Feature " + schema.feature(feature) + " is a vector. Use vector.");
    }
    return schema.indexOf(feature);
  }

  private interface Learner {
    void see(RowBuffer<?> row);

    EncodedColumn column();
  }

  private record Fixed(EncodedColumn column) implements Learner {
    @Override
    public void see(RowBuffer<?> row) {}
  }

  /** Welford's running mean and variance. */
  private static final class Moments implements Learner {
    private final String feature;
    private final int position;
    private long n;
    private double mean;
    private double m2;

    Moments(String feature, int position) {
      this.feature = feature;
      this.position = position;
    }

    @Override
    public void see(RowBuffer<?> row) {
      double value = row.number(position);
      if (Double.isFinite(value)) {
        n++;
        double delta = value - mean;
        mean += delta / n;
        m2 += delta * (value - mean);
      }
    }

    @Override
    public EncodedColumn column() {
      double deviation = n < 2 ? 0 : Math.sqrt(m2 / n);
      return new EncodedColumn.Scaled(feature, mean, deviation > 0 ? deviation : 1, 0f);
    }
  }

  private final class Vocabulary implements Learner {
    private final String feature;
    private final int position;
    private final boolean hot;
    private final boolean number;
    private final Map<String, Boolean> texts = new HashMap<>();
    private final TreeMap<Double, String> numbers = new TreeMap<>();

    Vocabulary(String feature, int position, boolean hot) {
      this.feature = feature;
      this.position = position;
      this.hot = hot;
      this.number = schema.feature(feature).isNumber();
    }

    @Override
    public void see(RowBuffer<?> row) {
      if (number) {
        double value = row.number(position);
        if (Double.isFinite(value) && !numbers.containsKey(value + 0.0)) {
          numbers.put(value + 0.0, RowEncoder.numberName(value));
        }
      } else {
        @Nullable String value = row.text(position);
        if (value != null) {
          texts.putIfAbsent(value, true);
        }
      }
      if (texts.size() > maxVocabulary || numbers.size() > maxVocabulary) {
        throw new MlopsException(
            "Feature "
                + feature
                + " has more than "
                + maxVocabulary
                + " different values. Raise maxVocabulary, or leave it out.");
      }
    }

    @Override
    public EncodedColumn column() {
      List<String> values =
          number ? List.copyOf(numbers.values()) : texts.keySet().stream().sorted().toList();
      if (values.isEmpty()) {
        throw new MlopsException("Feature " + feature + " is missing in every training row.");
      }
      return hot
          ? new EncodedColumn.OneHot(feature, values, unseen)
          : new EncodedColumn.Ordinal(feature, values, unseen);
    }
  }
}
