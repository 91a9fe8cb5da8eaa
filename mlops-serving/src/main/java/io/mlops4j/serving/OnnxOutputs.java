package io.mlops4j.serving;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Text;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All outputs of a graph for one row, by their names in the graph: a label and its probabilities,
 * several scores, an embedding. Immutable.
 *
 * <p>Values are as the model gave them: NaN is not an error here.
 */
public final class OnnxOutputs {
  private final Map<String, Value> values;

  private OnnxOutputs(Map<String, Value> values) {
    this.values = values;
  }

  /** Returns one row of what a run gave. */
  static OnnxOutputs of(Map<String, OutputValues> all, int place) {
    Map<String, Value> values = new LinkedHashMap<>();
    all.forEach((name, output) -> values.put(name, Value.of(output, place)));
    return new OnnxOutputs(values);
  }

  /**
   * Returns what the outputs are called.
   *
   * @return the names in the graph's order
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /**
   * Returns the one number of an output {@code [n]} or {@code [n, 1]}.
   *
   * @param output its name
   * @return the number; of a boolean, 0 or 1
   * @throws IllegalArgumentException if there is no such output, or it is not one number; says what
   *     there is
   */
  public double number(String output) {
    Value value = value(output);
    if (value.texts != null || value.numbers.length != 1) {
      throw new IllegalArgumentException(
          "output '" + output + "' is " + value.describe() + " (expected: one number)");
    }
    return value.numbers[0];
  }

  /**
   * Returns the numbers of an output {@code [n, c]}, in order. Of a map, those of its keys in the
   * keys' order; of a tensor of more dimensions, those of the row one after another.
   *
   * @param output its name
   * @return a copy
   * @throws IllegalArgumentException if there is no such output, or it holds texts
   */
  public double[] numbers(String output) {
    Value value = value(output);
    if (value.texts != null) {
      throw new IllegalArgumentException(
          "output '" + output + "' is " + value.describe() + " (expected: numbers)");
    }
    return value.numbers.clone();
  }

  /**
   * Returns the text of an output of strings, or of an integer its decimal digits: a label.
   *
   * @param output its name
   * @return the label
   * @throws IllegalArgumentException if there is no such output, or it is not one text or integer
   */
  public String label(String output) {
    Value value = value(output);
    if (value.texts != null && value.texts.length == 1) {
      return value.texts[0];
    }
    if (value.integers != null && value.integers.length == 1) {
      return Long.toString(value.integers[0]);
    }
    throw new IllegalArgumentException(
        "output '" + output + "' is " + value.describe() + " (expected: one text or integer)");
  }

  /**
   * Returns the probabilities in an output {@code [n, c]} or a map of classes.
   *
   * @param output its name
   * @return one number per class, as the model gave them; with the classes' names if it is a map
   * @throws IllegalArgumentException if there is no such output, or it has fewer than two columns
   */
  public ClassProbabilities probabilities(String output) {
    Value value = value(output);
    if (value.texts != null || value.numbers.length < 2) {
      throw new IllegalArgumentException(
          "output '" + output + "' is " + value.describe() + " (expected: two or more numbers)");
    }
    return ClassProbabilities.named(value.labels, value.numbers);
  }

  private Value value(String output) {
    Value value = values.get(Objects.requireNonNull(output, "output"));
    if (value == null) {
      throw new IllegalArgumentException(
          "output '" + Text.printable(output, 64) + "' (expected: one of " + values.keySet() + ")");
    }
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OnnxOutputs that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** Returns names and values. */
  @Override
  public String toString() {
    return values.toString();
  }

  /** One output of one row. */
  private static final class Value {
    private final double[] numbers;
    private final long @Nullable [] integers;
    private final String @Nullable [] texts;
    private final List<String> labels;

    private Value(
        double[] numbers,
        long @Nullable [] integers,
        String @Nullable [] texts,
        List<String> labels) {
      this.numbers = numbers;
      this.integers = integers;
      this.texts = texts;
      this.labels = labels;
    }

    static Value of(OutputValues from, int place) {
      int begin = place * from.columns;
      int end = begin + from.columns;
      long[] integers = from.integers;
      String[] texts = from.texts;
      return new Value(
          texts == null ? Arrays.copyOfRange(from.numbers, begin, end) : new double[0],
          integers == null ? null : Arrays.copyOfRange(integers, begin, end),
          texts == null ? null : Arrays.copyOfRange(texts, begin, end),
          from.labels);
    }

    String describe() {
      if (texts != null) {
        return texts.length + (texts.length == 1 ? " text" : " texts");
      }
      String what = integers == null ? " number" : " integer";
      return numbers.length + what + (numbers.length == 1 ? "" : "s");
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Value that
          && Arrays.equals(numbers, that.numbers)
          && Arrays.equals(integers, that.integers)
          && Arrays.equals(texts, that.texts)
          && labels.equals(that.labels);
    }

    @Override
    public int hashCode() {
      return Objects.hash(Arrays.hashCode(numbers), Arrays.hashCode(texts), labels);
    }

    @Override
    public String toString() {
      if (texts != null) {
        return Arrays.toString(texts);
      }
      return integers != null ? Arrays.toString(integers) : Arrays.toString(numbers);
    }
  }
}
