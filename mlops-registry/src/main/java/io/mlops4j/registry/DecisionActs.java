package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import io.mlops4j.registry.HistoryEntry.Kind;
import io.mlops4j.registry.ModelLog.Draft;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with a stored decision: approve it, act on it, override it. Each is appended
 * only if the decision still binds: in time, the same champion, no newer evidence about either.
 */
final class DecisionActs {
  private final ModelLog log;
  private final DecisionStore decisions;
  private final ModelRegistry registry;

  DecisionActs(ModelLog log, DecisionStore decisions, ModelRegistry registry) {
    this.log = log;
    this.decisions = decisions;
    this.registry = registry;
  }

  DecisionStore decisions() {
    return decisions;
  }

  static String reason(GateDecision decision) {
    return decision.policyName() + ": " + decision.verdict();
  }

  /** Why nobody may act on a decision now, or empty. */
  Optional<String> whyStale(GateDecision decision) {
    return log.read(state -> whyStale(state, decision));
  }

  private Optional<String> whyStale(ModelState state, GateDecision decision) {
    Optional<String> expired =
        decision.terms().expired(decision.decidedAt(), registry.options().time().now());
    if (expired.isPresent()) {
      return expired;
    }
    VersionState candidate = state.version(decision.candidate().number());
    VersionState bar = state.bar();
    OptionalInt decided =
        decision.champion().map(c -> OptionalInt.of(c.number())).orElse(OptionalInt.empty());
    if (!decided.equals(bar == null ? OptionalInt.empty() : OptionalInt.of(bar.number()))) {
      return Optional.of("the champion changed since it was decided");
    }
    long at = candidate.decidedAt(decision.digest());
    if (at == 0) {
      return Optional.of("somebody acted on it already");
    }
    return candidate.lastEvidence() > at || (bar != null && bar.lastEvidence() > at)
        ? Optional.of("evidence came since it was decided")
        : Optional.empty();
  }

  private void requireBinding(ModelState state, GateDecision decision) {
    Optional<String> why = whyStale(state, decision);
    if (why.isPresent()) {
      throw new StaleDecisionException(
          "Decision "
              + decision.digest().substring(0, 12)
              + " about "
              + decision.candidate()
              + " does not hold: "
              + why.get()
              + ". Decide again.");
    }
  }

  /** Throws unless the log has stored this decision as one that passed. */
  private GateDecision passing(GateDecision given) {
    GateDecision decision = decisions.logged(given.digest());
    if (decision.verdict() != GateResult.Verdict.PASS) {
      throw new MlopsException(
          "Decision "
              + given.digest().substring(0, 12)
              + " about "
              + decision.candidate()
              + " says "
              + decision.verdict()
              + "; only a decision whose every gate passed can be approved or acted on.");
    }
    return decision;
  }

  Approval approve(GateDecision given, String role, String comment) {
    String who = requireNamed("An approval");
    GateDecision decision = passing(given);
    if (decision.terms().approvals().stream().noneMatch(rule -> rule.role().equals(role))) {
      throw new IllegalArgumentException(
          "role: "
              + Text.printable(role, 128)
              + " (expected: one that policy "
              + decision.policyName()
              + " asks for: "
              + decision.terms().approvals()
              + ")");
    }
    registry.beforeWrite(log.model());
    Approval approval =
        new Approval(
            decision.digest(),
            role,
            who,
            Text.printable(comment, 2000),
            registry.options().time().now());
    PutWindow window = new PutWindow(registry.options().time());
    String digest = decisions.put(approval);
    int number = decision.candidate().number();
    List<Approval> before = decisions.approvals(decision);
    log.append(
        state -> {
          Promotion.requirePromotable(log.model(), number, state);
          requireBinding(state, decision);
          boolean registrant = state.version(number).registeredBy().equals(who);
          if (registrant && !decision.terms().registrantMayApprove()) {
            throw new MlopsException(
                who
                    + " registered "
                    + decision.candidate()
                    + " and may not approve it by policy "
                    + decision.policyName()
                    + ". Somebody else must.");
          }
          if (before.stream().anyMatch(one -> one.by().equals(who))) {
            throw new MlopsException(
                who + " has approved this decision already; every approval counts one person.");
          }
          window.requireOpen("Approving " + decision.candidate());
          return stored(Kind.APPROVE, number, digest, role + ": " + approval.comment());
        });
    return approval;
  }

  /** Acts on a decision or says what it waits for; throws if it does not bind. */
  GateDecision promote(GateDecision given) {
    GateDecision decision = passing(given);
    registry.beforeWrite(log.model());
    List<String> missing = decisions.missing(decision);
    int number = decision.candidate().number();
    log.read(
        state -> {
          Promotion.requirePromotable(log.model(), number, state);
          requireBinding(state, decision);
          return true;
        });
    if (!missing.isEmpty()) {
      return decision.awaiting(missing);
    }
    log.append(
        state -> {
          Promotion.requirePromotable(log.model(), number, state);
          requireBinding(state, decision);
          return crowned(state, decision);
        });
    return decision.asPromoted();
  }

  /** Acts on a decision or says what it waits for; null if it does not bind any more. */
  @Nullable GateDecision tryTo(GateDecision decision) {
    try {
      return promote(decision);
    } catch (StaleDecisionException e) {
      return null;
    }
  }

  private static Draft crowned(ModelState state, GateDecision decision) {
    return Promotion.crowning(
        state,
        Kind.PROMOTE,
        decision.candidate().number(),
        Optional.of(decision.digest()),
        reason(decision));
  }

  private static Draft stored(Kind kind, int number, String digest, String reason) {
    return new Draft(
        kind, number, Optional.empty(), OptionalInt.empty(), Optional.of(digest), reason);
  }

  /** The second person of an override. */
  void override(GateDecision given, String reason) {
    String who = requireNamed("An override");
    GateDecision decision = decisions.logged(given.digest());
    registry.beforeWrite(log.model());
    int number = decision.candidate().number();
    String digest = decision.digest();
    log.append(
        state -> {
          HistoryEntry request = state.version(number).overrideRequest(digest);
          if (request == null) {
            throw new MlopsException(
                "Nobody asked to override decision "
                    + digest.substring(0, 12)
                    + " about "
                    + decision.candidate()
                    + ". Call requestOverride first.");
          }
          if (request.by().equals(who)) {
            throw new MlopsException(
                who
                    + " asked for the override of "
                    + decision.candidate()
                    + "; somebody else must confirm it.");
          }
          Promotion.requirePromotable(log.model(), number, state);
          requireBinding(state, decision);
          return Promotion.crowning(
              state, Kind.OVERRIDE, number, Optional.of(digest), reason(decision) + "; " + reason);
        });
  }

  /** Two people cannot be told apart if nobody says who they are. */
  String requireNamed(String what) {
    String who = Text.printable(registry.options().actor(), 256);
    if (who.equals(Lineage.UNKNOWN)) {
      throw new MlopsException(
          what + " needs to say by whom. Use registry.as(name), or RegistryOptions.withActor.");
    }
    return who;
  }
}
