package io.mlops4j.junit.simulation;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong in a simulation. It hits every request from the end of the warm-up on or, if the
 * policy routes units to a candidate, the candidate's requests from the first one on. Immutable and
 * thread-safe.
 *
 * <p>A regression of size zero changes no request, and what is alarmed then is a false alarm.
 *
 * @param <I> one input row
 */
public final class Regression<I> {
  private static final int SAMPLE = 20_000;

  private final String name;
  private final Function<Traffic<I>, Change<I>> preparation;

  /** Makes the request that arrives of the one that would have. */
  interface Change<I> {
    SimulatedRequest<I> of(SimulatedRequest<I> request, RandomGenerator random);
  }

  private Regression(String name, Function<Traffic<I>, Change<I>> preparation) {
    this.name = name;
    this.preparation = preparation;
  }

  /**
   * Returns a regression of a team's own making.
   *
   * @param name for tables
   * @param change makes the request that arrives of the one that would have; must take chance from
   *     its argument only, and may return the same request
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> of(
      String name, BiFunction<SimulatedRequest<I>, RandomGenerator, SimulatedRequest<I>> change) {
    Objects.requireNonNull(change, "change");
    return fixed(requireName(name), change::apply);
  }

  private static <I> Regression<I> fixed(String name, Change<I> change) {
    return new Regression<>(name, traffic -> change);
  }

  /**
   * Returns the regression that changes nothing.
   *
   * @param <I> one input row
   * @return nothing
   */
  public static <I> Regression<I> none() {
    return fixed("nothing", (request, random) -> request);
  }

  /**
   * Returns answers that take longer.
   *
   * @param factor by which, above 0; 1 changes nothing
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> latency(double factor) {
    if (!(factor > 0 && factor <= 1e6)) {
      throw new IllegalArgumentException("factor: " + factor + " (expected: above 0, to 1e6)");
    }
    return fixed(
        "latency x " + (float) factor,
        (request, random) ->
            request.withLatency(
                Duration.ofNanos(Math.round(request.latency().toNanos() * factor))));
  }

  /**
   * Returns requests that end with an exception.
   *
   * @param share how many more than usual, 0 to 1
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> errors(double share) {
    requireShare(share);
    return fixed(
        percent(share) + " errors",
        (request, random) -> random.nextDouble() < share ? request.withFailure() : request);
  }

  /**
   * Returns a model whose AUC is lower: a share of its answers are those to other requests. AUC
   * falls in proportion to that share, to 0.5 if all are.
   *
   * @param points by how much, 0 or more: 0.03 is from 0.75 to 0.72
   * @param <I> one input row
   * @return the regression; running it throws if the traffic's AUC is not above 0.5 by so much
   */
  public static <I> Regression<I> aucDrop(double points) {
    return drop("AUC", points, QualityDrop::auc);
  }

  /**
   * Returns a model whose accuracy (at 0.5) is lower, as {@link #aucDrop} does.
   *
   * @param points by how much, 0 or more: 0.03 is from 0.90 to 0.87
   * @param <I> one input row
   * @return the regression; running it throws if accuracy cannot fall by so much
   */
  public static <I> Regression<I> accuracyDrop(double points) {
    return drop("accuracy", points, QualityDrop::accuracy);
  }

  private static <I> Regression<I> drop(
      String metric, double points, ToDoubleFunction<QualityDrop> of) {
    if (!(points >= 0 && points <= 1)) {
      throw new IllegalArgumentException("points: " + points + " (expected: 0..1)");
    }
    return new Regression<>(
        metric + " lower by " + (float) points,
        traffic -> {
          QualityDrop drop = QualityDrop.in(traffic.sample(SAMPLE, 0));
          double share = drop.shareFor(metric, points, of);
          return (request, random) ->
              random.nextDouble() < share ? request.withAnswer(drop.other(random)) : request;
        });
  }

