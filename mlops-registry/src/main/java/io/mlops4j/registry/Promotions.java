package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import java.util.List;

/**
 * The ways to production beside {@link RegisteredModel#promote}: in two steps, with approvals, by
 * override, and the first champion. Thread-safe. Who acts is the registry's actor: {@link
 * ModelRegistry#as}.
 *
 * <p>A stored decision binds candidate, champion, policy and evidence by digest. It holds until
 * {@link GateDecision#validUntil}, as long as the champion is the same and no evidence about either
 * has come since; then it is stale and must be decided again.
 */
public interface Promotions {

  /**
   * Decides and stores the decision, and promotes nobody.
   *
   * @param number the candidate, in any stage
   * @param policy the gates
   * @return the stored decision; if it passed, {@link GateDecision#awaiting} says what a promotion
   *     still needs
   * @throws StaleDecisionException if champion or evidence changed again and again meanwhile
   */
  GateDecision submit(int number, GatePolicy policy);

  /**
   * Makes the candidate of a stored decision the champion, if every gate passed, every approval is
   * there and the decision still holds.
   *
   * @param decision a decision that {@link #submit} or {@link RegisteredModel#promote} stored
   * @return the decision; {@link GateDecision#promoted()} is false if approvals are missing, which
   *     {@link GateDecision#awaiting} names
   * @throws StaleDecisionException if it does not hold any more; says why
   * @throws MlopsException if a gate did not pass, or the candidate is not in VALIDATION
   * @throws PromotionsFrozenException if promotions are frozen
   */
  GateDecision promote(GateDecision decision);

  /**
   * Adds the approval of the registry's actor to a stored passing decision. Nothing is promoted by
   * it.
   *
   * @param decision a stored decision whose every gate passed
   * @param role one that the policy asks for
   * @param comment for the log, possibly empty
   * @return the approval
   * @throws StaleDecisionException if the decision does not hold any more
   * @throws MlopsException if a gate did not pass, the actor is not named, registered the version
   *     (unless the policy allows that) or has approved already
   * @throws IllegalArgumentException if the policy does not ask for the role
   */
  Approval approve(GateDecision decision, String role, String comment);

  /**
   * Returns the approvals of a decision.
   *
   * @param decision a stored decision
   * @return oldest first; possibly empty
   */
  List<Approval> approvals(GateDecision decision);

  /**
   * Asks, as the first of two people, to promote a version whatever the gates say. Nothing is
   * promoted by it.
   *
   * @param number a version in VALIDATION
   * @param policy the gates; must allow overrides
   * @param reason why, for ever; not blank
   * @return the stored decision that is to be overridden
   * @throws MlopsException if the policy does not allow it, the gates pass, or the actor is not
   *     named
   */
  GateDecision requestOverride(int number, GatePolicy policy, String reason);

  /**
   * Confirms, as the second of two people, and promotes. The override is in the log, in {@link
   * RegisteredVersion#overrides} and in {@link #champions} for ever.
   *
   * @param decision what {@link #requestOverride} returned
   * @param reason why, for ever
   * @return the champion afterwards
   * @throws MlopsException if nobody asked for it, or the actor did
   * @throws StaleDecisionException if the decision does not hold any more
   */
  RegisteredVersion<?, ?> override(GateDecision decision, String reason);

  /**
   * Makes a version the first champion without a decision, such as the model that has been serving
   * before there was a registry. Visible in the log as what it is; possible once.
   *
   * @param number a version in VALIDATION
   * @param reason why, for ever; not blank
   * @return the champion afterwards
   * @throws MlopsException if there has been a champion
   */
  RegisteredVersion<?, ?> bootstrap(int number, String reason);

  /**
   * Returns who was champion when, and by what right.
   *
   * @return oldest first; the last one may still be
   */
  List<Reign> champions();
}
