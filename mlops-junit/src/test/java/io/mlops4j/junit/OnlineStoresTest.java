package io.mlops4j.junit;

import io.mlops4j.core.Time;
import io.mlops4j.features.OnlineStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract on each store there is, and a replay through a real PostgreSQL. */
class OnlineStoresTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static String table() {
    return "features_" + NUMBER.incrementAndGet();
  }

  @Nested
  class InMemory extends OnlineStoreContract {
    @Override
    protected OnlineStore open(Time clock) {
      return OnlineStore.inMemory(1 << 24, clock);
    }
  }

  @Nested
  class H2 extends OnlineStoreContract {
    @Override
    protected OnlineStore open(Time clock) {
      String url = "jdbc:h2:mem:" + table() + ";DB_CLOSE_DELAY=-1";
      return OnlineStore.jdbc(JdbcConnectionPool.create(url, "sa", ""), table(), clock);
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class PostgreSql extends OnlineStoreContract {
    private EmbeddedPostgres server;

    @BeforeAll
    void start() throws IOException {
      server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "off")
              .setPGStartupWait(Duration.ofSeconds(60))
              .start();
    }

    @AfterAll
    void stop() throws IOException {
      server.close();
    }

    @Override
    protected OnlineStore open(Time clock) {
      return OnlineStore.jdbc(server.getPostgresDatabase(), table(), clock);
    }

    @Test
    void replay_throughPostgreSql_equalsTheJoin() {
      FeatureReplay.of(FeatureReplayTest.VIEW)
          .events(FeatureReplayTest.events(3, 60))
          .reading(15, 3)
          .store(this::open)
          .verify();
    }
  }
}
