package io.mlops4j.registry;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;

/** Databases for tests: one PostgreSQL server for the whole run, and as many H2 as wanted. */
public final class Databases {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private Databases() {}

  private static final class Server {
    private static final EmbeddedPostgres POSTGRES = start();
    private static final DataSource POOL = pooled(POSTGRES.getPostgresDatabase());

    private static EmbeddedPostgres start() {
      try {
        // Forcing to disk would only take time here: what PostgreSQL promises is not our test.
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("full_page_writes", "off")
                .setServerConfig("max_connections", "120")
                .setPGStartupWait(Duration.ofMinutes(5))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(EmbeddedPostgres server) {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** One pool for all. */
  public static DataSource postgres() {
    return Server.POOL;
  }

  /** Keeps connections that are given back, as a service's pool does. */
  static DataSource pooled(DataSource source) {
    Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    return proxy(
        DataSource.class,
        (method, arguments) -> {
          Connection kept = method.getName().equals("getConnection") ? idle.poll() : null;
          Object result = kept != null ? kept : method.invoke(source, arguments);
          return result instanceof Connection connection ? lent(connection, idle) : result;
        });
  }

  private static Connection lent(Connection connection, Deque<Connection> idle) {
    AtomicBoolean given = new AtomicBoolean();
    return proxy(
        Connection.class,
        (method, arguments) -> {
          if (method.getName().equals("close")) {
            if (!given.getAndSet(true)) {
              idle.push(connection);
            }
            return null;
          }
          if (method.getName().equals("isClosed")) {
            return given.get();
          }
          if (given.get()) {
            throw new SQLException("The connection was given back.", "08003");
          }
          return method.invoke(connection, arguments);
        });
  }

  interface Call {
    @Nullable Object invoke(Method method, Object @Nullable [] arguments) throws Throwable;
  }

  static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return call.invoke(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** A prefix that no other test uses. */
  public static String prefix() {
    return "t" + NUMBER.incrementAndGet() + "_";
  }

  /** A new database in memory, which lives as long as this process. */
  static DataSource h2() {
    return h2("mem:" + UUID.randomUUID());
  }

  static DataSource h2(Path file) {
    return h2("file:" + file.toAbsolutePath());
  }

  private static DataSource h2(String where) {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:" + where + ";DB_CLOSE_DELAY=-1");
    return source;
  }

  /** The first column of the first row. */
  static long query(DataSource source, String sql) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  static int execute(DataSource source, String sql) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
