package io.mlops4j.experiments;

import io.mlops4j.stats.Bucketing;
import java.util.Objects;

/**
 * A share of units that several experiments keep out of all their arms, so that what they achieved
 * together can be measured. Which units are held out depends on the holdout's name alone, and is
 * independent of every experiment's arms. A value; thread-safe.
 */
public final class Holdout {
  private final String name;
  private final int slots;
  private final Bucketing hash;

  private Holdout(String name, int slots) {
    this.name = name;
    this.slots = slots;
    this.hash = Bucketing.salted("holdout").derive(name);
  }

  /**
   * Returns a holdout. A larger share later holds out the same units and more.
   *
   * @param name 1 to 200 characters; another name is another random choice of units
   * @param share of all units, 0 to 1
   * @return the holdout
   * @throws IllegalArgumentException if the name or share is out of range
   */
  public static Holdout named(String name, double share) {
    Objects.requireNonNull(name, "name");
    return new Holdout(
        ArmNames.checked("holdout", name), ExperimentBuilder.slots("share of holdout", share));
  }

  /**
   * Returns whether a unit is held out.
   *
   * @param unit its id
   * @return true if it must see control everywhere
   */
  public boolean holds(String unit) {
    Objects.requireNonNull(unit, "unit");
    return hash.slot(unit) < slots;
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the exact share that is held out.
   *
   * @return a multiple of 1/65,536
   */
  public double share() {
    return (double) slots / Bucketing.SLOTS;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Holdout that && name.equals(that.name) && slots == that.slots;
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + slots;
  }

  @Override
  public String toString() {
    return "Holdout[" + name + ", share=" + share() + "]";
  }
}
