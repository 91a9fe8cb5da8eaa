package io.mlops4j.registry.tracking;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.Databases;
import io.mlops4j.registry.ObjectStores;

/** The same on PostgreSQL. */
class PostgresTrackingTest extends TrackingContract {
  private final String prefix = Databases.prefix();

  @Override
  ObjectStore openStore() {
    return ObjectStores.jdbc(Databases.postgres(), prefix);
  }
}
