package io.mlops4j.drift.multivariate;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A uniform sample of a stream, of bounded size: Vitter's algorithm R (1985). One thread. */
final class Reservoir<T> {
  private final int capacity;
  private final SplittableRandom random;
  private final List<T> sample = new ArrayList<>();
  private long seen;

  Reservoir(int capacity, long seed) {
    this.capacity = capacity;
    this.random = new SplittableRandom(seed);
  }

  void add(T value) {
    seen++;
    if (sample.size() < capacity) {
      sample.add(value);
      return;
    }
    long position = random.nextLong(seen);
    if (position < capacity) {
      sample.set((int) position, value);
    }
  }

  List<T> sample() {
    return List.copyOf(sample);
  }
}
