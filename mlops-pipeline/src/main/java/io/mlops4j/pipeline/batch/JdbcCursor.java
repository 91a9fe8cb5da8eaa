package io.mlops4j.pipeline.batch;

import io.mlops4j.core.RowField;
import io.mlops4j.core.Text;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Pages of a query, each read by a statement and a connection of its own. */
final class JdbcCursor<T> implements RecordCursor<T> {
  private static final int PAGE = 4_096;

  private final JdbcInput<T> input;
  private final RowMaker<T> maker;
  private final List<String> kept;
  private final long total;
  private final Deque<Read<T>> page = new ArrayDeque<>();
  private JdbcKey last;
  private JdbcKey read;
  private boolean ended;

  private record Read<T>(JdbcKey key, InputRecord<T> record) {}

  JdbcCursor(JdbcInput<T> input, RowMaker<T> maker, List<String> kept, JdbcKey from, long total) {
    this.input = input;
    this.maker = maker;
    this.kept = kept;
    this.total = total;
    this.last = from;
    this.read = from;
  }

  @Override
  public @Nullable InputRecord<T> next() {
    if (page.isEmpty() && !ended) {
      try {
        readPage();
      } catch (SQLException e) {
        throw JdbcInput.failure(e);
      }
    }
    Read<T> next = page.poll();
    if (next == null) {
      return null;
    }
    last = next.key();
    return next.record();
  }

  private void readPage() throws SQLException {
    try (Connection connection = input.connect();
        PreparedStatement statement =
            connection.prepareStatement(input.page(read.isNone(), PAGE))) {
      if (!read.isNone()) {
        read.set(statement, 1);
      }
      statement.setFetchSize(PAGE);
      try (ResultSet rows = statement.executeQuery()) {
        Columns columns = new Columns(rows.getMetaData());
        int[] places = maker.fields().stream().mapToInt(f -> columns.of(f.name())).toArray();
        int[] keptPlaces = kept.stream().mapToInt(columns::of).toArray();
        int key = columns.of(input.key());
        while (rows.next()) {
          read = JdbcKey.of(rows.getObject(key), input.key());
          page.add(new Read<>(read, record(rows, places, keptPlaces)));
        }
      }
    }
    ended = page.size() < PAGE;
  }

  private InputRecord<T> record(ResultSet rows, int[] places, int[] keptPlaces)
      throws SQLException {
    @Nullable Object[] values = new @Nullable Object[places.length];
    for (int i = 0; i < places.length; i++) {
      RowField field = maker.fields().get(i);
      try {
        values[i] = field.convert(plain(rows.getObject(places[i])));
      } catch (IllegalArgumentException e) {
        return InputRecord.bad(0, maker.misfit(i, e));
      }
    }
    @Nullable Object[] cells = new @Nullable Object[keptPlaces.length];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = plain(rows.getObject(keptPlaces[i]));
    }
    return maker.make(0, values, cells);
  }

  /** Times are texts in ISO 8601: what a field of a row parses, and a file holds. */
  private static @Nullable Object plain(@Nullable Object value) {
    if (value == null
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof String) {
      return value;
    }
    if (value instanceof Timestamp time) {
      return time.toLocalDateTime().toString();
    }
    return value instanceof Date date ? date.toLocalDate().toString() : value.toString();
  }

  @Override
  public String position() {
    return last.toString();
  }

  @Override
  public long total() {
    return total;
  }

  @Override
  public void close() {
    // Nothing is open between two pages.
  }

  /** Which column has a name: exactly, or ignoring case and underscores. */
  private static final class Columns {
    private final List<String> names = new ArrayList<>();

    Columns(ResultSetMetaData rows) throws SQLException {
      for (int i = 1; i <= rows.getColumnCount(); i++) {
        names.add(rows.getColumnLabel(i));
      }
    }

    int of(String name) {
      int exact = names.indexOf(name);
      List<String> loose = names.stream().map(Columns::loose).toList();
      int first = exact >= 0 ? exact : loose.indexOf(loose(name));
      if (first < 0 || (exact < 0 && first != loose.lastIndexOf(loose(name)))) {
        throw new BatchException(
            BatchException.Side.INPUT,
            "The query has "
                + (first < 0 ? "no column " : "two columns like ")
                + Text.printable(name, 64)
                + ". Its columns: "
                + Text.printable(String.join(", ", names), 1_000)
                + ".");
      }
      return first + 1;
    }

    private static String loose(String name) {
      return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
  }
}
