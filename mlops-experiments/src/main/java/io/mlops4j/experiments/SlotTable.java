package io.mlops4j.experiments;

import io.mlops4j.stats.Bucketing;

/**
 * Which arm each of the 65,536 slots belongs to. Immutable.
 *
 * <p>Invariants: an arm's slots differ from weight times 65,536 by less than one; a reweighting
 * moves exactly as many slots as the growing arms gain, which is the least any remapping can (the
 * total variation distance of the two allocations). Slots are given up in one fixed order, so
 * weights that go up and down again move the same few slots to and fro and leave the rest alone.
 * The price: the table depends on all weights so far, so epochs must be applied in order.
 */
final class SlotTable {
  /** Odd, so that multiplying by it permutes the slots; the golden ratio spreads neighbours. */
  private static final int STRIDE = 0x9E37;

  private final byte[] armOf;
  private final int[] counts;

  private SlotTable(byte[] armOf, int[] counts) {
    this.armOf = armOf;
    this.counts = counts;
  }

  static SlotTable of(WeightVector weights) {
    int[] counts = Apportionment.slots(weights.toArray());
    byte[] armOf = new byte[Bucketing.SLOTS];
    int slot = 0;
    for (int arm = 0; arm < counts.length; arm++) {
      for (int i = 0; i < counts[arm]; i++) {
        armOf[slot++] = (byte) arm;
      }
    }
    return new SlotTable(armOf, counts);
  }

  SlotTable reweighted(WeightVector weights) {
    int[] target = Apportionment.slots(weights.toArray());
    int[] excess = new int[counts.length];
    for (int arm = 0; arm < excess.length; arm++) {
      excess[arm] = counts[arm] - target[arm];
    }
    byte[] moved = armOf.clone();
    int receiver = 0;
    for (int rank = 0; rank < Bucketing.SLOTS; rank++) {
      int slot = rank * STRIDE & Bucketing.SLOTS - 1;
      int giver = armOf[slot];
      if (excess[giver] > 0) {
        excess[giver]--;
        while (excess[receiver] >= 0) {
          receiver++;
        }
        excess[receiver]++;
        moved[slot] = (byte) receiver;
      }
    }
    return new SlotTable(moved, target);
  }

  int arm(int slot) {
    return armOf[slot];
  }

  /** The shares as they are, in slots: what to log as probabilities. */
  WeightVector shares(WeightVector requested) {
    double[] shares = new double[counts.length];
    for (int arm = 0; arm < shares.length; arm++) {
      shares[arm] = (double) counts[arm] / Bucketing.SLOTS;
    }
    return WeightVector.of(requested.epoch(), requested.arms(), shares);
  }
}
