package io.mlops4j.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Rollout} works with. Every value may be set once; not thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class RolloutBuilder<I, O> {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration RAREST = Duration.ofDays(365);
  private static final int MAX_NAME = 128;
  private static final int PENDING = 100_000;

  final String model;
  final Destination<I, O> destination;
  final RolloutPlan plan;
  final Map<String, Segment<I, O>> segments = new LinkedHashMap<>();

  /** Each with whether the rollout waits for it. */
  final Map<Check, Boolean> checks = new LinkedHashMap<>();

  @Nullable ObjectStore store;
  @Nullable Time time;
  @Nullable Duration interval;
  @Nullable String actor;
  @Nullable MeterRegistry meters;
  @Nullable ToDoubleFunction<? super O> score;
  @Nullable Integer pending;

  RolloutBuilder(String model, Destination<I, O> destination, RolloutPlan plan) {
    this.model = Objects.requireNonNull(model, "model");
    this.destination = destination;
    this.plan = Objects.requireNonNull(plan, "plan");
  }

  /**
   * Says where the log, the fleet's counts and the answers that wait for labels are. Without it
   * they live in this process's memory and end with it. The registry's store is the usual one. Ids
   * and keys of answers and labels are in it until the rollout is over.
   *
   * @param where the store
   * @return this
   */
  public RolloutBuilder<I, O> store(ObjectStore where) {
    store = once("store", store, where);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public RolloutBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Says how often to look. The default is 10 seconds.
   *
   * @param often positive, at most 365 days
   * @return this
   */
  public RolloutBuilder<I, O> every(Duration often) {
    Objects.requireNonNull(often, "every");
    if (often.isZero() || often.isNegative() || often.compareTo(RAREST) > 0) {
      throw new IllegalArgumentException(
          "every: " + often + " (expected: positive, at most 365 days)");
    }
    interval = once("every", interval, often);
    return this;
  }

  /**
   * Says who is written into the log as the author of what is decided here. The default is {@code
   * rollout}.
   *
   * @param name one line of 1 to 128 characters
   * @return this
   */
  public RolloutBuilder<I, O> actor(String name) {
    actor = once("actor", actor, requireLine("actor", name));
    return this;
  }

  /**
   * Publishes meters, tagged with the model's name only, until the rollout is closed.
   *
   * @param registry where to
   * @return this
   */
  public RolloutBuilder<I, O> meters(MeterRegistry registry) {
    meters = once("meters", meters, registry);
    return this;
  }

  /**
   * Says what number an answer is. The default takes answers that are numbers as they are; other
   * answers have none then, and watches of scores and outcomes no data. An answer whose number is
   * NaN or infinite, or that makes it throw, counts as an error.
   *
   * @param of from an answer to a number; pure
   * @return this
   */
  public RolloutBuilder<I, O> scoreBy(ToDoubleFunction<? super O> of) {
    score = once("scoreBy", score, of);
    return this;
  }

  /**
   * Names a segment for {@link Watch#inSegment}. It is one of answers, so not for error rates: see
   * {@link #segmentOfRows}.
   *
   * @param name as the watch calls it
   * @param rows which predictions are in it; quick and pure. One that throws says that the answer
   *     is not in
   * @return this
   */
  public RolloutBuilder<I, O> segment(String name, Predicate<? super Prediction<I, O>> rows) {
    return segment(name, Segment.ofAnswers(Objects.requireNonNull(rows, "rows")));
  }

  /**
   * Names a segment for {@link Watch#inSegment} by the features alone, so that requests without an
   * answer are in it, too. Not asked where there is no row: such a request is in no segment.
   *
   * @param name as the watch calls it
   * @param rows which rows are in it; quick and pure. One that throws says that the row is not in
   * @return this
   */
  public RolloutBuilder<I, O> segmentOfRows(String name, Predicate<? super EncodedRow<?>> rows) {
    return segment(name, Segment.ofRows(Objects.requireNonNull(rows, "rows")));
  }

  private RolloutBuilder<I, O> segment(String name, Segment<I, O> segment) {
    requireLine("name", name);
    if (segments.putIfAbsent(name, segment) != null) {
      throw new IllegalStateException("segment '" + name + "' is set already");
    }
    return this;
  }

  /**
   * Adds a check from outside, such as drift, quality or an experiment's: a failure rolls back, and
   * the rollout goes on only while it passes. One without data, or that throws, does neither.
   *
   * @param evidence asked at every look, and about the candidate
   * @return this
   */
  public RolloutBuilder<I, O> check(Check evidence) {
    return check(evidence, true);
  }

  /**
   * Adds a check from outside that rolls back when it fails and is not waited for.
   *
   * @param evidence asked at every look, and about the candidate
   * @return this
   */
  public RolloutBuilder<I, O> guard(Check evidence) {
    return check(evidence, false);
  }

  private RolloutBuilder<I, O> check(Check evidence, boolean required) {
    if (checks.putIfAbsent(Objects.requireNonNull(evidence, "evidence"), required) != null) {
      throw new IllegalStateException("check '" + evidence.name() + "' is added already");
    }
    return this;
  }

  /**
   * Says how many answers wait for their labels in an instance at most; the oldest is given up and
   * counted. The default is 100,000.
   *
   * @param most 1 or more
   * @return this
   */
  public RolloutBuilder<I, O> pendingLabels(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("pendingLabels: " + most + " (expected: 1 or more)");
    }
    pending = once("pendingLabels", pending, most);
    return this;
  }

  /**
   * Returns the rollout, at what the store says, and looks for the first time.
   *
   * @return the rollout; the caller closes it
   * @throws IllegalArgumentException if a watch names a segment that is neither given nor {@code
   *     feature=value}, an error rate one of answers, or nothing in the plan can ever roll back
   */
  public Rollout<I, O> build() {
    boolean blind =
        checks.isEmpty()
            && plan.watches().stream()
                .noneMatch(watch -> plan.steps().get(0) < 1 || !watch.question().comparative());
    if (blind) {
      throw new IllegalArgumentException(
          "plan: nothing can roll back (watches="
              + plan.watches()
              + ", steps="
              + plan.steps()
              + "). Add a watch, a check, or a step below 1: at a step of 1 there is no champion"
              + " to compare with.");
    }
    return LiveRollout.open(this);
  }

  Time effectiveTime() {
    return time == null ? Time.system() : time;
  }

  Duration effectiveInterval() {
    return interval == null ? INTERVAL : interval;
  }

  String effectiveActor() {
    return actor == null ? "rollout" : actor;
  }

  int effectivePending() {
    return pending == null ? PENDING : pending;
  }

  private static String requireLine(String what, String text) {
    Objects.requireNonNull(text, what);
    if (text.isBlank() || !Text.printable(text, MAX_NAME).equals(text)) {
      throw new IllegalArgumentException(
          what
              + ": \""
              + Text.printable(text, MAX_NAME)
              + "\" (expected: one line of 1 to 128 printable characters)");
    }
    return text;
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
