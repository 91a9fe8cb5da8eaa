package io.mlops4j.experiments;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import io.mlops4j.stats.Bucketing;
import java.util.Collection;
import java.util.Objects;

/**
 * A part of a layer. A layer shares all units out between experiments that must not meet: a unit is
 * in at most one of them if their slices are disjoint ({@link #requireExclusive}). Layers of
 * different names are independent of each other and of every experiment's arms: each hashes with
 * its own name ({@link Orthogonality} tests it on your ids). A value; thread-safe.
 *
 * <p>Growing a slice upwards moves no unit that is in it.
 */
public final class LayerSlice {
  private final String layer;
  private final int from;
  private final int to;
  private final Bucketing hash;

  private LayerSlice(String layer, int from, int to) {
    this.layer = layer;
    this.from = from;
    this.to = to;
    this.hash = Bucketing.salted("layer").derive(layer);
  }

  /**
   * Returns a part of a layer.
   *
   * @param layer its name, 1 to 200 characters
   * @param from where the slice begins, 0 to 1
   * @param to where it ends, above {@code from}, at most 1; the end is not in it
   * @return the slice
   * @throws IllegalArgumentException if the bounds are out of range or hold no slot
   */
  public static LayerSlice of(String layer, double from, double to) {
    ArmNames.checked("layer", layer);
    int first = ExperimentBuilder.slots("from", from);
    int end = ExperimentBuilder.slots("to", to);
    if (first >= end) {
      throw new IllegalArgumentException(
          "Slice of layer '"
              + Text.printable(layer, 80)
              + "': "
              + from
              + " to "
              + to
              + " (expected: from below to)");
    }
    return new LayerSlice(layer, first, end);
  }

  /**
   * Returns whether a unit is in this slice.
   *
   * @param unit its id
   * @return true if it is
   */
  public boolean contains(String unit) {
    Objects.requireNonNull(unit, "unit");
    int slot = hash.slot(unit);
    return slot >= from && slot < to;
  }

  /**
   * Returns whether some unit could be in both slices.
   *
   * @param other another slice
   * @return true if they share slots of the same layer; false if the layers differ, although units
   *     may then be in both
   */
  public boolean overlaps(LayerSlice other) {
    return layer.equals(other.layer) && from < other.to && other.from < to;
  }

  /**
   * Checks that no unit can be in two of these experiments that name the same layer.
   *
   * @param experiments all that run at the same time; those without a layer are ignored
   * @throws IllegalArgumentException if two overlap; names both and their slices
   */
  public static void requireExclusive(Collection<? extends Experiment<?>> experiments) {
    Elements.requireNoNulls("experiments", experiments);
    Experiment<?>[] all = experiments.toArray(Experiment<?>[]::new);
    for (int i = 0; i < all.length; i++) {
      for (int j = 0; j < i; j++) {
        LayerSlice one = all[j].rules().layer();
        LayerSlice two = all[i].rules().layer();
        if (one != null && two != null && one.overlaps(two)) {
          throw new IllegalArgumentException(
              "Experiments '"
                  + all[j].name()
                  + "' and '"
                  + all[i].name()
                  + "' overlap: "
                  + one
                  + " and "
                  + two
                  + ". Give them disjoint slices, or different layers if they may meet.");
        }
      }
    }
  }

  /**
   * Returns the layer's name.
   *
   * @return the name
   */
  public String layer() {
    return layer;
  }

  /**
   * Returns where the slice begins.
   *
   * @return a multiple of 1/65,536
   */
  public double from() {
    return (double) from / Bucketing.SLOTS;
  }

  /**
   * Returns where the slice ends.
   *
   * @return a multiple of 1/65,536
   */
  public double to() {
    return (double) to / Bucketing.SLOTS;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LayerSlice that
        && layer.equals(that.layer)
        && from == that.from
        && to == that.to;
  }

  @Override
  public int hashCode() {
    return (layer.hashCode() * 31 + from) * 31 + to;
  }

  @Override
  public String toString() {
    return "LayerSlice[" + layer + ", " + from() + " to " + to() + "]";
  }
}
