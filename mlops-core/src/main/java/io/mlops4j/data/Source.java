package io.mlops4j.data;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where rows come from; can be opened any number of times. */
@FunctionalInterface
interface Source<T> {
  Stream<T> open();

  /** Shows every row, and tells of those that cannot be read. */
  default void visit(RowVisitor<? super T> visitor) {
    try (Stream<T> rows = open()) {
      Iterator<T> iterator = rows.iterator();
      for (long number = 1; iterator.hasNext(); number++) {
        visitor.row(number, iterator.next());
      }
    }
  }

  default Source<T> filtered(Predicate<? super T> keep) {
    return new Source<>() {
      @Override
      public Stream<T> open() {
        return Source.this.open().filter(keep);
      }

      @Override
      public void visit(RowVisitor<? super T> visitor) {
        Source.this.visit(
            new ThroughVisitor<T, T>(visitor) {
              @Override
              @Nullable T made(T row) {
                return keep.test(row) ? row : null;
              }
            });
      }
    };
  }

  default <U> Source<U> mapped(Function<? super T, ? extends U> change) {
    return new Source<>() {
      @Override
      public Stream<U> open() {
        return Source.this.open().map(change);
      }

      @Override
      public void visit(RowVisitor<? super U> visitor) {
        Source.this.visit(
            new ThroughVisitor<T, U>(visitor) {
              @Override
              U made(T row) {
                return change.apply(row);
              }
            });
      }
    };
  }

  /** Passes on what it is told; a row that cannot be changed is one that cannot be read. */
  abstract class ThroughVisitor<T, U> implements RowVisitor<T> {
    private final RowVisitor<? super U> to;

    ThroughVisitor(RowVisitor<? super U> to) {
      this.to = to;
    }

    /** Returns what is made of a row; null leaves it out. */
    abstract @Nullable U made(T row);

    @Override
    public void columns(List<String> columns, List<String> absent) {
      to.columns(columns, absent);
    }

    @Override
    public void row(long line, T row) {
      @Nullable U made;
      try {
        made = made(row);
      } catch (DataException e) {
        to.unreadable(line, List.of(new Fault("", false, String.valueOf(e.getMessage()))));
        return;
      }
      if (made != null) {
        to.row(line, made);
      }
    }

    @Override
    public void unreadable(long line, List<Fault> faults) {
      to.unreadable(line, faults);
    }

    @Override
    public void broken(long line, String problem) {
      to.broken(line, problem);
    }
  }
}
