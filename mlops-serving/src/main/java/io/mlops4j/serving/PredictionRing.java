package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded ring from request threads to the one drain thread.
 *
 * <p>The bounded queue of D. Vyukov (1024cores.net, "Bounded MPMC queue") with one consumer: every
 * cell has a turn; position {@code p} may be filled when the turn is {@code p}, and emptied when it
 * is {@code p + 1}. A full ring drops and counts. Cells and their row buffers are reused: a request
 * allocates nothing here.
 */
final class PredictionRing<I, O> {
  static final int CAPACITY = 4096;

  private final Cell<I, O>[] cells;
  private final int mask;
  private final AtomicLong tail = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private volatile long head;

  @SuppressWarnings({"unchecked", "rawtypes"})
  PredictionRing(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: a power of two)");
    }
    cells = new Cell[capacity];
    mask = capacity - 1;
    for (int i = 0; i < capacity; i++) {
      cells[i] = new Cell<>(i);
    }
  }

  /** Returns a cell to fill and {@link #publish}, or null if the ring is full. */
  @Nullable Cell<I, O> claim() {
    while (true) {
      long position = tail.get();
      Cell<I, O> cell = cells[(int) position & mask];
      long behind = cell.turn.get() - position;
      if (behind == 0) {
        if (tail.weakCompareAndSetVolatile(position, position + 1)) {
          cell.position = position;
          return cell;
        }
      } else if (behind < 0) {
        dropped.increment();
        return null;
      }
    }
  }

  void publish(Cell<I, O> cell) {
    cell.turn.setRelease(cell.position + 1);
  }

  /** Returns the oldest filled cell, or null. Consumer only, which then calls {@link #free}. */
  @Nullable Cell<I, O> peek() {
    Cell<I, O> cell = cells[(int) head & mask];
    return cell.turn.getAcquire() == head + 1 ? cell : null;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One consumer.
  void free(Cell<I, O> cell) {
    cell.clear();
    cell.turn.setRelease(head + cells.length);
    head = head + 1;
  }

  long claimed() {
    return tail.get();
  }

  long consumed() {
    return head;
  }

  boolean isHalfFull() {
    return tail.get() - head > cells.length / 2;
  }

  long dropped() {
    return dropped.sum();
  }

  /** One prediction on its way. */
  static final class Cell<I, O> {
    private final AtomicLong turn;
    private long position;
    private @Nullable RowBuffer<I> buffer;
    boolean hasRow;
    long sequence;
    long answeredAt;
    long latency;
    @Nullable ModelVersion version;
    Prediction.@Nullable Source source;
    @Nullable O output;
    @Nullable String key;
    @Nullable String unit;

    Cell(long turn) {
      this.turn = new AtomicLong(turn);
    }

    /** Returns this cell's buffer for rows of a schema. */
    RowBuffer<I> buffer(Schema<I> schema) {
      RowBuffer<I> own = buffer;
      if (own == null || own.schema() != schema) {
        own = schema.newBuffer();
        buffer = own;
      }
      return own;
    }

    @Nullable RowBuffer<I> row() {
      return hasRow ? buffer : null;
    }

    private void clear() {
      RowBuffer<I> own = buffer;
      if (own != null && hasRow) {
        own.clear();
      }
      hasRow = false;
      version = null;
      source = null;
      output = null;
      key = null;
      unit = null;
    }
  }
}
