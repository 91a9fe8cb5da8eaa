package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** A run as the pipeline's log knows it. */
record KnownRun(
    String id, long number, RunRequest request, String pipeline, String backfill, Instant at) {

  static KnownRun read(ObjectNode event, long number) {
    RunRequest request =
        new RunRequest(
            Fields.occasion(event),
            Fields.interval(event, "interval"),
            Fields.texts(event, "parameters"),
            Fields.constant(Reprocess.class, event, "reprocess"),
            Fields.flag(event, "fresh"));
    return new KnownRun(
        Fields.text(event, "run"),
        number,
        request,
        Fields.text(event, "pipeline"),
        Fields.text(event, "backfill", ""),
        Fields.instant(event, "at"));
  }

  ObjectNode write() {
    ObjectNode event = Fields.event("run", at).put("run", id).put("pipeline", pipeline);
    Fields.put(event, request.occasion());
    Fields.put(event, "interval", request.interval());
    Fields.put(event, "parameters", request.parameters());
    event.put("reprocess", request.reprocess().name()).put("fresh", request.fresh());
    if (!backfill.isEmpty()) {
      event.put("backfill", backfill);
    }
    return event;
  }
}
