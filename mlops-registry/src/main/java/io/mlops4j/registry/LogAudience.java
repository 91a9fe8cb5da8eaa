package io.mlops4j.registry;

import io.mlops4j.core.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Who wants to know of a log's news: listeners, told that production is another one, on the thread
 * that saw it; and followers, who get each entry on an executor of their own. Told after the log's
 * locks are given back, so that somebody else's code can hold up nobody. The monitor of `this`
 * guards what was told last: of several threads that see the same change one tells it.
 */
final class LogAudience {
  private static final Logger LOG = LoggerFactory.getLogger(LogAudience.class);

  private final ModelLog log;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Follower> followers = new CopyOnWriteArrayList<>();
  private Production told;

  LogAudience(ModelLog log, Production now) {
    this.log = log;
    this.told = now;
  }

  Subscription subscribe(Runnable onChange) {
    Listener listener = new Listener(onChange);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  Subscription follow(long after, Executor executor, Consumer<HistoryEntry> listener) {
    Follower follower = new Follower(log, after, executor, listener);
    followers.add(follower);
    follower.wake();
    return () -> {
      followers.remove(follower);
      follower.close();
    };
  }

  /** Passes on what has changed since the last time, if anything has. */
  void tell() {
    followers.forEach(Follower::wake);
    synchronized (this) {
      Production now = log.production();
      if (now.equals(told)) {
        return;
      }
      told = now;
    }
    listeners.forEach(listener -> listener.run(log.model()));
  }

  /** Somebody else's code: what it throws is its own affair, and reported once. */
  private static final class Listener {
    private final Runnable onChange;
    private volatile boolean failed;

    Listener(Runnable onChange) {
      this.onChange = onChange;
    }

    void run(String model) {
      try {
        onChange.run();
      } catch (RuntimeException | StackOverflowError e) {
        if (!failed) {
          LOG.warn("Model {}: a listener failed; reported once.", model, e);
        }
        failed = true;
      }
    }
  }
}
