package io.mlops4j.core;

import java.util.Objects;

/** A source that always serves one release. */
record FixedSource<I, O>(ModelRelease<I, O> release) implements ModelSource<I, O> {
  FixedSource {
    Objects.requireNonNull(release, "release");
  }

  @Override
  public String name() {
    return release.version().toString();
  }

  @Override
  public Selection<I, O> current() {
    return new Selected<>(release);
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    Objects.requireNonNull(onChange, "onChange");
    return () -> {};
  }
}
