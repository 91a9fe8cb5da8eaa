package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in transactions of its own, on a connection that is given back each time, and again if
 * the connection was lost or the database asks for it. Work is therefore written so that a second
 * run recognizes what a first one has done whose answer was lost.
 */
final class JdbcTransactions {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcTransactions.class);
  private static final int ATTEMPTS = 6;
  private static final long FIRST_PAUSE_NANOS = 20_000_000;

  private final DataSource source;
  private final LongConsumer pause;

  /**
   * @param pause waits for some nanoseconds
   */
  JdbcTransactions(DataSource source, LongConsumer pause) {
    this.source = source;
    this.pause = pause;
  }

  static void park(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  /** One transaction. */
  interface Work<R> {
    R run(Connection connection) throws SQLException;
  }

  /** Runs the work until it is committed, or throws what stands in the way. */
  <R> R run(String what, Work<R> work) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(work);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !isWorthAnotherAttempt(e)) {
          throw e;
        }
        LOG.debug("{}: attempt {} failed", what, attempt, e);
        waitAfter(attempt);
      }
    }
  }

  void waitAfter(int attempt) {
    long longest = FIRST_PAUSE_NANOS << (attempt - 1);
    pause.accept(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2));
  }

  /** Runs the work once. Whether it was committed is unknown if this throws. */
  <R> R once(Work<R> work) throws SQLException {
    Connection connection = source.getConnection();
    boolean automatic = true;
    try {
      automatic = connection.getAutoCommit();
      if (automatic) {
        connection.setAutoCommit(false);
      }
      R result = work.run(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException e) {
      quietly(connection::rollback);
      throw e;
    } finally {
      // What fails from here on is the connection's affair: the outcome is known.
      if (automatic) {
        quietly(() -> connection.setAutoCommit(true));
      }
      quietly(connection::close);
    }
  }

  private interface Step {
    void run() throws SQLException;
  }

  private static void quietly(Step step) {
    try {
      step.run();
    } catch (SQLException e) {
      LOG.debug("Giving a connection back failed", e);
    }
  }

  /** Lost connections, conflicts, and what the driver says may pass. */
  static boolean isWorthAnotherAttempt(SQLException e) {
    String state = state(e);
    return e instanceof SQLTransientException
        || e instanceof SQLRecoverableException
        || e instanceof SQLNonTransientConnectionException
        || isConflict(e)
        // Connection; shut down or starting; too many; H2: timeouts, broken, closed.
        || state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("53300")
        || state.startsWith("HYT")
        || state.equals("90067")
        || state.equals("90098")
        || state.equals("90121");
  }

  /** Somebody else was faster: unique key, serialization, deadlock, lock not available. */
  static boolean isConflict(SQLException e) {
    String state = state(e);
    return state.equals("23505") || state.startsWith("40") || state.equals("55P03");
  }

  static String state(SQLException e) {
    @Nullable String state = e.getSQLState();
    return state == null ? "" : state;
  }

  static MlopsException failed(String store, String what, SQLException e) {
    return new MlopsException(
        store + ": " + what + ": " + e.getMessage() + " (SQL state " + state(e) + ").", e);
  }
}
