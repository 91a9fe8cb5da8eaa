package io.mlops4j.features;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/*
 * Merge sort: what fits is sorted in memory and written as a run; runs are merged while they are
 * read. When there are too many runs to have open at once they are merged into one first. If all
 * fits, there is no file.
 */
/** Sorts any number of records in bounded memory. Used by one thread; closing removes its files. */
final class ExternalSort<T> implements AutoCloseable {
  private static final int MAX_RUNS = 64;
  private static final int BUFFER = 1 << 15;

  private record Run(Path file, long records) {}

  private final RecordForm<T> form;
  private final Comparator<T> order;
  private final Workspace workspace;
  private final long memory;
  private final List<Run> runs = new ArrayList<>();
  private final List<RunReader> open = new ArrayList<>();
  private ArrayList<T> pending = new ArrayList<>();
  private long weight;

  ExternalSort(RecordForm<T> form, Workspace workspace, long memory) {
    this.form = form;
    this.order = form.order();
    this.workspace = workspace;
    this.memory = memory;
  }

  void add(T record) {
    pending.add(record);
    weight += form.weight(record);
    if (weight > memory) {
      spill();
    }
  }

  private void spill() {
    pending.sort(order);
    runs.add(write(pending.iterator()));
    pending = new ArrayList<>();
    weight = 0;
    if (runs.size() == MAX_RUNS) {
      Run merged = write(merge(runs));
      close();
      runs.add(merged);
    }
  }

  /** All records in order, once. Nothing is added afterwards. */
  Iterator<T> sorted() {
    if (runs.isEmpty()) {
      pending.sort(order);
      return pending.iterator();
    }
    if (!pending.isEmpty()) {
      spill();
    }
    return merge(runs);
  }

  /** How many files there are: none if all fitted. */
  int files() {
    return runs.size();
  }

  private Run write(Iterator<T> records) {
    Path file = workspace.newFile();
    long count = 0;
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER))) {
      while (records.hasNext()) {
        form.write(records.next(), out);
        count++;
      }
    } catch (IOException e) {
      throw workspace.failed("written", e);
    }
    return new Run(file, count);
  }

  private Iterator<T> merge(List<Run> from) {
    PriorityQueue<RunReader> heads =
        new PriorityQueue<>((a, b) -> order.compare(a.head(), b.head()));
    for (Run run : from) {
      RunReader reader = new RunReader(run);
      open.add(reader);
      if (reader.advance()) {
        heads.add(reader);
      }
    }
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return !heads.isEmpty();
      }

      @Override
      public T next() {
        RunReader first = heads.poll();
        if (first == null) {
          throw new NoSuchElementException();
        }
        T result = first.head();
        if (first.advance()) {
          heads.add(first);
        }
        return result;
      }
    };
  }

  @Override
  public void close() {
    open.forEach(RunReader::close);
    open.clear();
    runs.forEach(run -> workspace.remove(run.file()));
    runs.clear();
    pending = new ArrayList<>();
  }

  private final class RunReader {
    private final DataInputStream in;
    private long left;
    private @Nullable T head;

    RunReader(Run run) {
      this.left = run.records();
      try {
        this.in =
            new DataInputStream(new BufferedInputStream(Files.newInputStream(run.file()), BUFFER));
      } catch (IOException e) {
        throw workspace.failed("read", e);
      }
    }

    T head() {
      return java.util.Objects.requireNonNull(head);
    }

    boolean advance() {
      if (left == 0) {
        head = null;
        close();
        return false;
      }
      left--;
      try {
        head = form.read(in);
      } catch (IOException e) {
        throw workspace.failed("read", e);
      }
      return true;
    }

    void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw workspace.failed("closed", e);
      }
    }
  }
}
