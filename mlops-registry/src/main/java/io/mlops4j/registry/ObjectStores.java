package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.nio.file.Path;
import java.util.Objects;
import javax.sql.DataSource;

/** Durable object stores. */
public final class ObjectStores {
  private ObjectStores() {}

  /**
   * Returns the store in a directory, created if it is not there. Each object is written to a
   * temporary file, forced to disk and then linked under its name, so that a crash leaves it whole
   * or absent and, of several writers in any number of processes, exactly one creates it.
   *
   * <p>Not meant for network file systems: their links and caches promise less. On a file system
   * without hard links the store says so in the log once and protects against crashes only.
   *
   * @param directory where; on the default file system
   * @return the store; it holds no lock and needs no closing
   * @throws MlopsException if the path is a file or a dangling link, or cannot be written
   */
  public static ObjectStore directory(Path directory) {
    return DirectoryObjectStore.open(directory, new Disk(), Time.system());
  }

  /**
   * Returns the store in the tables {@code mlops4j_objects}, {@code mlops4j_chunks} and {@code
   * mlops4j_format} of a PostgreSQL or H2 database, which are made if they are not there.
   *
   * <p>Any number of processes may use it at once. Each call takes a connection and gives it back;
   * one that is lost is replaced, also when it is lost while a commit is on its way: the outcome is
   * then looked up by the call's own id. After some attempts within about a second the failure is
   * thrown, and what was to be written is there completely or not at all.
   *
   * @param source where connections come from; a pool's size bounds concurrent calls. It must lead
   *     to the primary: a replica that lags would show an older state
   * @return the store; it holds no connection and needs no closing
   * @throws MlopsException if the database cannot be reached, the tables cannot be made, or a newer
   *     library made them
   */
  public static ObjectStore jdbc(DataSource source) {
    return jdbc(source, "mlops4j_");
  }

  /**
   * Returns a store as {@link #jdbc(DataSource)} does, in tables with another prefix: several
   * stores may live in one database.
   *
   * @param source where connections come from
   * @param prefix such as {@code risk_}, or {@code ml.risk_} in the schema {@code ml}, which must
   *     exist
   * @return the store
   * @throws IllegalArgumentException if the prefix is more than letters, digits and {@code _}
   * @throws MlopsException as above
   */
  public static ObjectStore jdbc(DataSource source, String prefix) {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(source, "source");
    return JdbcObjectStore.open(source, prefix, Time.system(), JdbcTransactions::park);
  }
}
