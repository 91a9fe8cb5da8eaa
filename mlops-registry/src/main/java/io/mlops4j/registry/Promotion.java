package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.HistoryEntry.Kind;
import io.mlops4j.registry.Judging.Judgement;
import io.mlops4j.registry.ModelLog.Draft;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make a version the champion. The decision is made outside the log; the record that
 * acts on it is appended only if candidate and bar are still what they were.
 */
final class Promotion {
  private static final int MAX_DECISIONS = 8;

  private final ModelLog log;
  private final Judging judging;
  private final DecisionStore decisions;
  private final DecisionActs acts;
  private final ModelRegistry registry;
  private final int number;
  private final GatePolicy policy;

  Promotion(
      ModelLog log,
      Judging judging,
      DecisionActs acts,
      ModelRegistry registry,
      int number,
      GatePolicy policy) {
    this.log = log;
    this.judging = judging;
    this.decisions = acts.decisions();
    this.acts = acts;
    this.registry = registry;
    this.number = number;
    this.policy = Objects.requireNonNull(policy, "policy");
  }

  GateDecision decide() {
    return judging.judge(number, policy, 0).decision();
  }

  /**
   * Decides and acts. With approvals to wait for, the last stored decision of the policy is acted
   * on if it still binds; otherwise a new one is stored, which waits.
   */
  GateDecision run() {
    registry.beforeWrite(log.model());
    boolean waits = !policy.terms().approvals().isEmpty();
    for (int i = 0; i < MAX_DECISIONS; i++) {
      log.read(state -> requirePromotable(log.model(), number, state));
      Optional<GateDecision> known = waits ? lastBinding() : Optional.empty();
      GateDecision done =
          known.isPresent()
              ? acts.tryTo(known.get())
              : store(judged(), waits ? Kind.DECIDE : Kind.PROMOTE);
      if (done != null) {
        return done;
      }
    }
    throw changing();
  }

  /** Decides and stores; nobody is promoted. */
  GateDecision submit() {
    registry.beforeWrite(log.model());
    for (int i = 0; i < MAX_DECISIONS; i++) {
      GateDecision stored = store(judged(), Kind.DECIDE);
      if (stored != null) {
        return stored;
      }
    }
    throw changing();
  }

  /** Decides and asks for it to be overridden. */
  GateDecision requestOverride(String reason) {
    registry.beforeWrite(log.model());
    for (int i = 0; i < MAX_DECISIONS; i++) {
      log.read(state -> requirePromotable(log.model(), number, state));
      Judgement judgement = judged();
      GateDecision decision = judgement.decision();
      if (decision.verdict() == GateResult.Verdict.PASS) {
        throw new MlopsException(
            decision.candidate()
                + " passes policy "
                + policy.name()
                + ", so there is nothing to override. Promote it.");
      }
      PutWindow window = new PutWindow(registry.options().time());
      String digest = decisions.put(judgement);
      HistoryEntry entry =
          log.append(
              state -> {
                window.requireOpen("Asking for an override of " + log.model() + ":" + number);
                return judgement.contest().holds(state)
                    ? stored(Kind.REQUEST_OVERRIDE, digest, reason)
                    : null;
              });
      if (entry != null) {
        return decision;
      }
    }
    throw changing();
  }

  private StaleDecisionException changing() {
    return new StaleDecisionException(
        log.model()
            + ":"
            + number
            + " was not promoted: the champion changed, or evidence came, "
            + MAX_DECISIONS
            + " times between decision and promotion. Promote again.");
  }

  private Judgement judged() {
    return judging.judge(number, policy, registry.policyBook().publish(policy).number());
  }

  /** Appends a passing decision as {@code passing}, another one as REFUSE; null if it is stale. */
  private @Nullable GateDecision store(Judgement judgement, Kind passing) {
    GateDecision decision = judgement.decision();
    boolean pass = decision.verdict() == GateResult.Verdict.PASS;
    Kind kind = pass ? passing : Kind.REFUSE;
    PutWindow window = new PutWindow(registry.options().time());
    String digest = decisions.put(judgement);
    String reason = DecisionActs.reason(decision);
    HistoryEntry entry =
        log.append(
            state -> {
              if (passing == Kind.PROMOTE) {
                requirePromotable(log.model(), number, state);
              }
              if (!judgement.contest().holds(state)) {
                return null;
              }
              window.requireOpen("Deciding about " + log.model() + ":" + number);
              return kind == Kind.PROMOTE
                  ? crowning(state, kind, number, Optional.of(digest), reason)
                  : stored(kind, digest, reason);
            });
    if (entry == null) {
      return null;
    }
    if (kind == Kind.PROMOTE) {
      return decision.asPromoted();
    }
    return pass ? decision.awaiting(decisions.missing(decision)) : decision;
  }

  private Draft stored(Kind kind, String digest, String reason) {
    return new Draft(
        kind, number, Optional.empty(), OptionalInt.empty(), Optional.of(digest), reason);
  }

  /** The last stored decision, if it is by this policy and still binds. */
  private Optional<GateDecision> lastBinding() {
    String digest = log.read(state -> state.version(number).decision());
    if (digest == null) {
      return Optional.empty();
    }
    GateDecision known = decisions.get(digest, false);
    return known.policyDigest().equals(policy.digest()) && acts.whyStale(known).isEmpty()
        ? Optional.of(known)
        : Optional.empty();
  }

  static Draft crowning(
      ModelState state, Kind kind, int number, Optional<String> digest, String reason) {
    VersionState champion = state.champion();
    return new Draft(
        kind,
        number,
        Optional.of(Stage.PRODUCTION),
        champion == null ? OptionalInt.empty() : OptionalInt.of(champion.number()),
        digest,
        reason);
  }

  static Stage requirePromotable(String model, int number, ModelState state) {
    PromotionFreeze freeze = state.freeze();
    if (freeze != null) {
      throw new PromotionsFrozenException(model + ":" + number, freeze);
    }
    Stage stage = state.version(number).stage();
    if (stage != Stage.VALIDATION) {
      throw new MlopsException(
          model
              + ":"
              + number
              + " is in "
              + stage
              + "; only a version in VALIDATION can be promoted"
              + (stage == Stage.PRODUCTION
                  ? ", and this one is champion already."
                  : ". From " + stage + " it can go to " + stage.next() + "."));
    }
    return stage;
  }
}
