package io.mlops4j.serving;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.RowGroups.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are in no hurry, on the thread of whoever consumes the answers: nothing is read before
 * it is wanted, so there is nothing to queue. A run begins only while no request waits, is kept
 * short, and is the only offline one of its predictor; so a request that comes in meanwhile waits
 * for one short run at most.
 */
final class OfflineRows<I, O> {
  /** How long to look away while requests wait: from here, doubling, to there. */
  private static final long SHORTEST_NAP = 50_000;

  private static final long LONGEST_NAP = 2_000_000;

  private final @Nullable Function<? super I, ?> shapeOf;
  private final Counters counters;
  private final PredictorErrors errors;
  private final VersionSwitch<I, O> versions;
  private final ChunkRuns<I, O> runs;
  private final IntSupplier waiting;
  private final BooleanSupplier closed;
  private final Supplier<RuntimeException> notReady;
  private final Semaphore one = new Semaphore(1);

  OfflineRows(
      @Nullable Function<? super I, ?> shapeOf,
      Counters counters,
      PredictorErrors errors,
      VersionSwitch<I, O> versions,
      ChunkRuns<I, O> runs,
      IntSupplier waiting,
      BooleanSupplier closed,
      Supplier<RuntimeException> notReady) {
    this.shapeOf = shapeOf;
    this.counters = counters;
    this.errors = errors;
    this.versions = versions;
    this.runs = runs;
    this.waiting = waiting;
    this.closed = closed;
    this.notReady = notReady;
  }

  Stream<Scored<I, O>> score(Stream<? extends I> rows) {
    Iterator<Scored<I, O>> scores = new Scores(rows.iterator());
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(scores, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(rows::close);
  }

  private final class Scores implements Iterator<Scored<I, O>> {
    private final Iterator<? extends I> rows;
    private Iterator<Scored<I, O>> ready = List.<Scored<I, O>>of().iterator();
    private long next;

    /** Read, and not answered yet: what an interrupt leaves for the next attempt. */
    private List<I> some = List.of();

    /** Where the stream held null, once those before it are answered; less than 0 if nowhere. */
    private long missing = -1;

    Scores(Iterator<? extends I> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return ready.hasNext() || !some.isEmpty() || missing >= 0 || rows.hasNext();
    }

    @Override
    public Scored<I, O> next() {
      if (!ready.hasNext()) {
        if (some.isEmpty()) {
          requireRow();
          if (!rows.hasNext()) {
            throw new NoSuchElementException();
          }
          some = read();
        }
        ready = run();
      }
      return ready.next();
    }

    private void requireRow() {
      if (missing >= 0) {
        long row = missing;
        missing = -1;
        Elements.required("rows", row, null);
      }
    }

    /**
     * Reads the rows of one run. Whoever makes them may take long, or score rows here himself: no
     * version is held meanwhile, and nobody's turn is taken.
     */
    private List<I> read() {
      ServedVersion<I, O> version = versions.current();
      if (closed.getAsBoolean() || version == null) {
        throw notReady.get();
      }
      List<I> read = new ArrayList<>();
      int most = BatchRuns.offlineRows(version);
      while (read.size() < most && rows.hasNext()) {
        I row = rows.next();
        if (row == null) {
          missing = next + read.size();
          break;
        }
        read.add(row);
      }
      if (read.isEmpty()) {
        requireRow();
      }
      return read;
    }

    private Iterator<Scored<I, O>> run() {
      awaitTurn();
      try {
        awaitQuiet();
        ServedVersion<I, O> version = versions.enter();
        if (version == null) {
          throw notReady.get();
        }
        try {
          List<Scored<I, O>> scored = scored(version, some, next);
          next += some.size();
          some = List.of();
          return scored.iterator();
        } finally {
          version.lease.leave();
        }
      } finally {
        one.release();
      }
    }
  }

  private void awaitTurn() {
    try {
      one.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.interrupted("waited for another offline run");
    }
  }

  private void awaitQuiet() {
    long nap = SHORTEST_NAP;
    while (waiting.getAsInt() > 0) {
      if (Thread.currentThread().isInterrupted()) {
        throw errors.interrupted("waited for requests to be answered before offline rows");
      }
      if (closed.getAsBoolean()) {
        break;
      }
      LockSupport.parkNanos(this, nap);
      nap = Math.min(LONGEST_NAP, 2 * nap);
    }
    if (closed.getAsBoolean()) {
      throw errors.closed();
    }
  }

  private List<Scored<I, O>> scored(ServedVersion<I, O> version, List<I> rows, long first) {
    @SuppressWarnings("unchecked")
    Scored<I, O>[] scored = (Scored<I, O>[]) new Scored<?, ?>[rows.size()];
    for (Group<I> group : groups(version, rows)) {
      Chunk<I, O> chunk = new Chunk<>(group.rows());
      runs.answer(version, chunk);
      for (int i = 0; i < chunk.size(); i++) {
        int position = group.position(i);
        scored[position] = scored(version.version, chunk, i, first + position);
      }
    }
    counters.offlineRows.add(rows.size());
    return Arrays.asList(scored);
  }

  private List<Group<I>> groups(ServedVersion<I, O> version, List<I> rows) {
    try {
      return new RowGroups<>(rows, rows.size(), shapeOf).groups();
    } catch (Throwable e) {
      throw errors.failed(version.version, ForeignCode.exception(e));
    }
  }

  private Scored<I, O> scored(ModelVersion version, Chunk<I, O> chunk, int i, long row) {
    O output = chunk.output(i);
    MlopsException failure =
        output != null
            ? null
            : (MlopsException) errors.failedRow(version, (int) row, chunk.cause(i));
    return new Scored<>(row, chunk.input(i), version, output, failure);
  }
}
