package io.mlops4j.features;

import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/*
 * One row for each entity. Comparing and storing is one statement: an UPDATE whose WHERE holds the
 * expected bytes, or an INSERT that the primary key lets through once. So no transaction spans two
 * statements, and no isolation level matters beyond READ COMMITTED.
 *
 * An expired row is as good as none: it is removed by whoever wants to insert in its place.
 */
/** States in a table. Every statement has parameters; the table's name is checked. */
final class JdbcStore implements OnlineStore {
  private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,39}");
  private static final String UNIQUE_VIOLATION = "23505";

  private interface Work<V> {
    V in(Connection connection) throws SQLException;
  }

  private final DataSource source;
  private final String table;
  private final Time time;
  private volatile boolean closed;

  private JdbcStore(DataSource source, String table, Time time) {
    this.source = Objects.requireNonNull(source, "source");
    this.table = table;
    this.time = Objects.requireNonNull(time, "time");
  }

  static OnlineStore open(DataSource source, String table, Time time) {
    Objects.requireNonNull(table, "table");
    if (!TABLE.matcher(table).matches()) {
      throw new IllegalArgumentException(
          "table: '"
              + Text.printable(table, 60)
              + "' (expected: 1 to 40 letters, digits and underscores, no digit first)");
    }
    JdbcStore store = new JdbcStore(source, table, time);
    store.prepare();
    return store;
  }

  private void prepare() {
    if (isThere()) {
      return;
    }
    try {
      run("be created", this::create);
    } catch (FeatureException e) {
      // Another process may have made it meanwhile: what counts is that it is there.
      if (!isThere()) {
        throw e;
      }
    }
  }

  private boolean isThere() {
    try {
      return run("be read", c -> query(c, "SELECT state FROM " + table + " WHERE 1 = 0"));
    } catch (FeatureException e) {
      return false;
    }
  }

  private static boolean query(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.executeQuery().close();
      return true;
    }
  }

  private boolean create(Connection connection) throws SQLException {
    boolean postgres =
        connection.getMetaData().getDatabaseProductName().equalsIgnoreCase("PostgreSQL");
    String bytes = postgres ? "BYTEA" : "VARBINARY(" + StoreKeys.MAX_STATE + ")";
    String sql =
        "CREATE TABLE IF NOT EXISTS "
            + table
            + " (view_table VARCHAR(128) NOT NULL, entity_key VARCHAR(256) NOT NULL, state "
            + bytes
            + " NOT NULL, expires BIGINT, PRIMARY KEY (view_table, entity_key))";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
      return true;
    }
  }

  @Override
  public Optional<byte[]> get(String view, String key) {
    Objects.requireNonNull(key, "key");
    StoreKeys.require(view, key);
    requireOpen();
    String sql =
        "SELECT state FROM "
            + table
            + " WHERE view_table = ? AND entity_key = ? AND (expires IS NULL OR expires > ?)";
    return run(
        "be read",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, view);
            statement.setString(2, key);
            statement.setLong(3, time.now().toEpochMilli());
            try (ResultSet rows = statement.executeQuery()) {
              return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
          }
        });
  }

  @Override
  public boolean replace(
      String view,
      String key,
      byte @Nullable [] expected,
      byte[] state,
      @Nullable Instant expires) {
    Objects.requireNonNull(key, "key");
    StoreKeys.require(view, key);
    StoreKeys.requireSize(state);
    requireOpen();
    return run(
        "be written",
        connection ->
            expected == null
                ? insert(connection, view, key, state, expires)
                : update(connection, view, key, expected, state, expires));
  }

  private boolean update(
      Connection connection,
      String view,
      String key,
      byte[] expected,
      byte[] state,
      @Nullable Instant expires)
      throws SQLException {
    String sql =
        "UPDATE "
            + table
            + " SET state = ?, expires = ? WHERE view_table = ? AND entity_key = ? AND state = ?"
            + " AND (expires IS NULL OR expires > ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setBytes(1, state);
      setExpires(statement, 2, expires);
      statement.setString(3, view);
      statement.setString(4, key);
      statement.setBytes(5, expected);
      statement.setLong(6, time.now().toEpochMilli());
      return statement.executeUpdate() == 1;
    }
  }

  private boolean insert(
      Connection connection, String view, String key, byte[] state, @Nullable Instant expires)
      throws SQLException {
    String remove =
        "DELETE FROM " + table + " WHERE view_table = ? AND entity_key = ? AND expires <= ?";
    try (PreparedStatement statement = connection.prepareStatement(remove)) {
      statement.setString(1, view);
      statement.setString(2, key);
      statement.setLong(3, time.now().toEpochMilli());
      statement.executeUpdate();
    }
    String sql =
        "INSERT INTO " + table + " (view_table, entity_key, state, expires) VALUES (?, ?, ?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, view);
      statement.setString(2, key);
      statement.setBytes(3, state);
      setExpires(statement, 4, expires);
      statement.executeUpdate();
      return true;
    } catch (SQLException e) {
      if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  private static void setExpires(PreparedStatement statement, int at, @Nullable Instant expires)
      throws SQLException {
    if (expires == null) {
      statement.setNull(at, Types.BIGINT);
    } else {
      statement.setLong(at, Time.millis(expires));
    }
  }

  @Override
  public void clear(String view) {
    Objects.requireNonNull(view, "table");
    StoreKeys.require(view);
    requireOpen();
    String sql = "DELETE FROM " + table + " WHERE view_table = ?";
    run(
        "be cleared",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, view);
            return statement.executeUpdate();
          }
        });
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("Online store '" + table + "' is closed. Open it again.");
    }
  }

  /** Every call takes a connection and gives it back: there is nothing to let go. */
  @Override
  public void close() {
    closed = true;
  }

  private <V> V run(String what, Work<V> work) {
    try (Connection connection = source.getConnection()) {
      boolean auto = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try {
        return work.in(connection);
      } finally {
        connection.setAutoCommit(auto);
      }
    } catch (SQLException e) {
      // The state only: a driver's message may quote a value.
      throw new FeatureException(
          "Online store '"
              + table
              + "' cannot "
              + what
              + ": the database answered with SQL state "
              + e.getSQLState()
              + " ("
              + e.getClass().getSimpleName()
              + "). Check that it can be reached and that the table and the rights are as"
              + " documented.",
          null);
    }
  }
}
