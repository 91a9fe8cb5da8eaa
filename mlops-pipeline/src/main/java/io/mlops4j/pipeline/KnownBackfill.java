package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;

/** A backfill somebody asked for, until all its intervals have had their turn. */
record KnownBackfill(
    String id,
    String trigger,
    Interval range,
    Reprocess reprocess,
    boolean backwards,
    SortedMap<String, String> parameters,
    String reason,
    Instant at) {

  static KnownBackfill of(String id, BackfillRequest request, Instant at) {
    return new KnownBackfill(
        id,
        request.trigger(),
        request.range(),
        request.reprocess(),
        request.backwards(),
        request.parameters(),
        request.reason(),
        at);
  }

  /** Whether it is what is asked for once more, for example after a crash. */
  boolean sameAs(BackfillRequest request) {
    return equals(of(id, request, at));
  }

  static KnownBackfill read(ObjectNode event) {
    return new KnownBackfill(
        Fields.text(event, "backfill"),
        Fields.text(event, "trigger"),
        Fields.interval(event, "range"),
        Fields.constant(Reprocess.class, event, "reprocess"),
        Fields.flag(event, "backwards"),
        Fields.texts(event, "parameters"),
        Fields.text(event, "reason"),
        Fields.instant(event, "at"));
  }

  ObjectNode write() {
    ObjectNode event = Fields.event("backfill", at).put("backfill", id).put("trigger", trigger);
    Fields.put(event, "range", range);
    event.put("reprocess", reprocess.name()).put("backwards", backwards).put("reason", reason);
    Fields.put(event, "parameters", parameters);
    return event;
  }

  /** What is asked for one interval. It takes the schedule's own slot. */
  RunRequest request(Interval interval, Instant now) {
    Occasion occasion =
        new Occasion(trigger, Occasion.Kind.BACKFILL, interval.toString(), now, reason);
    return RunRequest.of(occasion, interval)
        .withReprocess(reprocess)
        .withParameters(Map.copyOf(parameters));
  }
}
