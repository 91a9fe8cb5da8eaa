package io.mlops4j.benchmarks;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A source turned by hand, in memory. */
final class SwitchedSource<I, O> implements ModelSource<I, O> {
  private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
  private volatile Selection<I, O> current;

  SwitchedSource(ModelRelease<I, O> first) {
    current = new Selected<>(first);
  }

  @Override
  public String name() {
    return "flight-delay@guard";
  }

  @Override
  public Selection<I, O> current() {
    return current;
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    subscribers.add(onChange);
    return () -> subscribers.remove(onChange);
  }

  void select(ModelRelease<I, O> release) {
    current = new Selected<>(release);
    subscribers.forEach(Runnable::run);
  }
}
