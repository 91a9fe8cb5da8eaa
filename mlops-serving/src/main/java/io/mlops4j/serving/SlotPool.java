package io.mlops4j.serving;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of things, each used by one thread at a time.
 *
 * <p>A permit is a promise that some place is not empty, so whoever has one only looks for it. The
 * semaphore is unfair on purpose: a running thread that comes back finds its slot warm, and at most
 * one waiter is being woken at a time.
 *
 * @param <S> the thing
 */
final class SlotPool<S> {
  private final Semaphore permits;
  private final AtomicReferenceArray<S> places;

  SlotPool(List<S> things) {
    this.permits = new Semaphore(things.size());
    this.places = new AtomicReferenceArray<>(things.size());
    for (int i = 0; i < things.size(); i++) {
      places.set(i, things.get(i));
    }
  }

  /** Returns a thing nobody uses, waiting for one if all are in use. */
  S take() throws InterruptedException {
    if (!permits.tryAcquire()) {
      permits.acquire();
    }
    return find();
  }

  /** Returns a thing nobody uses, or null if all are in use. */
  @Nullable S tryTake() {
    return permits.tryAcquire() ? find() : null;
  }

  /** Like {@link #take}, but an interrupt does not end the wait; the flag stays set. */
  S takeUninterruptibly() {
    permits.acquireUninterruptibly();
    return find();
  }

  private S find() {
    for (int i = (int) Thread.currentThread().getId(); ; i++) {
      int place = (i & Integer.MAX_VALUE) % places.length();
      S thing = places.getAcquire(place);
      if (thing != null) {
        S taken = places.getAndSet(place, null);
        if (taken != null) {
          return taken;
        }
      }
      Thread.onSpinWait();
    }
  }

  void giveBack(S thing) {
    for (int i = (int) Thread.currentThread().getId(); ; i++) {
      if (places.compareAndSet((i & Integer.MAX_VALUE) % places.length(), null, thing)) {
        permits.release();
        return;
      }
    }
  }

  /** Runs something with all things while nobody uses any. */
  void withAll(Consumer<S> use) {
    permits.acquireUninterruptibly(places.length());
    try {
      for (int i = 0; i < places.length(); i++) {
        use.accept(places.get(i));
      }
    } finally {
      permits.release(places.length());
    }
  }

  int size() {
    return places.length();
  }
}
