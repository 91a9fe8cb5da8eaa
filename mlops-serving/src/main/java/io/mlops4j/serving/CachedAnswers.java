package io.mlops4j.serving;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Answers kept by their full key ({@link CacheKey}).
 *
 * <p>Whoever puts a future in first leads: its call goes the usual way, and everybody else with the
 * same key waits for it. The leader's own deadline, interrupt or cancellation is not the others'
 * business: then the next of them leads. A failure of the model on the row is theirs, too, but it
 * is never kept; nor is an answer of another version, the fallback's, or one given twice over.
 */
final class CachedAnswers<I, O> {
  /** How often a follower waits for others before it asks for itself. */
  private static final int PATIENCE = 3;

  private final Time time;
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Outcomes<I, O> outcomes;
  private final Calls<I, O> calls;
  private final Batcher<I, O> batcher;
  private final @Nullable Schema<I> given;
  private final AsyncCache<CacheKey, O> cache;
  final LongAdder hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder coalesced = new LongAdder();

  CachedAnswers(
      PredictorBuilder<I, O> builder,
      Caching options,
      PredictorErrors errors,
      PredictionRecorder<I, O> recorder,
      VersionSwitch<I, O> versions,
      Outcomes<I, O> outcomes,
      Calls<I, O> calls,
      Batcher<I, O> batcher) {
    this.time = builder.effectiveTime();
    this.errors = errors;
    this.recorder = recorder;
    this.versions = versions;
    this.outcomes = outcomes;
    this.calls = calls;
    this.batcher = batcher;
    this.given = builder.schema;
    Caffeine<Object, Object> builderOfCache =
        Caffeine.newBuilder().ticker(time::nanos).executor(Runnable::run).recordStats();
    options.expiry().ifPresent(builderOfCache::expireAfterWrite);
    this.cache =
        builderOfCache
            .maximumWeight(options.maxBytes())
            .<CacheKey, O>weigher((key, answer) -> key.weight() + weight(answer))
            .buildAsync();
  }

  private static int weight(Object answer) {
    if (answer instanceof double[] numbers) {
      return 16 + 8 * numbers.length;
    }
    if (answer instanceof float[] numbers) {
      return 16 + 4 * numbers.length;
    }
    if (answer instanceof ClassProbabilities classes) {
      return 32 + 8 * classes.size();
    }
    return answer instanceof Number ? 24 : 64;
  }

  /** A row as the cache knows it. */
  private record Lookup<I>(CacheKey key, RowBuffer<I> row) {}

  /** Returns null if there is no version, or the row cannot be read: nothing to look up by. */
  private @Nullable Lookup<I> lookup(I input) {
    ServedVersion<I, O> version = versions.current();
    if (version == null) {
      return null;
    }
    Schema<I> schema = schemaOf(version.model);
    if (schema == null) {
      return null;
    }
    try {
      RowBuffer<I> row = schema.newBuffer();
      row.set(input);
      return new Lookup<>(new CacheKey(version, row), row);
    } catch (Throwable e) {
      // The usual way will say what is wrong with it.
      return null;
    }
  }

  private @Nullable Schema<I> schemaOf(Model<I, O> model) {
    return model.schema().orElse(given);
  }

  O answer(I input, long start, long deadline, Priority priority, @Nullable Trace trace) {
    Lookup<I> lookup = Deadline.isPast(deadline, start) ? null : lookup(input);
    if (lookup == null) {
      return calls.answer(input, start, deadline, priority, trace);
    }
    for (int attempt = 0; attempt < PATIENCE; attempt++) {
      CompletableFuture<O> mine = new CompletableFuture<>();
      CompletableFuture<O> theirs = cache.asMap().putIfAbsent(lookup.key, mine);
      if (theirs == null) {
        return lead(lookup, mine, input, start, deadline, priority, trace);
      }
      boolean ready = theirs.isDone();
      if (!ready && batcher.isWorker()) {
        break;
      }
      if (!ready && attempt == 0) {
        coalesced.increment();
      }
      O answer = null;
      try {
        answer = ready ? theirs.join() : follow(theirs, start, deadline);
      } catch (CompletionException | ExecutionException e) {
        cache.asMap().remove(lookup.key, theirs);
        RuntimeException shared = shared(e.getCause());
        if (shared != null) {
          return outcomes.instead(input, start, trace, shared);
        }
      }
      if (answer != null) {
        if (ready) {
          hits.increment();
        }
        return found(lookup, input, answer, start, trace);
      }
    }
    return calls.answer(input, start, deadline, priority, trace);
  }

