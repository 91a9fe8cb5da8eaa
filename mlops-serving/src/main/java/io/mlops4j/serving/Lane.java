package io.mlops4j.serving;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one priority that wait, in order of arrival. Any number of threads add, remove
 * and take; a request is given to exactly one of those who want it.
 */
sealed interface Lane<I, O> {

  /** What becomes of the request a taker looks at. */
  enum Look {
    TAKE,
    /** Leave it where it is and look at the next one. */
    SKIP,
    STOP
  }

  /** Takes requests, oldest first. Called with a lock held: only looks and collects. */
  interface Taker<I, O> {
    /** Decides about a request that somebody else may get before. */
    Look look(Request<I, O> request);

    /** Gets a request it wanted. */
    void taken(Request<I, O> request);
  }

  void add(Request<I, O> request);

  /** Returns false if somebody else has it. */
  boolean remove(Request<I, O> request);

  /** Returns the earliest deadline of all that wait. Takes time in proportion to their number. */
  long earliestDeadline();

  @Nullable Request<I, O> first();

  /** Returns how many were taken. */
  int take(Taker<I, O> taker);

  private static <I, O> long earliest(Collection<Request<I, O>> requests) {
    long earliest = Deadline.NONE;
    for (Request<I, O> request : requests) {
      earliest = Deadline.earlier(earliest, request.deadline);
    }
    return earliest;
  }

  /** Without shapes: lock-free, and nothing is ever skipped. */
  final class Plain<I, O> implements Lane<I, O> {
    private final Queue<Request<I, O>> queue = new ConcurrentLinkedQueue<>();

    @Override
    public void add(Request<I, O> request) {
      queue.add(request);
    }

    @Override
    public boolean remove(Request<I, O> request) {
      return queue.remove(request);
    }

    @Override
    public long earliestDeadline() {
      return earliest(queue);
    }

    @Override
    public @Nullable Request<I, O> first() {
      return queue.peek();
    }

    @Override
    public int take(Taker<I, O> taker) {
      int taken = 0;
      for (Request<I, O> next = queue.peek(); next != null; next = queue.peek()) {
        if (taker.look(next) == Look.STOP) {
          break;
        }
        if (queue.remove(next)) {
          taken++;
          taker.taken(next);
        }
      }
      return taken;
    }
  }

  /**
   * With shapes: the oldest request says which shape a batch has, and the batch is filled with
   * later ones of that shape past those that do not fit. These keep their places, so the next batch
   * begins with the oldest of them, and nobody starves.
   */
  final class Shaped<I, O> implements Lane<I, O> {
    private final Set<Request<I, O>> waiting = new LinkedHashSet<>();

    @Override
    public synchronized void add(Request<I, O> request) {
      waiting.add(request);
    }

    @Override
    public synchronized boolean remove(Request<I, O> request) {
      return waiting.remove(request);
    }

    @Override
    public synchronized long earliestDeadline() {
      return earliest(waiting);
    }

    @Override
    public synchronized @Nullable Request<I, O> first() {
      return waiting.isEmpty() ? null : waiting.iterator().next();
    }

    @Override
    public synchronized int take(Taker<I, O> taker) {
      int taken = 0;
      for (Iterator<Request<I, O>> all = waiting.iterator(); all.hasNext(); ) {
        Request<I, O> next = Objects.requireNonNull(all.next());
        Look look = taker.look(next);
        if (look == Look.STOP) {
          break;
        }
        if (look == Look.TAKE) {
          all.remove();
          taken++;
          taker.taken(next);
        }
      }
      return taken;
    }
  }
}
