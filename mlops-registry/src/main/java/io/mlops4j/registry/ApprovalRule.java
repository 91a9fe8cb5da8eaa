package io.mlops4j.registry;

import io.mlops4j.core.Text;

/**
 * Whose approval a passing decision needs before anybody can act on it.
 *
 * @param role in which role people approve, such as {@code risk officer}: 1 to 128 characters
 * @param count how many different people, at least 1
 */
public record ApprovalRule(String role, int count) {
  /** Checks the ranges. */
  public ApprovalRule {
    if (role.isBlank() || !Text.printable(role, 128).equals(role) || count < 1) {
      throw new IllegalArgumentException(
          "approval by "
              + count
              + " of role '"
              + Text.printable(role, 128)
              + "' (expected: 1 or more, of a role of 1 to 128 printable characters)");
    }
  }

  /** Returns such as {@code 2 x risk officer}. */
  @Override
  public String toString() {
    return count + " x " + role;
  }
}
