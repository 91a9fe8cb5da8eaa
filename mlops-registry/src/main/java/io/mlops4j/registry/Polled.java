package io.mlops4j.registry;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is looked at again and again while somebody is subscribed. Without subscribers it is
 * looked at when it is asked for, at most once an interval. Thread-safe.
 */
final class Polled<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Polled.class);

  private final String name;
  private final Supplier<T> read;
  private final Time time;
  private final Duration every;
  private final BooleanSupplier ended;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile T value;
  private volatile long lookedAt;
  private @Nullable Subscription next;
  private volatile boolean failing;

  Polled(String name, Supplier<T> read, Time time, Duration every, BooleanSupplier ended) {
    this.name = name;
    this.read = read;
    this.time = time;
    this.every = every;
    this.ended = ended;
    this.lookedAt = time.nanos();
    this.value = read.get();
  }

  T value() {
    if (listeners.isEmpty()
        && time.nanos() - lookedAt >= every.toNanos()
        && !ended.getAsBoolean()) {
      look();
    }
    return value;
  }

  private void look() {
    T before = value;
    lookedAt = time.nanos();
    try {
      value = read.get();
      failing = false;
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.warn("{}: following failed, keeping the last state.", name, e);
      }
      failing = true;
    }
    if (!value.equals(before)) {
      listeners.forEach(this::tell);
    }
  }

  private void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException | StackOverflowError e) {
      LOG.warn("{}: a listener failed.", name, e);
    }
  }

  Subscription subscribe(Runnable onChange) {
    listeners.add(Objects.requireNonNull(onChange, "onChange"));
    synchronized (this) {
      if (next == null) {
        next = time.schedule(every, this::poll);
      }
    }
    return () -> listeners.remove(onChange);
  }

  private void poll() {
    try {
      look();
    } finally {
      synchronized (this) {
        next =
            listeners.isEmpty() || ended.getAsBoolean() ? null : time.schedule(every, this::poll);
      }
    }
  }
}
