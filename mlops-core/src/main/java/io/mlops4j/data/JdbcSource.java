package io.mlops4j.data;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Rows of a query, read as they are asked for: memory is one page. */
final class JdbcSource<T> implements Source<T> {
  private static final int PAGE = 1_000;

  private final String name;
  private final DataSource source;
  private final String query;
  private final RowFactory<T> factory;

  JdbcSource(String name, DataSource source, String query, Schema<T> schema) {
    this.name = Objects.requireNonNull(name, "name");
    this.source = Objects.requireNonNull(source, "source");
    this.query = Objects.requireNonNull(query, "query");
    this.factory =
        schema
            .factory()
            .orElseThrow(
                () ->
                    new DataException(
                        name
                            + ": schema "
                            + schema.name()
                            + " cannot make rows: it was built by hand. Give the builder a"
                            + " factory."));
  }

  @Override
  public Stream<T> open() {
    Rows rows = new Rows();
    try {
      rows.begin();
    } catch (SQLException e) {
      rows.close();
      throw failed(0, e);
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
    return StreamSupport.stream(rows, false).onClose(rows::close);
  }

  /** The state only: a driver's message may quote a value. */
  private DataException failed(long row, SQLException e) {
    return new DataException(
        name
            + ", row "
            + row
            + " or after it: the database answered with SQL state "
            + e.getSQLState()
            + " ("
            + e.getClass().getSimpleName()
            + ").");
  }

  private final class Rows extends Spliterators.AbstractSpliterator<T> {
    private @Nullable Connection connection;
    private @Nullable PreparedStatement statement;
    private @Nullable ResultSet results;
    private int[] columns = {};
    private boolean autoCommit;
    private long row;

    Rows() {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
    }

    void begin() throws SQLException {
      Connection opened = source.getConnection();
      connection = opened;
      autoCommit = opened.getAutoCommit();
      opened.setAutoCommit(false); // PostgreSQL reads in pages only inside a transaction.
      PreparedStatement prepared = opened.prepareStatement(query);
      statement = prepared;
      prepared.setFetchSize(PAGE);
      ResultSet found = prepared.executeQuery();
      results = found;
      ResultSetMetaData about = found.getMetaData();
      List<String> header = new ArrayList<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        header.add(about.getColumnLabel(i));
      }
      columns = CsvColumns.match(name, header, factory.fields());
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
      ResultSet open = results;
      if (open == null) {
        return false;
      }
      T next;
      try {
        if (!open.next()) {
          close();
          return false;
        }
        row++;
        next = read(open);
      } catch (SQLException e) {
        close();
        throw failed(row, e);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
      action.accept(next);
      return true;
    }

    private T read(ResultSet open) throws SQLException {
      @Nullable Object[] values = new @Nullable Object[columns.length];
      for (int i = 0; i < values.length; i++) {
        RowField field = factory.fields().get(i);
        try {
          values[i] = value(open, columns[i] + 1, field);
        } catch (IllegalArgumentException e) {
          throw new DataException(
              name
                  + ", row "
                  + row
                  + ", "
                  + Text.printable(field.name(), 64)
                  + ": "
                  + e.getMessage()
                  + ".");
        }
      }
      try {
        return factory.create(values);
      } catch (MlopsException e) {
        throw new DataException(name + ", row " + row + ": " + e.getMessage());
      }
    }

    private @Nullable Object value(ResultSet open, int column, RowField field) throws SQLException {
      Class<?> type = field.type();
      if (type == Instant.class) {
        OffsetDateTime at = open.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
      }
      if (type == ZonedDateTime.class) {
        OffsetDateTime at = open.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toZonedDateTime();
      }
      if (type == LocalDateTime.class || type == LocalDate.class || type == OffsetDateTime.class) {
        return open.getObject(column, type);
      }
      return field.convert(open.getObject(column));
    }

    void close() {
      ResultSet open = results;
      PreparedStatement prepared = statement;
      Connection opened = connection;
      results = null;
      statement = null;
      connection = null;
      quietly(open);
      quietly(prepared);
      if (opened != null) {
        try {
          opened.rollback(); // Nothing was written.
          opened.setAutoCommit(autoCommit);
        } catch (SQLException e) {
          // The connection is given back next; a pool tests it.
        }
        quietly(opened);
      }
    }

    private void quietly(@Nullable AutoCloseable resource) {
      if (resource != null) {
        try {
          resource.close();
        } catch (Exception e) {
          // What was read has been read.
        }
      }
    }
  }
}
