package io.mlops4j.delivery.shadow;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Which fields of two answers are compared, and how. Immutable: each method returns a new
 * comparison. Functions are called on the mirror's thread; one that throws makes the field
 * incomparable in that row, which counts as a disagreement.
 *
 * @param <O> one answer
 */
public final class Comparison<O> {
  private final List<AnswerField<O>> fields;

  private Comparison(List<AnswerField<O>> fields) {
    this.fields = List.copyOf(fields);
  }

  /**
   * Returns the comparison of answers that are one probability, decided at 0.5.
   *
   * @param within how far two probabilities may be apart
   * @return one field, {@code probability}
   */
  public static Comparison<Double> probability(Tolerance within) {
    return Comparison.<Double>ofFields().probability("probability", p -> p, 0.5, within);
  }

  /**
   * Returns the comparison of answers that are one number.
   *
   * @param within how far two numbers may be apart
   * @return one field, {@code value}
   */
  public static Comparison<Double> number(Tolerance within) {
    return Comparison.<Double>ofFields().number("value", x -> x, within);
  }

  /**
   * Returns the comparison of answers that are probabilities of classes.
   *
   * @param within how far the probabilities of one class may be apart
   * @return one field, {@code class}
   */
  public static Comparison<ClassProbabilities> classes(Tolerance within) {
    return Comparison.<ClassProbabilities>ofFields().classes("class", c -> c, within);
  }

  /**
   * Returns the comparison of answers that are vectors.
   *
   * @param within how far two elements may be apart; relative to the largest element
   * @return one field, {@code vector}
   */
  public static Comparison<float[]> vector(Tolerance within) {
    return Comparison.<float[]>ofFields().vector("vector", v -> v, within);
  }

  /**
   * Returns a comparison without fields, to add those of a record to.
   *
   * @param <O> one answer
   * @return no fields yet
   */
  public static <O> Comparison<O> ofFields() {
    return new Comparison<>(List.of());
  }

  /**
   * Adds a number: differences, ranks and the distribution are compared.
   *
   * @param name of the field
   * @param of reads it; NaN in one of the two answers is a disagreement
   * @param within how far two may be apart
   * @return a longer comparison
   */
  public Comparison<O> number(String name, ToDoubleFunction<? super O> of, Tolerance within) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
    Objects.requireNonNull(within, "within");
    return with(AnswerField.number(name, of, within));
  }

  /**
   * Adds a probability: also compared by what is decided with it.
   *
   * @param name of the field
   * @param of reads it
   * @param threshold positive from here on
   * @param within how far two may be apart
   * @return a longer comparison
   */
  public Comparison<O> probability(
      String name, ToDoubleFunction<? super O> of, double threshold, Tolerance within) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: 0..1)");
    }
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
    Objects.requireNonNull(within, "within");
    return with(AnswerField.probability(name, of, threshold, within));
  }

  /**
   * Adds probabilities of classes, compared by their largest difference and the most probable
   * class. Answers with other classes are a disagreement.
   *
   * @param name of the field
   * @param of reads it
   * @param within how far the probabilities of one class may be apart
   * @return a longer comparison
   */
  public Comparison<O> classes(
      String name, Function<? super O, ClassProbabilities> of, Tolerance within) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
    Objects.requireNonNull(within, "within");
    return with(AnswerField.classes(name, of, within));
  }

  /**
   * Adds a category, such as a decision.
   *
   * @param name of the field
   * @param of reads it
   * @param known at most 64 values that are counted one by one, for {@code psi}; others are counted
   *     together. None: only whether the two differ
   * @return a longer comparison
   */
  public Comparison<O> category(String name, Function<? super O, String> of, String... known) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
    Objects.requireNonNull(known, "known");
    if (known.length > AnswerField.MOST_CLASSES) {
      throw new IllegalArgumentException(
          "known: " + known.length + " (expected: at most " + AnswerField.MOST_CLASSES + ")");
    }
    for (String value : known) {
      Objects.requireNonNull(value, "value");
    }
    return with(AnswerField.category(name, of, List.of(known)));
  }

  /**
   * Adds a vector, compared by the largest difference of two elements.
   *
   * @param name of the field
   * @param of reads it; two lengths are a disagreement
   * @param within how far two elements may be apart; relative to the largest element
   * @return a longer comparison
   */
  public Comparison<O> vector(String name, Function<? super O, float[]> of, Tolerance within) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
    Objects.requireNonNull(within, "within");
    return with(AnswerField.vector(name, of, within));
  }

  /**
   * Adds anything that has a distance, such as two lists of recommendations.
   *
   * @param name of the field
   * @param distance of the live answer and the candidate's, at least 0
   * @param most how far they may be apart, at least 0
   * @return a longer comparison
   */
  public Comparison<O> distance(
      String name, ToDoubleBiFunction<? super O, ? super O> distance, double most) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(distance, "distance");
    if (!(most >= 0 && most < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("most: " + most + " (expected: 0 or more, finite)");
    }
    return with(AnswerField.distance(name, distance, most));
  }

  private Comparison<O> with(AnswerField<O> field) {
    String name = field.name();
    if (name.isBlank() || !Text.printable(name, 64).equals(name)) {
      throw new IllegalArgumentException(
          "field: '" + Text.printable(name, 64) + "' (expected: 1 to 64 printable characters)");
    }
    if (fields.stream().anyMatch(f -> f.name().equals(name))) {
      throw new IllegalArgumentException("field '" + name + "' is compared already");
    }
    List<AnswerField<O>> more = new ArrayList<>(fields);
    more.add(field);
    return new Comparison<>(more);
  }

  List<AnswerField<O>> fields() {
    return fields;
  }

  /** Returns what of it can be told apart: counts of different comparisons never add up. */
  String fingerprint(List<String> segments) {
    StringBuilder text = new StringBuilder();
    for (AnswerField<O> field : fields) {
      text.append(field.name()).append('\n').append(field.kind()).append(field.tolerance());
      text.append(field.definition()).append('\n');
    }
    segments.forEach(segment -> text.append("segment ").append(segment).append('\n'));
    return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
