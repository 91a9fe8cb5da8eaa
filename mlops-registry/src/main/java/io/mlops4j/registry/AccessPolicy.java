package io.mlops4j.registry;

import java.util.Set;

/**
 * Who may do what to which model. Asked before anything is written, by every method of {@link
 * RegisteredModel} that changes something, with the registry's actor ({@link
 * RegistryOptions#withActor}, {@link ModelRegistry#as}).
 *
 * <p>It guards against mistakes and keeps duties apart inside one service; it does not authenticate
 * anybody: whoever can write code in the process, or write to the store, is outside its reach.
 * Reading is never refused, and neither is quarantining a damaged version. Must be thread-safe.
 */
@FunctionalInterface
public interface AccessPolicy {

  /**
   * Returns whether somebody may do something to a model. What it throws refuses, too.
   *
   * @param actor the registry's actor
   * @param operation what is about to be done
   * @param model the model's full name, its namespace included: {@code risk.delay}; {@code *} if it
   *     is about all
   * @return true to let it happen
   */
  boolean allows(String actor, Operation operation, String model);

  /**
   * Returns a sentence for somebody who was refused.
   *
   * @param actor who was refused
   * @return what this actor may do instead, if this policy can tell
   */
  default String explain(String actor) {
    return "The registry's access policy decides (RegistryOptions.withAccessPolicy).";
  }

  /**
   * Returns the policy of a registry that was given none: everybody may do everything.
   *
   * @return a policy that refuses nothing
   */
  static AccessPolicy allowingEverything() {
    return AccessRules.EVERYTHING;
  }

  /**
   * Returns a policy that refuses everything, as a start for {@link Rules#allow}.
   *
   * @return rules without any
   */
  static Rules rules() {
    return AccessRules.NONE;
  }

  /** A list of permissions; what no rule allows is refused. Immutable. */
  interface Rules extends AccessPolicy {
    /**
     * Returns rules with one more.
     *
     * @param actor who
     * @param models {@code *} for all models, {@code risk.*} for all of a namespace, or one full
     *     name
     * @param operations what; at least one
     * @return longer rules
     * @throws IllegalArgumentException if there is no operation, or models is none of the three
     */
    Rules allow(String actor, String models, Operation... operations);

    /**
     * Returns rules with one more, about everything that can be done.
     *
     * @param actor who
     * @param models as above
     * @return longer rules
     */
    default Rules allowAll(String actor, String models) {
      return allow(actor, models, Operation.values());
    }

    /**
     * Returns what somebody may do to a model.
     *
     * @param actor who
     * @param model its full name
     * @return the operations, possibly none
     */
    Set<Operation> allowed(String actor, String model);
  }
}
