package io.mlops4j.serving;

/**
 * Answers a chunk through a row kernel: rows are encoded one by one, so that one that cannot be is
 * never run; a run that fails is halved until the row is found.
 */
final class KernelRuns<I, O> {
  private final ServedVersion<I, O> version;
  private final OnnxRowModel<I, O> onnx;
  private final Chunk<I, O> chunk;

  KernelRuns(ServedVersion<I, O> version, OnnxRowModel<I, O> onnx, Chunk<I, O> chunk) {
    this.version = version;
    this.onnx = onnx;
    this.chunk = chunk;
  }

  void answer() {
    OnnxSlot<I> slot = onnx.takeUninterruptibly();
    try {
      int most = Math.min(onnx.capacity(), version.plan.rows());
      int[] rows = new int[most];
      int n = 0;
      for (int i = 0; i < chunk.size(); i++) {
        if (encode(slot, n, i)) {
          rows[n++] = i;
        }
        if (n == most || (n > 0 && i == chunk.size() - 1)) {
          run(slot, rows, 0, n);
          n = 0;
        }
      }
    } finally {
      onnx.giveBack(slot);
    }
  }

  /** Returns whether the row is in its place. */
  private boolean encode(OnnxSlot<I> slot, int place, int row) {
    if (chunk.failure(row) != null) {
      return false;
    }
    try {
      ServedVersion.encode(onnx, slot, place, chunk.input(row), chunk.row(row));
      return true;
    } catch (Throwable e) {
      chunk.refuse(row, ForeignCode.exception(e));
      return false;
    }
  }

  /** Runs rows that are encoded in the slot's first places. */
  private void run(OnnxSlot<I> slot, int[] rows, int from, int to) {
    int n = to - from;
    try {
      version.pad(slot, n, chunk.input(rows[from]));
      version.run(onnx, slot, n, chunk.stop);
    } catch (Throwable thrown) {
      RuntimeException e = ForeignCode.exception(thrown);
      if (n == 1 || chunk.isStopped()) {
        for (int i = from; i < to; i++) {
          chunk.fail(rows[i], e);
        }
        return;
      }
      int middle = (from + to) >>> 1;
      runAgain(slot, rows, from, middle, e);
      runAgain(slot, rows, middle, to, e);
      return;
    }
    for (int place = 0; place < n; place++) {
      read(slot, rows[from + place], place);
    }
  }

  private void runAgain(OnnxSlot<I> slot, int[] rows, int from, int to, RuntimeException e) {
    int[] again = new int[to - from];
    int n = 0;
    for (int i = from; i < to; i++) {
      if (!chunk.callers.want(rows[i])) {
        chunk.fail(rows[i], e);
      } else if (encode(slot, n, rows[i])) {
        again[n++] = rows[i];
      }
    }
    if (n > 0) {
      run(slot, again, 0, n);
    }
  }

  private void read(OnnxSlot<I> slot, int row, int place) {
    try {
      chunk.answer(row, version.read(onnx, slot, place));
    } catch (Throwable e) {
      chunk.fail(row, ForeignCode.exception(e));
    }
  }
}
