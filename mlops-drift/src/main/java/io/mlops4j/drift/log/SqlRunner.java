package io.mlops4j.drift.log;

import io.mlops4j.core.MlopsException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs work in a transaction: all of it, or none. */
final class SqlRunner {
  interface Work<R> {
    R in(Connection connection) throws SQLException;
  }

  interface Row {
    void accept(ResultSet row) throws SQLException;
  }

  interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  private SqlRunner() {}

  static IllegalStateException closed(String log) {
    return new IllegalStateException("Prediction log '" + log + "' is closed. Open it again.");
  }

  static <R> R run(DataSource source, String what, String table, Work<R> work) {
    try (Connection connection = source.getConnection()) {
      boolean auto = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        R result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      } finally {
        connection.setAutoCommit(auto);
      }
    } catch (SQLException e) {
      // The state only: a driver's message may quote a value.
      throw new MlopsException(
          "Prediction log '"
              + table
              + "' "
              + what
              + ": the database answered with SQL state "
              + e.getSQLState()
              + " ("
              + e.getClass().getSimpleName()
              + "). Check that it can be reached and that tables and rights are as documented.",
          null);
    }
  }

  private static void rollBack(Connection connection, Exception failure) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /** Runs a statement that may fail; a failure undoes nothing that came before it. */
  static boolean succeeds(Connection connection, String sql) throws SQLException {
    connection.commit();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      return false;
    }
  }

  static int update(Connection connection, String sql, Parameters parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      parameters.set(statement);
      return statement.executeUpdate();
    }
  }
}