  /**
   * Returns a model whose errors are larger: the distance of every answer from the truth grows.
   *
   * @param factor by which, 0 or more; 1 changes nothing, 1.03 makes MAE and RMSE 3 % higher
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> largerErrors(double factor) {
    if (!(factor >= 0 && factor <= 1e6)) {
      throw new IllegalArgumentException("factor: " + factor + " (expected: 0 to 1e6)");
    }
    return fixed(
        "errors x " + (float) factor,
        (request, random) ->
            factor == 1 || !Double.isFinite(request.label())
                ? request
                : request.withAnswer(
                    request.label() + factor * (request.answer() - request.label())));
  }

  /**
   * Returns a model that is worthless in one segment: its answers there are those to other
   * requests.
   *
   * @param segment for tables
   * @param member whether a row belongs to it
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> badSegment(String segment, Predicate<? super I> member) {
    Objects.requireNonNull(member, "member");
    return new Regression<>(
        "bad segment " + requireName(segment),
        traffic -> {
          QualityDrop drop = QualityDrop.in(traffic.sample(SAMPLE, 0));
          return (request, random) -> {
            I row = request.row();
            return row != null && member.test(row)
                ? request.withAnswer(drop.other(random))
                : request;
          };
        });
  }

  /**
   * Returns outcomes that get worse whatever is answered: a share of the labels above 0 become 0.
   *
   * @param share 0 to 1; 0.03 makes a rate 3 % lower
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> fewerPositives(double share) {
    requireShare(share);
    return fixed(
        percent(share) + " fewer positives",
        (request, random) ->
            request.label() > 0 && random.nextDouble() < share ? request.withLabel(0) : request);
  }

  /**
   * Returns answers between 0 and 1 that are all too high, or too low.
   *
   * @param logits how much is added to the logarithm of the odds; 0 changes nothing
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> shiftedScores(double logits) {
    if (!(Math.abs(logits) <= 100)) {
      throw new IllegalArgumentException("logits: " + logits + " (expected: -100..100)");
    }
    double factor = StrictMath.exp(logits);
    return fixed(
        "scores shifted by " + (float) logits,
        (request, random) -> {
          double p = request.answer();
          return logits == 0 ? request : request.withAnswer(p * factor / (1 - p + p * factor));
        });
  }

  /**
   * Returns rows of which one number is higher, and answers to those rows. What is true stays.
   *
   * @param feature a numeric feature of a schema that can make rows
   * @param deviations how many standard deviations higher; negative for lower, 0 changes nothing
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> drift(String feature, double deviations) {
    if (!Double.isFinite(deviations)) {
      throw new IllegalArgumentException("deviations: " + deviations + " (expected: finite)");
    }
    return new Regression<>(
        feature + " drifts by " + (float) deviations + " s.d.",
        traffic -> {
          Schema<I> schema = schemaOf(traffic, feature);
          ShiftedNumber<I> shift =
              ShiftedNumber.of(schema, feature, deviations, traffic.sample(SAMPLE, 0));
          return deviations == 0
              ? (request, random) -> request
              : changing(shift::of, traffic.answers());
        });
  }

  /**
   * Returns other rows, and answers to those rows. What is true stays.
   *
   * @param name for tables
   * @param change makes a new row; must not change the one it is given
   * @param <I> one input row
   * @return the regression
   */
  public static <I> Regression<I> drift(String name, UnaryOperator<I> change) {
    Objects.requireNonNull(change, "change");
    return new Regression<>(requireName(name), traffic -> changing(change, traffic.answers()));
  }

  private static <I> Change<I> changing(
      UnaryOperator<I> change, @Nullable ToDoubleFunction<? super I> answers) {
    return (request, random) -> {
      I row = request.row();
      if (row == null) {
        return request;
      }
      I other = change.apply(row);
      if (other.equals(row)) {
        return request;
      }
      SimulatedRequest<I> changed = request.withRow(other);
      return answers == null ? changed : changed.withAnswer(answers.applyAsDouble(other));
    };
  }

  private static <I> Schema<I> schemaOf(Traffic<I> traffic, String feature) {
    Schema<I> schema =
        traffic
            .schema()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "drift of '" + feature + "': the traffic has no rows. Give it a schema."));
    if (schema.feature(feature).kind() != FeatureKind.NUMERIC) {
      throw new IllegalArgumentException(
          "drift of "
              + schema.feature(feature)
              + " (expected: a number). Use drift(name, change).");
    }
    return schema;
  }

  /**
   * Returns this regression and another one at once.
   *
   * @param other what goes wrong as well
   * @return both
   */
  public Regression<I> and(Regression<I> other) {
    return new Regression<>(
        name + ", " + other.name,
        traffic -> {
          Change<I> one = preparation.apply(traffic);
          Change<I> two = other.preparation.apply(traffic);
          return (request, random) -> two.of(one.of(request, random), random);
        });
  }

  /**
   * Returns this regression under another name.
   *
   * @param other for tables
   * @return a copy
   */
  public Regression<I> named(String other) {
    return new Regression<>(requireName(other), preparation);
  }

  /**
   * Returns what it is called in tables.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  Change<I> in(Traffic<I> traffic) {
    return preparation.apply(traffic);
  }

  private static String requireName(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: what tables say)");
    }
    return name;
  }

  private static void requireShare(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0..1)");
    }
  }

  private static String percent(double share) {
    return (float) (100 * share) + " %";
  }

  /** Returns its name. */
  @Override
  public String toString() {
    return name;
  }
}
