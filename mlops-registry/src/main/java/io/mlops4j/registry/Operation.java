package io.mlops4j.registry;

/** What somebody may want to do to a model, and an {@link AccessPolicy} decides about. */
public enum Operation {
  /** Store a new version, also by importing a bundle. */
  REGISTER,
  /** Store evidence about a version. */
  EVALUATE,
  /** Move a version between stages other than PRODUCTION, or an alias. */
  MOVE,
  /** Make a version the champion, if its gates pass. */
  PROMOTE,
  /** Approve a decision whose gates passed. */
  APPROVE,
  /** Put a version into production without a passing decision. */
  OVERRIDE,
  /** Return production to an earlier champion. */
  ROLLBACK,
  /** Let nothing be promoted, or let promotions go on. */
  FREEZE,
  /**
   * Free what nobody refers to. It is about the whole store, not one model, so the policy is asked
   * about the model {@code *}: only a rule for all models allows it.
   */
  COLLECT
}