  private O found(Lookup<I> lookup, I input, O kept, long start, @Nullable Trace trace) {
    O answer = Answers.own(kept);
    recorder.answeredOtherwise(
        lookup.key.version.version,
        Prediction.Source.CACHE,
        input,
        recorder.schema == lookup.row.schema() ? lookup.row : null,
        answer,
        start,
        time.nanos(),
        trace);
    return answer;
  }

  private O lead(
      Lookup<I> lookup,
      CompletableFuture<O> mine,
      I input,
      long start,
      long deadline,
      Priority priority,
      @Nullable Trace trace) {
    misses.increment();
    Trace own = trace == null ? new Trace() : trace;
    own.read(lookup.row);
    Throwable failure = null;
    O answer = null;
    try {
      answer = calls.answer(input, start, deadline, priority, own);
      return answer;
    } catch (Throwable e) {
      failure = e;
      throw e;
    } finally {
      settle(lookup, input, mine, answer, own, failure);
    }
  }

  /**
   * A kernel has answered the values that were looked up. Any other model was given the row itself:
   * if that has changed since, the answer may be another row's.
   */
  private boolean isUnchanged(Lookup<I> lookup, I input) {
    ServedVersion<?, ?> version = lookup.key.version;
    if (version.kernel != null && recorder.schema == lookup.row.schema()) {
      return true;
    }
    Lookup<I> now = lookup(input);
    return now != null && now.key.equals(lookup.key);
  }

  private void settle(
      Lookup<I> lookup,
      I input,
      CompletableFuture<O> mine,
      @Nullable O answer,
      Trace trace,
      @Nullable Throwable failure) {
    if (answer != null
        && trace.servedBy == lookup.key.version
        && trace.release != null
        && isUnchanged(lookup, input)) {
      mine.complete(Answers.own(answer));
    } else {
      RuntimeException known = trace.failure;
      mine.completeExceptionally(new NotKept(known != null ? known : failure));
    }
  }

  /** Waits for another call's answer; throws what that ended with, or that time is up. */
  private O follow(CompletableFuture<O> theirs, long start, long deadline)
      throws ExecutionException {
    CompletableFuture<O> waiting = theirs.thenApply(answer -> answer);
    Subscription timer = deadline == Deadline.NONE ? null : expireLater(waiting, start, deadline);
    try {
      return waiting.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw outcomes.counted(
          errors.interrupted("waited for the same row's answer, which another call asks for"));
    } finally {
      if (timer != null) {
        timer.close();
      }
    }
  }

  private Subscription expireLater(CompletableFuture<O> waiting, long start, long deadline) {
    long left = Math.max(0, Deadline.left(deadline, time.nanos()));
    return time.schedule(
        Duration.ofNanos(left),
        () ->
            waiting.completeExceptionally(
                new NotKept(errors.expired(time.nanos() - start, batcher.depth()), true)));
  }

  /** Returns what a follower ends with, or null if it should ask for itself. */
  private static @Nullable RuntimeException shared(@Nullable Throwable cause) {
    if (!(cause instanceof NotKept ended)) {
      return null;
    }
    Throwable why = ended.why;
    if (why instanceof PredictionRejectedException rejected) {
      return ended.own
              || rejected.reason() == PredictionRejectedException.Reason.QUEUE_FULL
              || rejected.reason() == PredictionRejectedException.Reason.CIRCUIT_OPEN
          ? rejected
          : null;
    }
    return why instanceof PredictionFailedException failed && !failed.timedOut() ? failed : null;
  }

