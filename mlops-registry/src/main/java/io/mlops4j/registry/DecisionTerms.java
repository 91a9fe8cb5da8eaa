package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a decision needs and how long it holds: part of the policy, so fixed before anything is
 * decided, and written into each decision.
 *
 * @param validFor how long somebody may act on it; above 0
 * @param approvals whose approvals a promotion needs; possibly none
 * @param registrantMayApprove whether who registered the version may approve its promotion
 * @param overrideAllowed whether two people together may promote whatever the gates say
 */
public record DecisionTerms(
    Duration validFor,
    List<ApprovalRule> approvals,
    boolean registrantMayApprove,
    boolean overrideAllowed) {

  /** Clocks of two machines may be this far apart; a decision from further ahead is refused. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  /** Copies the rules and checks that each role occurs once. */
  public DecisionTerms {
    Objects.requireNonNull(approvals, "approvals");
    approvals = Elements.list("approvals", approvals);
    if (validFor.isZero() || validFor.isNegative()) {
      throw new IllegalArgumentException("validFor: " + validFor + " (expected: above 0)");
    }
    if (approvals.stream().map(ApprovalRule::role).distinct().count() < approvals.size()) {
      throw new IllegalArgumentException("approvals: " + approvals + " (expected: each role once)");
    }
  }

  /**
   * Returns the usual: 7 days, no approvals, no overrides.
   *
   * @return the defaults
   */
  public static DecisionTerms withDefaults() {
    return new DecisionTerms(Duration.ofDays(7), List.of(), false, false);
  }

  DecisionTerms withValidFor(Duration time) {
    return new DecisionTerms(time, approvals, registrantMayApprove, overrideAllowed);
  }

  DecisionTerms withApproval(ApprovalRule rule) {
    List<ApprovalRule> more = new ArrayList<>(approvals);
    more.add(rule);
    return new DecisionTerms(validFor, more, registrantMayApprove, overrideAllowed);
  }

  DecisionTerms withRegistrantMayApprove() {
    return new DecisionTerms(validFor, approvals, true, overrideAllowed);
  }

  DecisionTerms withOverrideAllowed() {
    return new DecisionTerms(validFor, approvals, registrantMayApprove, true);
  }

  /** Why nobody may act on a decision now, or empty. */
  Optional<String> expired(Instant decidedAt, Instant now) {
    Instant end = end(decidedAt);
    if (!now.isBefore(end)) {
      return Optional.of("it was valid until " + end + " and now is " + now);
    }
    return now.isBefore(decidedAt.minus(SKEW))
        ? Optional.of(
            "it was made at " + decidedAt + " and the clock here says " + now + ", which is before")
        : Optional.empty();
  }

  /** The first instant at which it does not hold. */
  Instant end(Instant decidedAt) {
    try {
      return decidedAt.plus(validFor);
    } catch (ArithmeticException | DateTimeException e) {
      return Instant.MAX;
    }
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("validFor", validFor.toString());
    ArrayNode array = json.putArray("approvals");
    approvals.forEach(
        rule -> array.addObject().put("role", rule.role()).put("count", rule.count()));
    json.put("registrantMayApprove", registrantMayApprove);
    json.put("overrideAllowed", overrideAllowed);
    return json;
  }

  /** Of a decision that has none, the usual ones. */
  static DecisionTerms fromJson(JsonNode json) {
    if (!json.isObject()) {
      return withDefaults();
    }
    List<ApprovalRule> rules = new ArrayList<>();
    json.path("approvals")
        .forEach(
            rule ->
                rules.add(
                    new ApprovalRule(rule.path("role").asText(), rule.path("count").asInt())));
    return new DecisionTerms(
        Duration.parse(json.path("validFor").asText()),
        rules,
        json.path("registrantMayApprove").asBoolean(),
        json.path("overrideAllowed").asBoolean());
  }
}
