package io.mlops4j.delivery;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How a candidate is brought to all users: in which steps, what is watched, and when a step is
 * over. Immutable; the same plan may drive any number of rollouts.
 *
 * <p>The false-rollback budget is the probability of ever rolling back a candidate that is as good
 * as the champion, over the whole rollout, however often one looks: it is shared out evenly over
 * watches and steps, each of which is a sequential test of its own.
 *
 * @param steps shares of the units, ascending, each above 0 and at most 1, at most 32
 * @param watches what is looked at, at most 32; names are unique
 * @param minSamples requests each arm must have had in a step before anything but a rollback is
 *     decided; for watches of outcomes, labels. At least 50
 * @param minDuration how long a step lasts at least
 * @param maxDuration after which a step that does not tell is paused, or rolled back
 * @param whenUndecided what happens then
 * @param falseRollbacks the budget, above 0 and at most 0.2
 */
public record RolloutPlan(
    List<Double> steps,
    List<Watch> watches,
    long minSamples,
    Duration minDuration,
    Duration maxDuration,
    Undecided whenUndecided,
    double falseRollbacks) {
  private static final int MAX_STEPS = 32;
  private static final int MAX_WATCHES = 32;

  /** What happens to a step that has lasted long enough and still does not tell. */
  public enum Undecided {
    /** It stays as it is until a person resumes or aborts it; a rollback stays armed. */
    PAUSE,
    /** The champion answers everything again. */
    ROLL_BACK
  }

  /** Checks the ranges, and that each part fits the others. */
  public RolloutPlan {
    steps = List.copyOf(Objects.requireNonNull(steps, "steps"));
    watches = List.copyOf(Objects.requireNonNull(watches, "watches"));
    Objects.requireNonNull(minDuration, "minDuration");
    Objects.requireNonNull(maxDuration, "maxDuration");
    Objects.requireNonNull(whenUndecided, "whenUndecided");
    requireSteps(steps);
    if (minSamples < 50) {
      throw new IllegalArgumentException("minSamples: " + minSamples + " (expected: 50 or more)");
    }
    if (minDuration.isNegative() || maxDuration.compareTo(minDuration) <= 0) {
      throw new IllegalArgumentException(
          "minDuration: "
              + minDuration
              + ", maxDuration: "
              + maxDuration
              + " (expected: not negative, and the second longer)");
    }
    if (!(falseRollbacks > 0 && falseRollbacks <= 0.2)) {
      throw new IllegalArgumentException(
          "falseRollbacks: " + falseRollbacks + " (expected: above 0, at most 0.2)");
    }
    if (watches.size() > MAX_WATCHES) {
      throw new IllegalArgumentException("watches: " + watches.size() + " (expected: 0..32)");
    }
    Set<String> names = new HashSet<>();
    for (Watch watch : watches) {
      if (!names.add(watch.name())) {
        throw new IllegalArgumentException(
            "watches: '" + watch.name() + "' twice (expected: each name once)");
      }
    }
  }

  static void requireSteps(List<Double> steps) {
    if (steps.isEmpty() || steps.size() > MAX_STEPS) {
      throw new IllegalArgumentException("steps: " + steps.size() + " (expected: 1..32)");
    }
    double before = 0;
    for (double step : steps) {
      if (!(step > before && step <= 1)) {
        throw new IllegalArgumentException(
            "steps: " + steps + " (expected: ascending, each above 0 and at most 1)");
      }
      before = step;
    }
  }

  /**
   * Returns a plan with given steps that watches the error rate (at most a percent more), the p99
   * latency (at most a quarter more) and, once the candidate answers everything, an error rate of
   * at most 5 %. 500 samples and 10 minutes at least, a day at most, then a pause; one false
   * rollback in a hundred rollouts.
   *
   * @param shares ascending, such as {@code 0.05, 0.25, 1}; {@code 1} alone is a blue/green switch
   * @return the plan
   */
  public static RolloutPlan steps(double... shares) {
    return new RolloutPlan(
        Arrays.stream(Objects.requireNonNull(shares, "shares")).boxed().toList(),
        List.of(
            Watch.errorRateNotWorseBy(0.01),
            Watch.errorRateAtMost(0.05),
            Watch.latencyNotSlowerThan(0.99, 1.25)),
        500,
        Duration.ofMinutes(10),
        Duration.ofDays(1),
        Undecided.PAUSE,
        0.01);
  }

  /**
   * Returns a plan of 5 %, 25 % and 100 %, as {@link #steps(double...)}.
   *
   * @return the plan
   */
  public static RolloutPlan withDefaults() {
    return steps(0.05, 0.25, 1);
  }

  /**
   * Returns a copy that looks at exactly these things.
   *
   * @param only what to look at; none is allowed only beside checks
   * @return the copy
   */
  public RolloutPlan watching(Watch... only) {
    return watching(Arrays.asList(Objects.requireNonNull(only, "only")));
  }

  private RolloutPlan watching(List<Watch> only) {
    only.forEach(watch -> Objects.requireNonNull(watch, "watch"));
    return new RolloutPlan(
        steps, only, minSamples, minDuration, maxDuration, whenUndecided, falseRollbacks);
  }

  /**
   * Returns a copy that looks at one more thing.
   *
   * @param watch what to look at; its name is not in the plan yet
   * @return the copy
   */
  public RolloutPlan andWatching(Watch watch) {
    List<Watch> more = new ArrayList<>(watches);
    more.add(watch);
    return watching(more);
  }

  /**
   * Returns a copy with another least number of samples.
   *
   * @param samples per arm, step and watch; at least 50
   * @return the copy
   */
  public RolloutPlan withMinSamples(long samples) {
    return new RolloutPlan(
        steps, watches, samples, minDuration, maxDuration, whenUndecided, falseRollbacks);
  }

  /**
   * Returns a copy with another length of steps.
   *
   * @param least how long a step lasts at least
   * @param most after which it is undecided
   * @return the copy
   */
  public RolloutPlan lasting(Duration least, Duration most) {
    Objects.requireNonNull(least, "least");
    Objects.requireNonNull(most, "most");
    return new RolloutPlan(steps, watches, minSamples, least, most, whenUndecided, falseRollbacks);
  }

  /**
   * Returns a copy that does something else with steps that do not tell.
   *
   * @param then what to do
   * @return the copy
   */
  public RolloutPlan whenUndecided(Undecided then) {
    Objects.requireNonNull(then, "then");
    return new RolloutPlan(
        steps, watches, minSamples, minDuration, maxDuration, then, falseRollbacks);
  }

  /**
   * Returns a copy with another budget of false rollbacks.
   *
   * @param probability over a whole rollout of an equal candidate; above 0 and at most 0.2
   * @return the copy
   */
  public RolloutPlan withFalseRollbacks(double probability) {
    return new RolloutPlan(
        steps, watches, minSamples, minDuration, maxDuration, whenUndecided, probability);
  }

  /**
   * Returns the plan's identity: instances of a fleet count and decide together only if theirs is
   * the same. A loss function enters by its name.
   *
   * @return SHA-256 over everything in it, 64 hexadecimal digits
   */
  public String digest() {
    var json = Json.object();
    var shares = json.putArray("steps");
    steps.forEach(shares::add);
    var looks = json.putArray("watches");
    watches.forEach(watch -> looks.add(watch + " " + watch.question().identity()));
    json.put("minSamples", minSamples);
    json.put("minDuration", minDuration.toString());
    json.put("maxDuration", maxDuration.toString());
    json.put("whenUndecided", whenUndecided.name());
    json.put("falseRollbacks", falseRollbacks);
    return Digests.sha256(Json.canonical(json));
  }

  /** Whether anything looks at labels. */
  boolean labelled() {
    return watches.stream().anyMatch(watch -> watch.question().labelled());
  }

  /** The error probability of one watch in one step. */
  double alpha() {
    long tests = 0;
    for (int step = 0; step < steps.size(); step++) {
      for (Watch watch : watches) {
        tests += asks(watch, step) ? 1 : 0;
      }
    }
    return falseRollbacks / Math.max(1, tests);
  }

  /** Whether a watch has anything to compare in a step. */
  boolean asks(Watch watch, int step) {
    return steps.get(step) < 1 || !watch.question().comparative();
  }
}
