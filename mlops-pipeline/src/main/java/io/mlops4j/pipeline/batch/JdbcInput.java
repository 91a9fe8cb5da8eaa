package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Rows of a query in the order of a key, a page at a time. */
final class JdbcInput<T> extends BatchSource<T> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  private final DataSource database;
  private final String query;
  private final String key;
  private final Schema<T> schema;
  private final RowMaker<T> maker;

  JdbcInput(DataSource database, String query, String key, Schema<T> schema) {
    this.database = Objects.requireNonNull(database, "database");
    this.query = Objects.requireNonNull(query, "query").strip();
    this.key = requireName("key", Objects.requireNonNull(key, "key"));
    this.schema = Objects.requireNonNull(schema, "schema");
    this.maker = new RowMaker<>(schema);
    if (this.query.isEmpty() || this.query.endsWith(";")) {
      throw new IllegalArgumentException(
          "query: \""
              + Text.printable(query, 100)
              + "\" (expected: one select without a semicolon at its end)");
    }
  }

  static String requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + ": \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 128 of A-Z a-z 0-9 _, not starting with a digit)");
    }
    return name;
  }

  @Override
  Schema<T> schema() {
    return schema;
  }

  @Override
  Map<String, String> identity() {
    return Map.of(
        "input.kind",
        "jdbc",
        "input.query",
        Digests.sha256(query.getBytes(StandardCharsets.UTF_8)),
        "input.key",
        key);
  }

  @Override
  RecordCursor<T> open(List<String> kept, long records, String position) {
    JdbcKey from = JdbcKey.read(position);
    if (records > 0) {
      requireCount(from, records);
    }
    long rest = count(from, " where ", ">", from.isNone());
    return new JdbcCursor<>(this, maker, kept, from, records + rest);
  }

  /** Rows that came or went among those scored would make later ones wrong, too. */
  private void requireCount(JdbcKey from, long records) {
    long now = count(from, " where ", "<=", false);
    if (now != records) {
      throw new ResumeRefusedException(
          "The job scored "
              + records
              + " rows up to the key where it stopped, and there are "
              + now
              + " now: rows came or went. Begin again, into an empty output.",
          List.of("input.rows was " + records + ", is " + now));
    }
  }

  private long count(JdbcKey from, String where, String comparison, boolean all) {
    String sql =
        "select count(*) from ("
            + query
            + ") q"
            + (all ? "" : where + key + " " + comparison + " ?");
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      if (!all) {
        from.set(statement, 1);
      }
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  String page(boolean first, int rows) {
    return "select * from ("
        + query
        + ") q"
        + (first ? "" : " where " + key + " > ?")
        + " order by "
        + key
        + " fetch first "
        + rows
        + " rows only";
  }

  Connection connect() throws SQLException {
    return database.getConnection();
  }

  String key() {
    return key;
  }

  static BatchException failure(SQLException e) {
    // A driver's message may quote values of a row; its state does not.
    return new BatchException(
        BatchException.Side.INPUT,
        "The rows cannot be read from the database (SQL state "
            + e.getSQLState()
            + ", code "
            + e.getErrorCode()
            + "). Check the query, the key and the connection.",
        e);
  }
}
