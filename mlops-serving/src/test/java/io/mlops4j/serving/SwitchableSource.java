package io.mlops4j.serving;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A source a test turns by hand. */
final class SwitchableSource<I, O> implements ModelSource<I, O> {
  private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
  private volatile Selection<I, O> current = new Empty<>("Nothing was promoted yet.");

  @Override
  public String name() {
    return "m@production";
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

  void empty(String reason) {
    current = new Empty<>(reason);
    subscribers.forEach(Runnable::run);
  }

  int subscribers() {
    return subscribers.size();
  }
}
