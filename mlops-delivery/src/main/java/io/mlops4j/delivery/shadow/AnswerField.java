package io.mlops4j.delivery.shadow;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One field of an answer and how it is compared. */
record AnswerField<O>(
    String name,
    Kind kind,
    Tolerance tolerance,
    String definition,
    int classes,
    Comparer<O> comparer) {

  /** What the field holds. */
  enum Kind {
    NUMBER,
    PROBABILITY,
    CLASSES,
    CATEGORY,
    VECTOR,
    DISTANCE;

    /** Returns which cells its scores are counted in; null if it has none. */
    @Nullable ScoreCells cells() {
      return switch (this) {
        case NUMBER -> ScoreCells.NUMBERS;
        case PROBABILITY -> ScoreCells.PROBABILITIES;
        case CLASSES, CATEGORY, VECTOR, DISTANCE -> null;
      };
    }
  }

  /** Looks at both answers. */
  interface Comparer<O> {
    Observation compare(O live, O candidate);
  }

  /** Most classes that are told apart in counts; the others share one place. */
  static final int MOST_CLASSES = 64;

  private static final int MAX_LENGTH = 64;

  Observation compare(O live, O candidate) {
    try {
      return comparer.compare(live, candidate);
    } catch (RuntimeException e) {
      // A user's function that cannot compare is no agreement; its message may hold anything.
      return Observation.incomparable("(not read)", "(not read)");
    }
  }

  /** Returns whether decisions are compared. */
  boolean decides() {
    return kind == Kind.PROBABILITY || kind == Kind.CLASSES || kind == Kind.CATEGORY;
  }

  static <O> AnswerField<O> number(String name, ToDoubleFunction<? super O> of, Tolerance within) {
    return new AnswerField<>(
        name,
        Kind.NUMBER,
        within,
        "",
        0,
        (live, candidate) ->
            numbers(of.applyAsDouble(live), of.applyAsDouble(candidate), within, Double.NaN));
  }

  static <O> AnswerField<O> probability(
      String name, ToDoubleFunction<? super O> of, double threshold, Tolerance within) {
    return new AnswerField<>(
        name,
        Kind.PROBABILITY,
        within,
        String.valueOf(threshold),
        2,
        (live, candidate) ->
            numbers(of.applyAsDouble(live), of.applyAsDouble(candidate), within, threshold));
  }

  private static Observation numbers(double a, double b, Tolerance within, double threshold) {
    String live = Sentences.shown(a);
    String candidate = Sentences.shown(b);
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Double.isNaN(a) && Double.isNaN(b)
          ? new Observation(true, 0, 0, Double.NaN, Double.NaN, -1, -1, false, live, candidate)
          : Observation.incomparable(live, candidate);
    }
    double difference = a == b ? 0 : Math.abs(a - b);
    boolean decides = !Double.isNaN(threshold);
    int first = decides ? (a >= threshold ? 1 : 0) : -1;
    int second = decides ? (b >= threshold ? 1 : 0) : -1;
    return new Observation(
        true, difference, within.allowed(a), a, b, first, second, first != second, live, candidate);
  }

  static <O> AnswerField<O> classes(
      String name, Function<? super O, ClassProbabilities> of, Tolerance within) {
    return new AnswerField<>(
        name,
        Kind.CLASSES,
        within,
        "",
        MOST_CLASSES + 1,
        (live, candidate) -> classes(of.apply(live), of.apply(candidate), within));
  }

  private static Observation classes(
      ClassProbabilities live, ClassProbabilities candidate, Tolerance within) {
    String first = best(live);
    String second = best(candidate);
    if (live.size() != candidate.size() || !live.labels().equals(candidate.labels())) {
      return Observation.incomparable(first, second);
    }
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < live.size(); i++) {
      difference = Math.max(difference, Math.abs(live.of(i) - candidate.of(i)));
      largest = Math.max(largest, Math.abs(live.of(i)));
    }
    if (Double.isNaN(difference)) {
      return Observation.incomparable(first, second);
    }
    return new Observation(
        true,
        difference,
        within.allowed(largest),
        Double.NaN,
        Double.NaN,
        Math.min(MOST_CLASSES, live.best()),
        Math.min(MOST_CLASSES, candidate.best()),
        live.best() != candidate.best(),
        first,
        second);
  }

  private static String best(ClassProbabilities answer) {
    int best = answer.best();
    String label = answer.labels().isEmpty() ? "class " + best : answer.labels().get(best);
    return Text.printable(label, MAX_LENGTH) + " " + Sentences.shown(answer.of(best));
  }

  static <O> AnswerField<O> category(
      String name, Function<? super O, String> of, List<String> known) {
    return new AnswerField<>(
        name,
        Kind.CATEGORY,
        Tolerance.absolute(0),
        known.toString(),
        known.isEmpty() ? 0 : known.size() + 1,
        (live, candidate) -> categories(of.apply(live), of.apply(candidate), known));
  }

  private static Observation categories(String live, String candidate, List<String> known) {
    return new Observation(
        true,
        0,
        0,
        Double.NaN,
        Double.NaN,
        place(known, live),
        place(known, candidate),
        !live.equals(candidate),
        Text.printable(live, MAX_LENGTH),
        Text.printable(candidate, MAX_LENGTH));
  }

  private static int place(List<String> known, String value) {
    int at = known.indexOf(value);
    return known.isEmpty() ? -1 : at < 0 ? known.size() : at;
  }

  static <O> AnswerField<O> vector(String name, Function<? super O, float[]> of, Tolerance within) {
    return new AnswerField<>(
        name,
        Kind.VECTOR,
        within,
        "",
        0,
        (live, candidate) -> vectors(of.apply(live), of.apply(candidate), within));
  }

  private static Observation vectors(float[] live, float[] candidate, Tolerance within) {
    String first = "float[" + live.length + "]";
    String second = "float[" + candidate.length + "]";
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < Math.min(live.length, candidate.length); i++) {
      difference = Math.max(difference, Math.abs((double) live[i] - candidate[i]));
      largest = Math.max(largest, Math.abs(live[i]));
    }
    return live.length != candidate.length || Double.isNaN(difference)
        ? Observation.incomparable(first, second)
        : apart(difference, within.allowed(largest), first, second);
  }

  static <O> AnswerField<O> distance(
      String name, ToDoubleBiFunction<? super O, ? super O> distance, double most) {
    return new AnswerField<>(
        name,
        Kind.DISTANCE,
        Tolerance.absolute(most),
        "",
        0,
        (live, candidate) -> {
          double apart = distance.applyAsDouble(live, candidate);
          return apart >= 0
              ? apart(apart, most, "", "")
              : Observation.incomparable("(no distance)", "(no distance)");
        });
  }

  private static Observation apart(double distance, double most, String live, String candidate) {
    return new Observation(
        true, distance, most, Double.NaN, Double.NaN, -1, -1, false, live, candidate);
  }
}
