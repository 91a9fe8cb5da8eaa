package io.mlops4j.pipeline;

import io.mlops4j.core.Elements;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What somebody asks to be made up for: the intervals of a schedule that lie within a range. They
 * take the schedule's own slots, so an interval that has had its run has had it.
 *
 * @param trigger a trigger made by {@link Trigger#cron}
 * @param range the time whose intervals are meant; those that end after it are left out
 * @param reprocess what is done about intervals that have had a run
 * @param backwards whether the newest is done first
 * @param parameters values for parameters that steps declare
 * @param reason who asks, and why; part of the lineage
 */
public record BackfillRequest(
    String trigger,
    Interval range,
    Reprocess reprocess,
    boolean backwards,
    SortedMap<String, String> parameters,
    String reason) {
  /** Copies the map. */
  public BackfillRequest {
    Objects.requireNonNull(trigger, "trigger");
    Objects.requireNonNull(range, "range");
    Objects.requireNonNull(reprocess, "reprocess");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(parameters, "parameters");
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /**
   * Returns a request for the intervals that have had no run, oldest first.
   *
   * @param trigger a trigger made by {@link Trigger#cron}
   * @param range the time whose intervals are meant
   * @param reason who asks, and why
   * @return the request
   */
  public static BackfillRequest of(String trigger, Interval range, String reason) {
    return new BackfillRequest(trigger, range, Reprocess.NONE, false, new TreeMap<>(), reason);
  }

  /**
   * Returns a copy that says what is done about intervals that have had a run.
   *
   * @param rule nothing; again if it failed; again
   * @return the copy
   */
  public BackfillRequest withReprocess(Reprocess rule) {
    Objects.requireNonNull(rule, "rule");
    return new BackfillRequest(trigger, range, rule, backwards, parameters, reason);
  }

  /**
   * Returns a copy that does the newest interval first.
   *
   * @return the copy
   */
  public BackfillRequest newestFirst() {
    return new BackfillRequest(trigger, range, reprocess, true, parameters, reason);
  }

  /**
   * Returns a copy with parameters.
   *
   * @param values name to value
   * @return the copy
   */
  public BackfillRequest withParameters(Map<String, String> values) {
    Elements.requireNoNulls("values", values);
    return new BackfillRequest(trigger, range, reprocess, backwards, new TreeMap<>(values), reason);
  }
}
