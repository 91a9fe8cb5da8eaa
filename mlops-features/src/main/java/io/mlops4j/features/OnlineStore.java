package io.mlops4j.features;

import io.mlops4j.core.Time;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where the state of entities is kept for online reads: a few bytes by table and key, replaced by
 * comparing. An own one (Redis, a cluster cache) implements these three methods and passes {@code
 * OnlineStoreContract} of mlops-junit. Thread-safe, also between processes that share it.
 */
public interface OnlineStore extends AutoCloseable {

  /**
   * Returns the state of an entity.
   *
   * @param table 1 to 128 of {@code A-Z a-z 0-9 . _ -}
   * @param key 1 to 256 printable ASCII characters
   * @return the bytes last stored, a copy; empty if there are none or they have expired
   * @throws FeatureException if the store cannot be reached
   */
  Optional<byte[]> get(String table, String key);

  /**
   * Stores the state of an entity if it is still the one expected. Of several that expect the same,
   * one succeeds. What was stored is seen by every later {@link #get}.
   *
   * @param table as above
   * @param key as above
   * @param expected the bytes it must have now, or null if there must be none
   * @param state the new bytes, at most 16 MiB
   * @param expires from when on it may be forgotten, or null to keep it
   * @return whether it was stored
   * @throws FeatureException if the store cannot be reached; the state is then the old or the new
   *     one
   */
  boolean replace(
      String table,
      String key,
      byte @Nullable [] expected,
      byte[] state,
      @Nullable Instant expires);

  /**
   * Removes all entities of a table: the state of a view that nobody reads any more. Of a table
   * that does not exist it removes nothing.
   *
   * @param table as above
   * @throws FeatureException if the store cannot be reached
   */
  void clear(String table);

  /**
   * Gives back what the store holds of this process; what is stored stays, if it is durable. Calls
   * in progress end as they would. The stores made here refuse every later call with an
   * IllegalStateException that names the store; closing again does nothing.
   */
  @Override
  default void close() {}

  /**
   * Returns a store in this process, for one instance or for tests.
   *
   * @param maxBytes how much it holds at most; beyond that it forgets what was not used for long,
   *     and says so in the log and in the meters of {@link OnlineFeatures}
   * @return an empty store
   */
  static OnlineStore inMemory(long maxBytes) {
    return inMemory(maxBytes, Time.system());
  }

  /**
   * Returns a store in this process.
   *
   * @param maxBytes how much it holds at most
   * @param time by which entries expire
   * @return an empty store
   */
  static OnlineStore inMemory(long maxBytes, Time time) {
    return new CaffeineStore(maxBytes, time);
  }

  /**
   * Returns a store in a database: one table, one row for each entity. PostgreSQL and H2 are
   * tested.
   *
   * @param source gives connections, one for each call
   * @param table its name, 1 to 40 letters, digits and underscores; made if it is not there
   * @param time by which entries expire
   * @return the store
   * @throws FeatureException if the table cannot be made or used
   */
  static OnlineStore jdbc(DataSource source, String table, Time time) {
    return JdbcStore.open(source, table, time);
  }
}
