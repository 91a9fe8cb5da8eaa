package io.mlops4j.serving;

import java.util.concurrent.atomic.AtomicLong;

/** Ids of one predictor: a prefix drawn once from the seed, and a sequence. */
final class PredictionIds {
  private final String prefix;
  private final AtomicLong next = new AtomicLong();

  PredictionIds(long seed) {
    // The finalizer of SplitMix64 (Steele et al., 2014): neighbouring seeds get unlike prefixes.
    long z = seed + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    this.prefix = String.format("%016x-", z ^ (z >>> 31));
  }

  long next() {
    return next.getAndIncrement();
  }

  /** Returns the first of so many in a row. */
  long next(int count) {
    return next.getAndAdd(count);
  }

  String id(long sequence) {
    return prefix + sequence;
  }
}
