package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.delivery.RolloutEvent;
import io.mlops4j.delivery.RolloutLog;
import io.mlops4j.delivery.RolloutStatus;

/** A rollout as it is answered. */
final class RolloutAnswer {
  private RolloutAnswer() {}

  static String actor(Target target) {
    return target.actor == null ? "" : target.actor;
  }

  static ExitCode code(RolloutStatus status) {
    return switch (status.phase()) {
      case NONE -> status.requested().isPresent() ? ExitCode.INCONCLUSIVE : ExitCode.NOT_FOUND;
      case RUNNING, PAUSED, AWAITING_APPROVAL -> ExitCode.INCONCLUSIVE;
      case PROMOTED -> ExitCode.PASSED;
      case ROLLED_BACK -> ExitCode.FAILED;
      case ABORTED -> ExitCode.REFUSED;
    };
  }

  static ObjectNode json(RolloutLog log) {
    RolloutStatus status = log.status();
    ObjectNode json = Json.object();
    json.put("phase", Decisions.word(status.phase()));
    json.put("sentence", status.sentence());
    status.candidate().ifPresent(candidate -> json.put("candidate", candidate.toString()));
    status.champion().ifPresent(champion -> json.put("champion", champion.toString()));
    status.requested().ifPresent(next -> json.put("requested", next.toString()));
    json.put("step", status.step() + 1);
    json.put("share", status.share());
    ArrayNode steps = json.putArray("steps");
    status.steps().forEach(steps::add);
    ArrayNode events = json.putArray("events");
    for (RolloutEvent event : log.events()) {
      ObjectNode entry = events.addObject();
      entry.put("sequence", event.sequence());
      entry.put("kind", Decisions.word(event.kind()));
      entry.put("candidate", event.candidate().toString());
      entry.put("step", event.step() + 1);
      entry.put("reason", event.reason());
      entry.put("by", event.by());
      entry.put("at", event.at().toString());
    }
    return json;
  }
}
