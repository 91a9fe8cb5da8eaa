package io.mlops4j.pipeline.batch;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which columns an answer becomes. Immutable.
 *
 * @param <O> one answer
 */
public final class AnswerColumns<O> {
  private static final int MAX_NAME = 128;

  private final List<String> names;
  private final Function<? super O, ? extends List<?>> values;

  private AnswerColumns(List<String> names, Function<? super O, ? extends List<?>> values) {
    this.names = Elements.list("names", names);
    this.values = Objects.requireNonNull(values, "values");
    if (this.names.isEmpty()) {
      throw new IllegalArgumentException("columns: none (expected: at least one)");
    }
    requireNames(this.names);
  }

  static void requireNames(List<String> names) {
    if (new HashSet<>(names).size() != names.size()) {
      throw new IllegalArgumentException("columns: " + names + " (expected: no name twice)");
    }
    for (String name : names) {
      if (name.isBlank() || !name.equals(Text.printable(name, MAX_NAME))) {
        throw new IllegalArgumentException(
            "column: \""
                + Text.printable(name, MAX_NAME)
                + "\" (expected: 1 to 128 printable characters)");
      }
    }
  }

  /**
   * Returns one column of numbers.
   *
   * @param column its name
   * @return for models that answer a number; NaN and infinities make the row a bad one
   */
  public static AnswerColumns<Double> score(String column) {
    return new AnswerColumns<>(List.of(Objects.requireNonNull(column, "column")), List::of);
  }

  /**
   * Returns one column per class with its probability, and one with the most probable class.
   *
   * @param classColumn the name of the latter
   * @param labels the classes, in the model's order; also the names of their columns
   * @return for classifiers of several classes
   */
  public static AnswerColumns<ClassProbabilities> probabilities(
      String classColumn, String... labels) {
    List<String> names = new ArrayList<>();
    if (Objects.requireNonNull(labels, "labels").length == 0) {
      throw new IllegalArgumentException("labels: none (expected: one per class)");
    }
    for (String label : labels) {
      names.add(Objects.requireNonNull(label, "labels"));
    }
    names.add(Objects.requireNonNull(classColumn, "classColumn"));
    return new AnswerColumns<>(
        names,
        answer -> {
          List<Object> cells = new ArrayList<>();
          for (int i = 0; i < labels.length; i++) {
            cells.add(answer.of(i));
          }
          cells.add(labels[answer.best()]);
          return cells;
        });
  }

  /**
   * Returns columns made by a function.
   *
   * @param names what they are called
   * @param values one per name: a number, a text, a boolean, null; {@code float[]} in JSON lines
   *     only. A pure function
   * @param <O> one answer
   * @return the columns
   */
  public static <O> AnswerColumns<O> of(
      List<String> names, Function<? super O, ? extends List<?>> values) {
    return new AnswerColumns<>(names, values);
  }

  /**
   * Returns what the columns are called.
   *
   * @return in order
   */
  public List<String> names() {
    return names;
  }

  /** Writes the cells of an answer, or says why they cannot be. */
  @Nullable String write(O answer, @Nullable Object[] to, int from) {
    List<?> cells = values.apply(answer);
    if (cells.size() != names.size()) {
      return "the answer makes " + cells.size() + " cells for " + names.size() + " columns";
    }
    for (int i = 0; i < names.size(); i++) {
      Object cell = cells.get(i);
      if ((cell instanceof Double || cell instanceof Float)
          && !Double.isFinite(((Number) cell).doubleValue())) {
        return "the model answered what is not a finite number (" + cell + ")";
      }
      to[from + i] = cell;
    }
    return null;
  }
}
