package io.mlops4j.pipeline;

import io.mlops4j.core.Elements;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What somebody asks a pipeline to do. The same trigger, id and interval are one run, however often
 * and on however many instances they are asked for; {@link #reprocess} says when there is another.
 *
 * @param occasion why: its trigger and id, with the interval, are what makes the run unique
 * @param interval the time the run is about
 * @param parameters values for parameters that steps declare; others keep their values
 * @param reprocess what is done if there was a run already
 * @param fresh whether every step runs again, although its result is known; what differs is
 *     reported
 */
public record RunRequest(
    Occasion occasion,
    Interval interval,
    SortedMap<String, String> parameters,
    Reprocess reprocess,
    boolean fresh) {
  /** Copies the map. */
  public RunRequest {
    Objects.requireNonNull(occasion, "occasion");
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(reprocess, "reprocess");
    Objects.requireNonNull(parameters, "parameters");
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /**
   * Returns a request of something that fired.
   *
   * @param occasion why
   * @param interval the time the run is about
   * @return a request without parameters that is done once
   */
  public static RunRequest of(Occasion occasion, Interval interval) {
    return new RunRequest(occasion, interval, new TreeMap<>(), Reprocess.NONE, false);
  }

  /**
   * Returns a copy with one more parameter.
   *
   * @param name a parameter that a step declares
   * @param value kept as {@link String#valueOf(Object)}
   * @return the copy
   */
  public RunRequest with(String name, Object value) {
    SortedMap<String, String> more = new TreeMap<>(parameters);
    Objects.requireNonNull(name, "name");
    more.put(name, String.valueOf(Objects.requireNonNull(value, "value")));
    return new RunRequest(occasion, interval, more, reprocess, fresh);
  }

  /**
   * Returns a copy with parameters.
   *
   * @param values name to value
   * @return the copy
   */
  public RunRequest withParameters(Map<String, String> values) {
    Elements.requireNoNulls("values", values);
    return new RunRequest(occasion, interval, new TreeMap<>(values), reprocess, fresh);
  }

  /**
   * Returns a copy that says when there is another run.
   *
   * @param rule none, if it failed, or always
   * @return the copy
   */
  public RunRequest withReprocess(Reprocess rule) {
    Objects.requireNonNull(rule, "rule");
    return new RunRequest(occasion, interval, parameters, rule, fresh);
  }

  /**
   * Returns a copy whose run takes nothing from earlier ones.
   *
   * @return the copy
   */
  public RunRequest withFreshSteps() {
    return new RunRequest(occasion, interval, parameters, reprocess, true);
  }

  /** What at most one run goes with. */
  String slot() {
    return occasion.trigger() + "|" + occasion.id() + "|" + (timed() ? interval : "");
  }

  /**
   * Whether the interval belongs to the identity: an event is what it is whenever it is noticed.
   */
  private boolean timed() {
    return switch (occasion.kind()) {
      case SCHEDULE, BACKFILL, MANUAL -> interval.from().isBefore(interval.to());
      default -> false;
    };
  }
}
