package io.mlops4j.serving;

import io.mlops4j.core.FailedPrediction;
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
 * <p>A producer claims a position by moving the tail, unless the ring is full, which drops and
 * counts; fills the position's cell; and publishes it by setting the cell's turn to the position
 * plus one. The consumer takes cells whose turn has come and moves the head, behind which cells are
 * free again.
 *
 * <p>What a request pays here is cache misses, more than instructions. So cells and their row
 * buffers are reused, the consumer writes to a cell only to let go of references, the head moves
 * once per sweep, and references that do not change are not stored again (a store into an old
 * object is a barrier with a fence).
 */
final class PredictionRing<I, O> {
  static final int CAPACITY = 4096;

  private final Cell<I, O>[] cells;
  private final int mask;
  private final AtomicLong tail = new AtomicLong();
  private final AtomicLong head = new AtomicLong();
  private final LongAdder dropped = new LongAdder();

  @SuppressWarnings({"unchecked", "rawtypes"})
  PredictionRing(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: a power of two)");
    }
    cells = new Cell[capacity];
    mask = capacity - 1;
    for (int i = 0; i < capacity; i++) {
      cells[i] = new Cell<>();
    }
  }

  /** Returns the position of a cell to fill and {@link #publish}, or -1 if the ring is full. */
  long claim() {
    while (true) {
      long position = tail.get();
      if (position - head.get() >= cells.length) {
        // The head was read after the tail, so it was full at some moment in between.
        dropped.increment();
        return -1;
      }
      if (tail.weakCompareAndSetVolatile(position, position + 1)) {
        return position;
      }
    }
  }

  /**
   * Claims as many cells in a row as there is room for, up to so many; the others are dropped.
   *
   * <p>One compare-and-set for all: their cells are filled and published one by one, like others.
   */
  Claim claim(int wanted) {
    while (true) {
      long position = tail.get();
      int room = cells.length - (int) (position - head.get());
      int taken = Math.min(wanted, Math.max(0, room));
      if (taken == 0 || tail.weakCompareAndSetVolatile(position, position + taken)) {
        dropped.add(wanted - taken);
        return new Claim(position, taken);
      }
    }
  }

  /**
   * Cells in a row.
   *
   * @param first the first one's position
   * @param cells how many; possibly none
   */
  record Claim(long first, int cells) {}

  /** Returns whether a prediction would be dropped now. */
  boolean isFull() {
    return tail.get() - head.get() >= cells.length;
  }

  Cell<I, O> cell(long position) {
    return cells[(int) position & mask];
  }

  void publish(long position) {
    cell(position).turn.setRelease(position + 1);
  }

  /** Returns whether a position has been published. Consumer only. */
  boolean isReady(long position) {
    return cell(position).turn.getAcquire() == position + 1;
  }

  /** Frees every cell before a position. Consumer only. */
  void free(long position) {
    head.setRelease(position);
  }

  long claimed() {
    return tail.get();
  }

  long consumed() {
    return head.get();
  }

  boolean isHalfFull(long position) {
    return position - head.get() > cells.length / 2;
  }

  long dropped() {
    return dropped.sum();
  }

  /** One prediction on its way. */
  static final class Cell<I, O> {
    private final AtomicLong turn = new AtomicLong();
    private @Nullable RowBuffer<I> buffer;
    private boolean bufferHoldsReferences;
    private boolean hasRow;
    private double number;
    private boolean hasNumber;
    private @Nullable O output;
    long sequence;
    long answeredAt;
    long latency;
    @Nullable ModelVersion version;
    Prediction.@Nullable Source source;
    @Nullable String key;
    @Nullable String unit;
    FailedPrediction.@Nullable Reason failure;

    /** Says that there is no answer. */
    void fail(ModelVersion asked, FailedPrediction.Reason reason) {
      version = asked;
      failure = reason;
      hasRow = false;
      hasNumber = false;
    }

    void answer(ModelVersion by, Prediction.Source from, O answer) {
      if (!by.equals(version)) {
        version = by;
      }
      if (source != from) {
        source = from;
      }
      if (answer instanceof Double box) {
        number = box;
        hasNumber = true;
      } else {
        hasNumber = false;
        output = Answers.own(answer);
      }
      hasRow = false;
    }

    /** Returns the answer; a number comes back in a new box. */
    @SuppressWarnings("unchecked")
    @Nullable O answer() {
      return hasNumber ? (O) (Object) number : output;
    }

    void row(I input, Schema<I> schema) {
      buffer(schema).set(input);
      hasRow = true;
    }

    void row(RowBuffer<I> row) {
      buffer(row.schema()).copyFrom(row);
      hasRow = true;
    }

    private RowBuffer<I> buffer(Schema<I> schema) {
      RowBuffer<I> own = buffer;
      if (own == null || own.schema() != schema) {
        own = schema.newBuffer();
        buffer = own;
        bufferHoldsReferences = SpareRows.holdsReferences(schema);
      }
      return own;
    }

    @Nullable RowBuffer<I> row() {
      return hasRow ? buffer : null;
    }

    /** Lets go of what belongs to the user. */
    void clear() {
      RowBuffer<I> own = buffer;
      if (own != null && bufferHoldsReferences) {
        own.clear();
      }
      if (output != null) {
        output = null;
      }
      if (key != null) {
        key = null;
      }
      if (unit != null) {
        unit = null;
      }
      if (failure != null) {
        failure = null;
      }
    }
  }
}