  CompletableFuture<O> async(
      I input, long start, long deadline, Priority priority, @Nullable Trace trace) {
    Lookup<I> lookup = Deadline.isPast(deadline, start) ? null : lookup(input);
    return lookup == null
        ? calls.async(input, start, deadline, priority, trace)
        : async(lookup, input, start, deadline, priority, trace, 0);
  }

  private CompletableFuture<O> async(
      Lookup<I> lookup,
      I input,
      long start,
      long deadline,
      Priority priority,
      @Nullable Trace trace,
      int attempt) {
    CompletableFuture<O> mine = new CompletableFuture<>();
    CompletableFuture<O> theirs =
        attempt == PATIENCE ? null : cache.asMap().putIfAbsent(lookup.key, mine);
    if (theirs == null) {
      return leadAsync(lookup, mine, input, start, deadline, priority, trace);
    }
    if (theirs.isDone() && !theirs.isCompletedExceptionally()) {
      hits.increment();
      return CompletableFuture.completedFuture(found(lookup, input, theirs.join(), start, trace));
    }
    if (attempt == 0) {
      coalesced.increment();
    }
    // Elsewhere: whoever answers does not do the others' work as well.
    CompletableFuture<O> waiting = theirs.thenApplyAsync(answer -> answer);
    Subscription timer = deadline == Deadline.NONE ? null : expireLater(waiting, start, deadline);
    return waiting
        .whenComplete(
            (answer, failure) -> {
              if (timer != null) {
                timer.close();
              }
            })
        .thenApply(answer -> found(lookup, input, answer, start, trace))
        .exceptionallyCompose(
            failure -> {
              cache.asMap().remove(lookup.key, theirs);
              RuntimeException shared =
                  shared(failure instanceof CompletionException e ? e.getCause() : failure);
              if (shared == null && Deadline.isPast(deadline, time.nanos())) {
                shared = errors.expired(time.nanos() - start, batcher.depth());
              }
              return shared == null
                  ? async(lookup, input, start, deadline, priority, trace, attempt + 1)
                  : calls.instead(input, start, trace, shared);
            });
  }

  private CompletableFuture<O> leadAsync(
      Lookup<I> lookup,
      CompletableFuture<O> mine,
      I input,
      long start,
      long deadline,
      Priority priority,
      @Nullable Trace wanted) {
    misses.increment();
    Trace trace = wanted == null ? new Trace() : wanted;
    trace.read(lookup.row);
    CompletableFuture<O> answer;
    try {
      answer = calls.async(input, start, deadline, priority, trace);
    } catch (Throwable e) {
      settle(lookup, input, mine, null, trace, e);
      throw e;
    }
    // The caller may cancel the copy; what others wait for goes on.
    return answer
        .whenComplete((output, failure) -> settle(lookup, input, mine, output, trace, failure))
        .copy();
  }

  /** Drops what a version no longer served has answered. */
  void keepOnly(ServedVersion<I, O> version) {
    cache.asMap().keySet().removeIf(key -> key.version != version);
  }

  long evictions() {
    return cache.synchronous().stats().evictionCount();
  }

  long entries() {
    return cache.synchronous().estimatedSize();
  }

  long bytes() {
    return cache
        .synchronous()
        .policy()
        .eviction()
        .map(policy -> policy.weightedSize().orElse(0))
        .orElse(0L);
  }

  /**
   * What a flight ends with when there is nothing to keep. Of the kind that Caffeine takes for the
   * end of a wait: of any other it would log each one.
   */
  private static final class NotKept extends TimeoutException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Throwable why;
    private final boolean own;

    NotKept(@Nullable Throwable why) {
      this(why, false);
    }

    NotKept(@Nullable Throwable why, boolean own) {
      this.why = why;
      this.own = own;
    }

    /** It is a signal: nobody sees where it came from. */
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
