package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

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

  /** A sample of rows, as they are when encoded. Closes the stream. */
  static <I> List<EncodedRow<I>> of(
      Schema<I> schema, Stream<? extends I> rows, int capacity, long seed) {
    Reservoir<EncodedRow<I>> sample = new Reservoir<>(capacity, seed);
    try (rows) {
      rows.sequential().forEachOrdered(row -> sample.add(schema.encode(row)));
    }
    return sample.sample();
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

  int size() {
    return sample.size();
  }

  List<T> sample() {
    return List.copyOf(sample);
  }
}
