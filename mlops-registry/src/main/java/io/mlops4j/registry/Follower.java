package io.mlops4j.registry;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One subscriber of the log. At most one task of it is with the executor: `waking` is set by
 * whoever submits it and cleared by the task before it looks for the last time, so nothing that is
 * written meanwhile is missed and nothing runs twice at once. Only the task moves `after`; it is
 * published by the executor's own hand-over and by `waking`.
 */
final class Follower {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final int BATCH = 100;

  private final ModelLog log;
  private final Executor executor;
  private final Consumer<HistoryEntry> listener;
  private final AtomicBoolean waking = new AtomicBoolean();
  private volatile long after;
  private volatile boolean closed;

  Follower(ModelLog log, long after, Executor executor, Consumer<HistoryEntry> listener) {
    this.log = log;
    this.after = after;
    this.executor = executor;
    this.listener = listener;
  }

  /** Looks for news on the executor; whoever calls this is not held up. */
  void wake() {
    if (closed || log.known(after, 1).isEmpty() || !waking.compareAndSet(false, true)) {
      return;
    }
    try {
      executor.execute(this::run);
    } catch (RuntimeException e) {
      waking.set(false);
      LOG.warn("Model {}: a follower's executor refused; tried again later.", log.model(), e);
    }
  }

  private void run() {
    while (true) {
      List<HistoryEntry> news = log.known(after, BATCH);
      for (HistoryEntry entry : news) {
        if (closed) {
          return;
        }
        pass(entry);
        after = entry.sequence();
      }
      if (news.isEmpty()) {
        waking.set(false);
        if (log.known(after, 1).isEmpty() || !waking.compareAndSet(false, true)) {
          return;
        }
      }
    }
  }

  /** Somebody else's code: what it throws is its own affair. */
  private void pass(HistoryEntry entry) {
    try {
      listener.accept(entry);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.warn("Model {}: a follower failed on record {}.", log.model(), entry.sequence(), e);
    }
  }

  void close() {
    closed = true;
  }
}
