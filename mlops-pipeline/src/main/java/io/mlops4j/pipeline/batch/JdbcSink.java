package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Text;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;

/** A table, and the job's checkpoint in a table beside it. */
final class JdbcSink extends BatchSink {
  private static final int MAX_JOB = 128;

  private final DataSource database;
  private final String table;
  private final String job;

  JdbcSink(DataSource database, String table, String job) {
    this.database = Objects.requireNonNull(database, "database");
    this.table = requireTable(Objects.requireNonNull(table, "table"));
    this.job = Objects.requireNonNull(job, "job");
    if (job.isBlank() || job.length() > MAX_JOB || !job.equals(Text.printable(job, MAX_JOB + 1))) {
      throw new IllegalArgumentException(
          "job: \"" + Text.printable(job, 64) + "\" (expected: 1 to 128 printable characters)");
    }
  }

  private static String requireTable(String table) {
    int dot = table.indexOf('.');
    if (dot >= 0) {
      JdbcInput.requireName("table", table.substring(0, dot));
    }
    JdbcInput.requireName("table", table.substring(dot + 1));
    return table;
  }

  @Override
  Map<String, String> identity() {
    return Map.of("output.kind", "jdbc", "output.table", table);
  }

  @Override
  BatchSink on(Disk disk) {
    return this;
  }

  @Override
  Disk disk() {
    return Disk.REAL;
  }

  @Override
  Output open() {
    Connection connection = null;
    try {
      connection = database.getConnection();
      connection.setAutoCommit(false);
      return new JdbcOutput(connection, table, job);
    } catch (SQLException e) {
      BatchException failure = failure("opened", e);
      try {
        if (connection != null) {
          connection.close();
        }
      } catch (SQLException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  static BatchException failure(String what, SQLException e) {
    // A driver's message may quote values of a row; its state does not.
    return new BatchException(
        BatchException.Side.OUTPUT,
        "The output table cannot be "
            + what
            + " (SQL state "
            + e.getSQLState()
            + ", code "
            + e.getErrorCode()
            + "). Nothing since the last checkpoint was kept; run the job again when it can be.",
        e);
  }

  static byte[] bytes(String state) {
    return state.getBytes(UTF_8);
  }
}
