package io.mlops4j.serving;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Looks whether a model answers a row with the same bits in whatever place of a run of fixed shape
 * it stands, and whatever stands beside it. Vectorised loops treat the last elements of a tensor
 * differently, so that is not to be taken for granted (microsoft/onnxruntime#10058).
 *
 * <p>Evidence, no proof: some rows of noise, each in every place.
 */
final class FixedShape {
  private static final int TRIALS = 6;

  private FixedShape() {}

  static <I> boolean isPlaceInvariant(OnnxRowModel<I, ?> model, int rows) {
    OnnxSlot<I> slot = model.takeUninterruptibly();
    try {
      Map<Integer, long[]> answers = new HashMap<>();
      for (int trial = 0; trial < TRIALS; trial++) {
        for (int shift = 0; shift < rows; shift++) {
          if (!agrees(model, slot, rows, trial * rows / 2, shift, answers)) {
            return false;
          }
        }
      }
      return true;
    } finally {
      model.giveBack(slot);
    }
  }

  /** Runs rows {@code first …} shifted around, and compares with what they were answered before. */
  private static <I> boolean agrees(
      OnnxRowModel<I, ?> model,
      OnnxSlot<I> slot,
      int rows,
      int first,
      int shift,
      Map<Integer, long[]> answers) {
    for (int i = 0; i < rows; i++) {
      if (!slot.fill((i + shift) % rows, new SplittableRandom(first + i))) {
        return false; // Texts and tokens: nothing can be said.
      }
    }
    model.run(slot, rows);
    for (int i = 0; i < rows; i++) {
      long[] now = bits(slot, (i + shift) % rows);
      long[] before = answers.putIfAbsent(first + i, now);
      if (before != null && !Arrays.equals(before, now)) {
        return false;
      }
    }
    return true;
  }

  private static long[] bits(OnnxSlot<?> slot, int place) {
    long[] bits = new long[slot.columns()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(slot.number(place, i));
    }
    return bits;
  }
}
