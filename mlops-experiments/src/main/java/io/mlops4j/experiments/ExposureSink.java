package io.mlops4j.experiments;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Where exposures go, in batches, off the request's thread. Called by one thread at a time. May
 * block and may throw: the batch is then counted as failed and not tried again.
 */
@FunctionalInterface
public interface ExposureSink {
  /**
   * Writes a batch.
   *
   * @param batch 1 to 500 exposures, oldest first
   * @throws Exception if it was not written
   */
  void write(List<Exposure> batch) throws Exception;

  /**
   * Returns a sink that calls somebody for each exposure.
   *
   * @param consumer whom
   * @return the sink
   */
  static ExposureSink calling(Consumer<? super Exposure> consumer) {
    return batch -> batch.forEach(consumer);
  }

  /**
   * Returns a sink that appends a line of JSON per exposure ({@link Exposure#toJson}). A batch is
   * one write; the file is created if needed and closed after each.
   *
   * @param file in an existing directory
   * @return the sink
   */
  static ExposureSink jsonLines(Path file) {
    return new JsonLinesSink(file);
  }

  /**
   * Returns a sink that inserts a row per exposure, a batch per transaction, into a table as {@link
   * #tableDefinition} describes.
   *
   * @param source a connection is taken per batch and closed
   * @param table its name: letters, digits and underscores, with a schema's name and a dot at most
   * @return the sink
   * @throws IllegalArgumentException if the name is anything else
   */
  static ExposureSink jdbc(DataSource source, String table) {
    return new JdbcSink(source, table);
  }

  /**
   * Returns the statement that creates the table of {@link #jdbc}, in SQL that H2 and PostgreSQL
   * understand. There is no unique key: several instances may see one unit in one epoch.
   *
   * @param table its name
   * @return one CREATE TABLE statement
   */
  static String tableDefinition(String table) {
    return JdbcSink.definition(table);
  }
}
