package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a loader leaves to a thread that stands back behind all others, so that requests do not wait
 * for it: the long native calls, and nothing else. For such a thread must make no threads, which
 * would stand back for good with it, and so must not run what users write.
 *
 * <p>While every core is busy that thread gets none. So after it has waited for a tenth of a
 * second, and longer than it ran, the loader does the work itself, and what begins within ten
 * seconds of that: then a swap is late, but not lost. What the helper makes in the end is dropped.
 *
 * <p>What the loader does itself is short, but a request that wakes up on its core waits until it
 * stops. So it {@linkplain #rest rests} now and then.
 *
 * <p>One helper for each predictor, or for those that come and go together; if it is at something,
 * perhaps given up, other loaders work themselves.
 */
final class Aside {
  private static final Logger LOG = LoggerFactory.getLogger(Aside.class);
  private static final ThreadLocal<@Nullable Aside> HERE = new ThreadLocal<>();
  private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long HURRY = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_MILLIS = 20;
  private static final long STRETCH = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long MOST_REST = TimeUnit.MILLISECONDS.toNanos(1);

  private final String predictor;
  private final Function<String, @Nullable Background> entry;
  private final LongConsumer pause;
  private final ExecutorService helper;
  private final AtomicBoolean busy = new AtomicBoolean();
  private boolean tried; // guarded by this
  private @Nullable Background background; // guarded by this
  private volatile Background.@Nullable Times since;
  private volatile CompletableFuture<?> left = CompletableFuture.completedFuture(null);
  private volatile boolean hurries;
  private volatile long hurriesSince;
  private volatile long resumed;

  /**
   * @param entry makes a thread of that number stand back; null if it cannot
   */
  Aside(String predictor, Function<String, @Nullable Background> entry) {
    this(predictor, entry, LockSupport::parkNanos);
  }

  /**
   * @param pause lets go of the calling thread's core for so many nanoseconds
   */
  Aside(String predictor, Function<String, @Nullable Background> entry, LongConsumer pause) {
    this.predictor = predictor;
    this.entry = entry;
    this.pause = pause;
    this.helper = Executors.newSingleThreadExecutor(Threads.inBackground(predictor, "aside"));
  }

  /** Something that takes long. */
  @FunctionalInterface
  interface Task<T, E extends Exception> {
    T run() throws E;
  }

  /** Does something, leaving to the helper what is {@link #call called} in it, on this thread. */
  <T> T during(Supplier<T> work) {
    if (HERE.get() == this) {
      return work.get();
    }
    if (hurries && System.nanoTime() - hurriesSince > HURRY) {
      hurries = false;
    }
    since = null;
    resumed = System.nanoTime();
    HERE.set(this);
    try {
      return work.get();
    } finally {
      HERE.remove();
    }
  }

  /** The same, for what returns nothing. */
  void during(Runnable work) {
    Aside unused =
        during(
            () -> {
              work.run();
              return this;
            });
  }

  /**
   * Lets go of the core for as long as this thread has held it, if it leaves work to a helper and
   * has been at its own for a while. Called between two steps of that, and holding no lock.
   */
  static void rest() {
    Aside here = HERE.get();
    if (here == null || here.hurries) {
      return;
    }
    long ran = System.nanoTime() - here.resumed;
    if (ran >= STRETCH) {
      here.pause.accept(Math.min(MOST_REST, ran));
      here.resumed = System.nanoTime();
    }
  }

  /** Runs what cannot be begun twice: it is waited for. */
  static <T, E extends Exception> T call(Task<T, E> task) throws E {
    return call(task, null);
  }

  /**
   * Runs a task, on the helper if this thread has one.
   *
   * @param drop lets go of what the helper makes after the task was given up and done here; null if
   *     the task cannot be given up
   */
  static <T, E extends Exception> T call(Task<T, E> task, @Nullable Consumer<? super T> drop)
      throws E {
    Aside here = HERE.get();
    if (here == null || here.hurries || !here.busy.compareAndSet(false, true)) {
      return task.run();
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Begun begun = here.begin(task, drop, answer);
    return begun == null ? task.run() : here.await(task, drop, answer, begun);
  }

  /** A helper, and when it is through with a task. */
  private record Begun(Background background, CompletableFuture<?> over) {}

  /** Returns null if it is not begun: the helper cannot stand back, or has been shut down. */
  private <T, E extends Exception> @Nullable Begun begin(
      Task<T, E> task, @Nullable Consumer<? super T> drop, CompletableFuture<T> answer) {
    try {
      Background background = background();
      if (background != null) {
        return new Begun(
            background, CompletableFuture.runAsync(() -> work(task, drop, answer), helper));
      }
      hurry();
    } catch (RejectedExecutionException e) {
      LOG.debug("Predictor '{}': closed meanwhile", predictor, e);
    } catch (RuntimeException | OutOfMemoryError e) {
      // No room for a thread, or a system that tells other things than it should.
      LOG.warn("Predictor '{}': swaps load at the priority of requests", predictor, e);
    }
    busy.set(false);
    return null;
  }

  /** Returns what the helper is; null if it cannot stand back. */
  private synchronized @Nullable Background background() {
    if (!tried) {
      tried = true;
      String thread = CompletableFuture.supplyAsync(IdleClass::self, helper).join();
      background = thread == null ? null : entry.apply(thread);
    }
    return background;
  }

  private <T, E extends Exception> T await(
      Task<T, E> task, @Nullable Consumer<? super T> drop, CompletableFuture<T> answer, Begun begun)
      throws E {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (starves(begun.background())) {
            hurry();
            if (drop != null && answer.cancel(false)) {
              left = begun.over();
              LOG.info("Predictor '{}': no core is free, the loader goes on itself", predictor);
              return task.run();
            }
          }
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          @SuppressWarnings("unchecked") // A task throws what it declares, or something unchecked.
          E thrown = (E) e.getCause();
          throw thrown;
        }
      }
    } finally {
      resumed = System.nanoTime();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T, E extends Exception> void work(
      Task<T, E> task, @Nullable Consumer<? super T> drop, CompletableFuture<T> answer) {
    try {
      T made = task.run();
      busy.set(false);
      if (!answer.complete(made) && drop != null) {
        drop.accept(made);
      }
    } catch (Throwable e) {
      busy.set(false);
      answer.completeExceptionally(e);
    }
  }

  private void hurry() {
    hurriesSince = System.nanoTime();
    hurries = true;
  }

  /** Asked now and then while something takes long; the first time in a swap there is no answer. */
  private boolean starves(Background background) {
    Background.Times before = since;
    Background.Times now = background.times();
    if (before == null) {
      since = now;
      return false;
    }
    long waited = now.waited() - before.waited();
    return waited >= PATIENCE && waited >= now.ran() - before.ran();
  }

  /** Runs something as soon as nothing is left of what was given up: the helper has dropped it. */
  void whenNothingIsLeft(Runnable then) {
    CompletableFuture<?> unused = left.whenComplete((done, failure) -> then.run());
  }

  /** Takes nothing more. */
  void shutdown() {
    helper.shutdown();
  }
}
