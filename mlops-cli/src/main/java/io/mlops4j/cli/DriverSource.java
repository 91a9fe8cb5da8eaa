package io.mlops4j.cli;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections of a database by its address, one per call: a command makes a few and ends. */
final class DriverSource implements DataSource {
  private final String url;

  private DriverSource(String url) {
    this.url = url;
  }

  /**
   * Returns the source of a database whose driver is on the class path.
   *
   * @param shown the address as it may be shown
   */
  static DataSource of(String url, String shown) {
    try {
      DriverManager.getDriver(url);
      return new DriverSource(url);
    } catch (SQLException e) {
      throw new CliException(
          ExitCode.USAGE,
          "No JDBC driver on the class path reads "
              + shown
              + ". Put its jar into lib/ or MLOPS_CLASSPATH.",
          e);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    return DriverManager.getConnection(url);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return DriverManager.getConnection(url, user, password);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    // There is no log.
  }

  @Override
  public void setLoginTimeout(int seconds) {
    DriverManager.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() {
    return DriverManager.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("Wraps nothing.");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
