package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Text;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows and checkpoint in one transaction. The checkpoint has a number that each transaction raises
 * by one from what this process knows, so of two processes at one job the second is undone.
 */
final class JdbcOutput implements Output {
  static final String JOBS = "mlops_batch_jobs";
  private static final int BATCH = 1_024;

  private final Connection connection;
  private final String table;
  private final String job;
  private long sequence;
  private int[] types = {};
  private @Nullable PreparedStatement insert;
  private int waiting;

  JdbcOutput(Connection connection, String table, String job) throws SQLException {
    this.connection = connection;
    this.table = table;
    this.job = job;
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists "
              + JOBS
              + " (job varchar(128) primary key, seq bigint not null, state text not null)");
    }
    connection.commit();
  }

  @Override
  public Optional<Checkpoint> stored() {
    try (PreparedStatement select =
        connection.prepareStatement("select seq, state from " + JOBS + " where job = ?")) {
      select.setString(1, job);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          sequence = 0;
          return Optional.empty();
        }
        sequence = rows.getLong(1);
        byte[] state = JdbcSink.bytes(rows.getString(2));
        return Optional.of(Checkpoint.read(state, where()));
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw failure("read", e);
    }
  }

  /** Rows that are in the table stay there: only their owner knows what else is. */
  @Override
  public void forget() {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from " + JOBS + " where job = ?")) {
      delete.setString(1, job);
      delete.executeUpdate();
      connection.commit();
      sequence = 0;
    } catch (SQLException e) {
      throw failure("written", e);
    }
  }

  @Override
  public void begin(@Nullable Checkpoint from, List<String> columns) {
    columns.forEach(name -> JdbcInput.requireName("column", name));
    String names = String.join(", ", columns);
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select " + names + " from " + table + " where 1 = 0")) {
      ResultSetMetaData facts = rows.getMetaData();
      types = new int[columns.size()];
      for (int i = 0; i < types.length; i++) {
        types[i] = facts.getColumnType(i + 1);
      }
      insert =
          connection.prepareStatement(
              "insert into "
                  + table
                  + " ("
                  + names
                  + ") values ("
                  + String.join(", ", Collections.nCopies(columns.size(), "?"))
                  + ")");
      connection.rollback();
    } catch (SQLException e) {
      throw failure("used: it needs the columns " + Text.printable(names, 500), e);
    }
  }

  @Override
  public void write(@Nullable Object[] cells) {
    PreparedStatement statement = insert();
    try {
      for (int i = 0; i < cells.length; i++) {
        JdbcCells.set(statement, i + 1, cells[i], types[i]);
      }
      statement.addBatch();
      if (++waiting >= BATCH) {
        send(statement);
      }
    } catch (SQLException e) {
      throw failure("written", e);
    }
  }

  private PreparedStatement insert() {
    if (insert == null) {
      throw new IllegalStateException("begin() comes first");
    }
    return insert;
  }

  private void send(PreparedStatement statement) throws SQLException {
    if (waiting > 0) {
      statement.executeBatch();
      waiting = 0;
    }
  }

  @Override
  public void commit(Checkpoint state) {
    try {
      send(insert());
      store(new String(state.toBytes(), UTF_8));
      connection.commit();
      sequence++;
    } catch (SQLException e) {
      throw failure("written", e);
    }
  }

  private void store(String state) throws SQLException {
    String sql =
        sequence == 0
            ? "insert into " + JOBS + " (state, seq, job) values (?, ?, ?)"
            : "update " + JOBS + " set state = ?, seq = ? where job = ? and seq = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, state);
      statement.setLong(2, sequence + 1);
      statement.setString(3, job);
      if (sequence > 0) {
        statement.setLong(4, sequence);
      }
      if (statement.executeUpdate() != 1) {
        connection.rollback();
        throw new BatchException(
            BatchException.Side.STATE,
            "Another process has moved "
                + where()
                + " on. What this one wrote since its last checkpoint was undone.");
      }
    }
  }

  @Override
  public void finish(Checkpoint complete) {
    // The last transaction was the end.
  }

  @Override
  public String where() {
    return "job " + job + " in table " + JOBS;
  }

  private BatchException failure(String what, SQLException e) {
    try {
      connection.rollback();
    } catch (SQLException second) {
      e.addSuppressed(second);
    }
    return JdbcSink.failure(what, e);
  }

  @Override
  public void close() {
    try (Connection open = connection) {
      open.rollback();
      if (insert != null) {
        insert.close();
      }
    } catch (SQLException e) {
      throw JdbcSink.failure("closed", e);
    }
  }
}
