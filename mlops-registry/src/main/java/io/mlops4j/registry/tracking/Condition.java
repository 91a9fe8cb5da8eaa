package io.mlops4j.registry.tracking;

import java.util.List;
import java.util.Objects;

/** What a query asks of each run or version. Made by {@link Field}. Immutable. */
public sealed interface Condition
    permits Conditions.And,
        Conditions.Or,
        Conditions.Not,
        Conditions.Compare,
        Conditions.In,
        Conditions.Like,
        Conditions.Contains,
        Conditions.IsNull,
        Conditions.IsNan {
  /**
   * Returns the condition that both are met.
   *
   * @param other the other
   * @return the condition
   */
  default Condition and(Condition other) {
    Objects.requireNonNull(other, "other");
    return new Conditions.And(List.of(this, other));
  }

  /**
   * Returns the condition that one is met at least.
   *
   * @param other the other
   * @return the condition
   */
  default Condition or(Condition other) {
    Objects.requireNonNull(other, "other");
    return new Conditions.Or(List.of(this, other));
  }

  /**
   * Returns the opposite, which is not met either where this is about something missing.
   *
   * @return the condition
   */
  default Condition not() {
    return new Conditions.Not(this);
  }
}
