package io.mlops4j.registry.tracking;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.ObjectStores;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;

/** The same on a database. */
class JdbcTrackingTest extends TrackingContract {
  private final String name = "tracking-" + UUID.randomUUID();

  @Override
  ObjectStore openStore() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
    return ObjectStores.jdbc(database);
  }
}
