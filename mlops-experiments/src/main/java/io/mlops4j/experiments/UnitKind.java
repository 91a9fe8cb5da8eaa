package io.mlops4j.experiments;

import java.util.Objects;

/**
 * What is randomised: the thing whose id is given to {@link Experiment#assign}, and which analysis
 * must treat as one observation. Randomising a larger thing is the answer to units that influence
 * each other; randomising a smaller one gives more observations.
 *
 * @param name for example {@code "user"}; 1 to 200 characters, not blank
 */
public record UnitKind(String name) {
  /** A person or account: sticky over visits. */
  public static final UnitKind USER = new UnitKind("user");

  /** One visit. The same user may see several arms: analyse clustered by user. */
  public static final UnitKind SESSION = new UnitKind("session");

  /** Checks the name. */
  public UnitKind {
    Objects.requireNonNull(name, "name");
    ArmNames.checked("unit kind", name);
  }

  /**
   * Returns a kind for a group that gets one arm together, such as a store or a city.
   *
   * @param name what the group is
   * @return the kind
   */
  public static UnitKind cluster(String name) {
    Objects.requireNonNull(name, "name");
    return new UnitKind(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
