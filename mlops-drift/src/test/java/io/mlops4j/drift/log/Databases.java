package io.mlops4j.drift.log;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** Databases for tests: one PostgreSQL server for the whole run, and as many H2 as wanted. */
public final class Databases {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private Databases() {}

  private static final class Server {
    private static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setPGStartupWait(Duration.ofSeconds(60))
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

  public static DataSource postgres() {
    return Server.POSTGRES.getPostgresDatabase();
  }

  public static DataSource h2() {
    String url = "jdbc:h2:mem:log" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
    return JdbcConnectionPool.create(url, "sa", "");
  }

  /** A table name that no other test uses. */
  public static String table() {
    return "predictions_" + NUMBER.incrementAndGet();
  }
}
