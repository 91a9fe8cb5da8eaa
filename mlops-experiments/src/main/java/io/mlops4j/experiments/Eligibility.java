package io.mlops4j.experiments;

import java.util.Map;
import java.util.Set;

/**
 * Who may be in an experiment, by what is known of the unit when it asks. Must be quick, pure and
 * thread-safe. Attributes must not depend on the arm, or the arms no longer compare.
 */
@FunctionalInterface
public interface Eligibility {
  /**
   * Returns whether a unit may be in.
   *
   * @param attributes what the caller gave with the unit; empty if nothing
   * @return false keeps the unit out, as {@link Assignment.Reason#NOT_ELIGIBLE}
   */
  boolean test(Map<String, String> attributes);

  /**
   * Returns a rule on one attribute. A unit without the attribute is not eligible.
   *
   * @param attribute its name
   * @param values any of these, compared exactly; at least one
   * @return the rule
   */
  static Eligibility where(String attribute, String... values) {
    return new RequiredValues(Map.of(attribute, Set.of(values)));
  }
}
