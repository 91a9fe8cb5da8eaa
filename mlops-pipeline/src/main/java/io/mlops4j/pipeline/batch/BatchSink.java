package io.mlops4j.pipeline.batch;

import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;

/** Where scored rows go. Immutable. */
public abstract sealed class BatchSink permits FileSink, JdbcSink {
  BatchSink() {}

  /**
   * Returns a CSV file: UTF-8, RFC 4180, a header, lines that end with a line feed. The kept
   * columns come first, as they were read, then those of the answer. It grows as {@code name.part},
   * beside {@code name.job.json}, and gets its name when it is complete.
   *
   * @param file not there yet, unless the same job wrote it
   * @return the sink
   */
  public static BatchSink csv(Path file) {
    return new FileSink(file, LineFormat.CSV, Disk.REAL);
  }

  /**
   * Returns a file with one JSON object a line, which grows as {@link #csv} does.
   *
   * @param file not there yet, unless the same job wrote it
   * @return the sink
   */
  public static BatchSink jsonLines(Path file) {
    return new FileSink(file, LineFormat.JSON_LINES, Disk.REAL);
  }

  /**
   * Returns a table. Rows and the job's checkpoint are inserted in one transaction; the checkpoint
   * is in the table {@code mlops_batch_jobs}, which is created if it is not there.
   *
   * @param database gives one connection for the whole job
   * @param table whose columns have the names of the kept columns and of the answer's; letters,
   *     digits and {@code _}, with a schema before a dot if need be
   * @param job names the job: another attempt has the same name, another job another one
   * @return the sink
   */
  public static BatchSink jdbc(DataSource database, String table, String job) {
    return new JdbcSink(database, table, job);
  }

  /** Returns what the output is, as far as rows of two jobs would mix. */
  abstract Map<String, String> identity();

  /** Takes the output for this process. */
  abstract Output open();

  /** The same on another disk: for tests that break it. */
  abstract BatchSink on(Disk disk);

  abstract Disk disk();
}
