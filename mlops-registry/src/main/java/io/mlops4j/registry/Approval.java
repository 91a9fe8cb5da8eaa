package io.mlops4j.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;

/**
 * What somebody added to a passing decision. It never replaces a gate.
 *
 * @param decision the digest of the decision, and with it of candidate, champion, policy, evidence
 * @param role in which role
 * @param by who
 * @param comment what was said, possibly empty
 * @param at when, by the writer's wall clock
 */
public record Approval(String decision, String role, String by, String comment, Instant at) {
  /** Checks for nulls. */
  public Approval {
    Objects.requireNonNull(decision, "decision");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(comment, "comment");
    Objects.requireNonNull(at, "at");
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("decision", decision);
    json.put("role", role);
    json.put("by", by);
    json.put("comment", comment);
    json.put("at", at.toString());
    return Json.canonical(json);
  }

  static Approval fromJson(byte[] bytes, String what) {
    ObjectNode json = Json.parse(bytes, what);
    try {
      return new Approval(
          json.path("decision").asText(),
          json.path("role").asText(),
          json.path("by").asText(),
          json.path("comment").asText(),
          Instant.parse(json.path("at").asText()));
    } catch (DateTimeException e) {
      throw new IntegrityException(what + " is not an approval: " + e.getMessage(), e);
    }
  }
}
