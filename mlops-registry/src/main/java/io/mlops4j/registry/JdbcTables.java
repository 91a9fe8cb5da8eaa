package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;

/** The three tables of a store: their names, their making, their format. */
final class JdbcTables {
  static final int FORMAT = 1;
  private static final Pattern PREFIX =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,47}\\.)?[A-Za-z_][A-Za-z0-9_]{0,47}");
  private static final int ATTEMPTS = 20;

  final String objects;
  final String chunks;
  private final String format;
  private final String store;

  JdbcTables(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix: \""
              + Text.printable(prefix, 64)
              + "\" (expected: letters, digits and _, at most 48, with an optional schema and a dot"
              + " in front)");
    }
    this.objects = prefix + "objects";
    this.chunks = prefix + "chunks";
    this.format = prefix + "format";
    this.store = "Store in tables " + prefix + "*";
  }

  /** Names are bytes, so that no collation has a say in their order or equality. */
  List<String> definitions() {
    return List.of(
        "CREATE TABLE IF NOT EXISTS "
            + objects
            + " (name BYTEA NOT NULL PRIMARY KEY, request VARCHAR(36) NOT NULL,"
            + " created BIGINT NOT NULL, bytes BIGINT NOT NULL, content BYTEA,"
            + " chunk_set VARCHAR(36), parts INTEGER NOT NULL, set_aside BIGINT)",
        "CREATE TABLE IF NOT EXISTS "
            + chunks
            + " (chunk_set VARCHAR(36) NOT NULL, part INTEGER NOT NULL, content BYTEA NOT NULL,"
            + " PRIMARY KEY (chunk_set, part))",
        "CREATE TABLE IF NOT EXISTS " + format + " (version INTEGER NOT NULL PRIMARY KEY)");
  }

  /**
   * Makes the tables if they are not there. Of several who start at once, each may fail at what
   * another has just done, and finds it done when it looks again.
   */
  void prepare(JdbcTransactions transactions) {
    for (int attempt = 1; ; attempt++) {
      try {
        requireKnown(version(transactions));
        return;
      } catch (SQLException e) {
        if (JdbcTransactions.isWorthAnotherAttempt(e)) {
          throw JdbcTransactions.failed(store, "it cannot be opened", e);
        }
      }
      try {
        transactions.once(this::create);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS) {
          throw JdbcTransactions.failed(
              store,
              "the tables are not there and cannot be made (docs/registry.md has the statements)",
              e);
        }
        transactions.waitAfter(Math.min(attempt, 4));
      }
    }
  }

  private int version(JdbcTransactions transactions) throws SQLException {
    return transactions.run(
        "format",
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT MAX(version) FROM " + format);
              ResultSet rows = select.executeQuery()) {
            int version = rows.next() ? rows.getInt(1) : 0;
            if (version == 0) {
              throw new SQLException("The tables are not complete", "42000");
            }
            return version;
          }
        });
  }

  private void requireKnown(int version) {
    if (version > FORMAT) {
      throw new MlopsException(
          store
              + " has format "
              + version
              + "; this library knows "
              + FORMAT
              + ". Update the library.");
    }
  }

  private boolean create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String definition : definitions()) {
        statement.execute(definition);
      }
      statement.executeUpdate("INSERT INTO " + format + " (version) VALUES (" + FORMAT + ")");
    }
    return true;
  }
}
