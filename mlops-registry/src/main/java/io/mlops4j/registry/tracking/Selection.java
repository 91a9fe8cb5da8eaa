package io.mlops4j.registry.tracking;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the best rows of those it is shown: as many as the query wants, and no more in memory. */
final class Selection<T> implements Consumer<T> {
  private final Query query;
  private final Function<T, Row> rows;
  private final int limit;
  private final PriorityQueue<Kept<T>> worstFirst;
  private boolean checked;

  private record Kept<T>(T item, Row row) {}

  Selection(Query query, Function<T, Row> rows) {
    this.query = query;
    this.rows = rows;
    this.limit = query.limit().orElse(Query.DEFAULT_LIMIT);
    this.worstFirst = new PriorityQueue<>(Collections.reverseOrder(this::compareKept));
  }

  @Override
  public void accept(T item) {
    accept(rows.apply(item), () -> item);
  }

  /** The item is made only if it is kept. */
  void accept(Row row, Supplier<T> item) {
    check(row);
    boolean selected =
        query.condition().map(c -> Conditions.test(c, row) == Truth.TRUE).orElse(true);
    if (!selected) {
      return;
    }
    if (worstFirst.size() == limit) {
      if (compare(row, worstFirst.element().row()) >= 0) {
        return;
      }
      worstFirst.remove();
    }
    T made = item.get();
    worstFirst.add(new Kept<>(made, rows.apply(made)));
  }

  private void check(Row row) {
    if (!checked) {
      Consumer<Field> known = f -> Conditions.requireKnown(f, row.kind(), row.attributes());
      query.condition().ifPresent(condition -> Conditions.eachField(condition, known));
      query.orders().forEach(order -> known.accept(order.field()));
      checked = true;
    }
  }

  List<T> result() {
    List<Kept<T>> kept = new ArrayList<>(worstFirst);
    kept.sort(this::compareKept);
    return kept.stream().map(Kept::item).toList();
  }

  private int compareKept(Kept<T> a, Kept<T> b) {
    return compare(a.row(), b.row());
  }

  private int compare(Row a, Row b) {
    for (Query.Order order : query.orders()) {
      int result = compare(a.value(order.field()), b.value(order.field()), order);
      if (result != 0) {
        return result;
      }
    }
    return compareLatest(a, b);
  }

  private static int compareLatest(Row a, Row b) {
    for (String name : List.of("started", "version")) {
      if (a.attributes().contains(name)) {
        Query.Order latest = new Query.Order(Field.attribute(name), true);
        int result = compare(a.value(latest.field()), b.value(latest.field()), latest);
        if (result != 0) {
          return result;
        }
      }
    }
    Field id = Field.attribute(a.attributes().contains("id") ? "id" : "model");
    return String.valueOf(b.value(id)).compareTo(String.valueOf(a.value(id)));
  }

  private static int compare(@Nullable Object a, @Nullable Object b, Query.Order order) {
    int rankA = rank(a, order.field());
    int rankB = rank(b, order.field());
    if (rankA != rankB) {
      return Integer.compare(rankA, rankB);
    } else if (a == null || b == null || rankA == NAN) {
      return 0;
    }
    int result =
        rankA == NUMBER
            ? Double.compare(Conditions.number(a) + 0.0, Conditions.number(b) + 0.0)
            : a instanceof Instant time
                ? time.compareTo((Instant) b)
                : Comparator.<String>naturalOrder().compare(a.toString(), b.toString());
    return order.descending() ? -result : result;
  }

  private static final int NUMBER = 0;
  private static final int TEXT = 1;
  private static final int NAN = 2;
  private static final int MISSING = 3;

  private static int rank(@Nullable Object value, Field field) {
    if (value == null) {
      return MISSING;
    } else if (value instanceof Double number) {
      return Double.isNaN(number) ? NAN : NUMBER;
    }
    boolean number =
        Attributes.type(field) == Attributes.Type.LOOSE && !Double.isNaN(Conditions.number(value));
    return number ? NUMBER : TEXT;
  }
}
