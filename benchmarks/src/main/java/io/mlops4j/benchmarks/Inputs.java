package io.mlops4j.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.UUID;

/** Seeded inputs, the same in every run, and more of each than a branch predictor remembers. */
final class Inputs {
  /** A power of two, so that the next input is a mask away. */
  static final int COUNT = 1 << 12;

  static final int MASK = COUNT - 1;

  private static final long SEED = 20261123;

  private Inputs() {}

  /** Returns rows of standard normal numbers, shape {@code [count, width]}. */
  static float[][] rows(int count, int width) {
    Random random = new Random(SEED);
    float[][] rows = new float[count][width];
    for (float[] row : rows) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  /** Returns standard normal numbers. */
  static double[] numbers(int count) {
    Random random = new Random(SEED);
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextGaussian();
    }
    return numbers;
  }

  /** Returns ids of 36 characters, as {@link UUID} writes them. */
  static String[] ids(int count) {
    Random random = new Random(SEED);
    String[] ids = new String[count];
    for (int i = 0; i < count; i++) {
      ids[i] = new UUID(random.nextLong(), random.nextLong()).toString();
    }
    return ids;
  }

  /** Returns a file of the class path. */
  static byte[] resource(String name) {
    try (InputStream in = Inputs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "Resource " + name + " is not on the class path. Run the module's process-resources.");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
