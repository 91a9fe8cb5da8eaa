package io.mlops4j.drift.log;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Keeps predictions and labels, each as it came, and finds them by id and by key. Which label
 * belongs to which prediction is computed from what is kept, never stored: nothing that arrives
 * twice, late, in another order or again after a restart can make a difference.
 *
 * <p>Thread-safe. Several processes may write to one log.
 */
public interface PredictionLog extends AutoCloseable {
  /** How many predictions with one key are looked at: the newest. */
  int MAX_PER_KEY = 100;

  /** How many labels are kept under one name. */
  int MAX_LABELS = 64;

  /**
   * Keeps predictions and labels, all or none. Durable when this returns. A prediction whose id is
   * there already is left out.
   *
   * @param predictions what was answered, at most 10,000
   * @param labels what was reported, at most 10,000
   * @throws MlopsException if they could not be kept; then none is, and trying again is safe
   */
  void append(List<LoggedPrediction> predictions, List<ReportedLabel> labels);

  /**
   * Returns the predictions of some names, in any order.
   *
   * @param ids ids of predictions
   * @param keys keys of predictions; of more than {@link #MAX_PER_KEY} with one key the newest
   * @return each once
   */
  List<LoggedPrediction> predictions(Set<String> ids, Set<String> keys);

  /**
   * Returns the labels reported under some names, in any order.
   *
   * @param ids ids of predictions
   * @param keys keys of predictions
   * @return each once; equal ones may come more than once
   */
  List<ReportedLabel> labels(Set<String> ids, Set<String> keys);

  /**
   * Hands over every prediction made from a time on, in pages of at most 1,000.
   *
   * @param from the earliest
   * @param page gets each prediction once, older ones first as far as the log knows
   */
  void scan(Instant from, Consumer<List<LoggedPrediction>> page);

  /**
   * Removes everything of one unit: its predictions, and the labels reported under their ids and
   * keys.
   *
   * @param unit for example a customer who asked for it
   * @return how many predictions were removed
   */
  long forget(String unit);

  /**
   * Removes what is old: predictions made, and labels that became known, before a time.
   *
   * @param time the earliest to keep
   * @return how many predictions were removed
   */
  long dropBefore(Instant time);

  /**
   * Lets go of what this object holds. The log itself stays, and what was appended is in it. Calls
   * in progress end as they would; every later call is refused with an IllegalStateException that
   * names the log. Closing again does nothing.
   */
  @Override
  void close();

  /**
   * Returns a log in two tables of a database, {@code table} and {@code table_labels}, made if they
   * are missing. Plain SQL; tested on PostgreSQL 18 and H2.
   *
   * @param source where connections come from; stays the caller's
   * @param table letters, digits and underscores, at most 40
   * @return the log
   * @throws MlopsException if the tables are missing and cannot be made, or are somebody else's
   */
  static PredictionLog jdbc(DataSource source, String table) {
    return JdbcPredictionLog.open(source, table);
  }

  /**
   * Returns a log in an object store, below {@code ephemeral/predictions/<name>}: for a service
   * without a database. In memory it keeps 4 bytes per name, 8 to 16 a prediction.
   *
   * @param store for example a registry's directory
   * @param name one part of a key
   * @return the log
   */
  static PredictionLog in(ObjectStore store, String name) {
    return new ObjectPredictionLog(store, name);
  }
}
