package io.mlops4j.serving;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait: one {@link Lane} a priority, each really bounded. A place is counted
 * before a request takes it and given back after it has left, so a lane never holds more than its
 * capacity, whoever races.
 */
final class AdmissionQueue<I, O> {
  private static final Priority[] LEVELS = Priority.values();

  private record Line<I, O>(Lane<I, O> lane, AtomicInteger waiting) {}

  private final int capacity;
  private final Map<Priority, Line<I, O>> lines = new EnumMap<>(Priority.class);
  private final AtomicInteger high;
  private final AtomicInteger normal;
  private final AtomicInteger offline;

  AdmissionQueue(int capacity, boolean shaped) {
    this.capacity = capacity;
    Supplier<Lane<I, O>> lanes = shaped ? Lane.Shaped::new : Lane.Plain::new;
    for (Priority level : LEVELS) {
      lines.put(level, new Line<>(lanes.get(), new AtomicInteger()));
    }
    this.high = line(Priority.HIGH).waiting();
    this.normal = line(Priority.NORMAL).waiting();
    this.offline = line(Priority.OFFLINE).waiting();
  }

  private Line<I, O> line(Priority level) {
    return Objects.requireNonNull(lines.get(level));
  }

  int capacity() {
    return capacity;
  }

  /** Returns how many wait, offline rows too. */
  int waiting() {
    return live() + offline.get();
  }

  /** Returns how many wait that are not offline. */
  int live() {
    return high.get() + normal.get();
  }

  int waiting(Priority level) {
    return line(level).waiting().get();
  }

  /** Returns false if the lane of its priority is full, counting requests still on their way in. */
  boolean offer(Request<I, O> request) {
    Line<I, O> line = line(request.priority);
    AtomicInteger count = line.waiting();
    for (int waiting = count.get(); ; waiting = count.get()) {
      if (waiting >= capacity) {
        return false;
      }
      if (count.weakCompareAndSetVolatile(waiting, waiting + 1)) {
        break;
      }
    }
    line.lane().add(request);
    return true;
  }

  /** Takes a request out again; false if somebody has it already, or had. */
  boolean withdraw(Request<I, O> request) {
    Line<I, O> line = line(request.priority);
    if (line.lane().remove(request)) {
      line.waiting().decrementAndGet();
      return true;
    }
    return false;
  }

  /** Returns the request that has waited longest among the live ones; null if there is none. */
  @Nullable Request<I, O> oldestLive() {
    Request<I, O> a = line(Priority.HIGH).lane().first();
    Request<I, O> b = line(Priority.NORMAL).lane().first();
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.start - b.start <= 0 ? a : b;
  }

  /** Returns the earliest deadline of the live ones. */
  long earliestDeadline() {
    return Deadline.earlier(
        line(Priority.HIGH).lane().earliestDeadline(),
        line(Priority.NORMAL).lane().earliestDeadline());
  }

  /** Lets a taker take from one lane. */
  void take(Priority level, Lane.Taker<I, O> taker) {
    Line<I, O> line = line(level);
    line.waiting().addAndGet(-line.lane().take(taker));
  }

  /** Takes everything out. */
  void drain(Consumer<Request<I, O>> to) {
    for (Priority level : LEVELS) {
      take(
          level,
          new Lane.Taker<>() {
            @Override
            public Lane.Look look(Request<I, O> request) {
              return Lane.Look.TAKE;
            }

            @Override
            public void taken(Request<I, O> request) {
              to.accept(request);
            }
          });
    }
  }
}
