package io.mlops4j.pipeline;

/** A value that a test changes; never null. */
final class Box<T> {
  private volatile T value;

  Box(T value) {
    this.value = value;
  }

  T get() {
    return value;
  }

  void set(T next) {
    value = next;
  }
}
