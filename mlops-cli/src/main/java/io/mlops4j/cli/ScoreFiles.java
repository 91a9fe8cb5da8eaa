package io.mlops4j.cli;

import io.mlops4j.core.Schema;
import io.mlops4j.pipeline.batch.BatchSink;
import io.mlops4j.pipeline.batch.BatchSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where rows come from and where they go. */
final class ScoreFiles {
  @Option(
      names = "--rows",
      required = true,
      paramLabel = "FILE",
      description = "x.csv or x.jsonl, plain or .gz; or jdbc:… with --query and --key.")
  String rows = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FILE",
      description = "x.csv or x.jsonl; or jdbc:… with --table and --job.")
  String to = "";

  @Option(
      names = "--keep",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns of the input that go to the output as they are.")
  List<String> keep = new ArrayList<>();

  @Option(names = "--query", paramLabel = "SQL", description = "The rows: select … from …")
  @Nullable String query;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description = "A unique column of the query, by which it is read.")
  @Nullable String key;

  @Option(names = "--table", paramLabel = "TABLE", description = "The table to be filled.")
  @Nullable String table;

  @Option(
      names = "--job",
      paramLabel = "NAME",
      description = "Names the job in a table: another attempt has the same, another job another.")
  @Nullable String job;

  BatchSource<Map<String, ?>> source(Schema<Map<String, ?>> schema) {
    if (rows.startsWith("jdbc:")) {
      return BatchSource.jdbc(
          DriverSource.of(rows, shown(rows)),
          required("--query", query, "--rows is a database"),
          required("--key", key, "--rows is a database"),
          schema);
    }
    return isLines("--rows", rows)
        ? BatchSource.jsonLines(Path.of(rows), schema)
        : BatchSource.csv(Path.of(rows), schema);
  }

  BatchSink sink(String model) {
    if (to.startsWith("jdbc:")) {
      return BatchSink.jdbc(
          DriverSource.of(to, shown(to)),
          required("--table", table, "--to is a database"),
          job == null ? "score " + model + " into " + table : job);
    }
    return isLines("--to", to) ? BatchSink.jsonLines(Path.of(to)) : BatchSink.csv(Path.of(to));
  }

  private static boolean isLines(String option, String file) {
    String name = file.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    if (option.equals("--to") && file.toLowerCase(Locale.ROOT).endsWith(".gz")) {
      throw new CliException(
          ExitCode.USAGE, "--to " + file + ": a compressed file cannot be written exactly once.");
    }
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      return true;
    }
    if (name.endsWith(".csv")) {
      return false;
    }
    throw new CliException(
        ExitCode.USAGE, option + " " + file + " (expected: x.csv, x.jsonl, x.ndjson or jdbc:…)");
  }

  private static String required(String option, @Nullable String value, String why) {
    if (value == null) {
      throw new CliException(ExitCode.USAGE, why + ": add " + option + ".");
    }
    return value;
  }

  /** Returns where rows go as it may be shown: a database's address without who may enter it. */
  String shown() {
    return to.startsWith("jdbc:") ? shown(to) + ", table " + table : to;
  }

  private static String shown(String address) {
    return Target.shown(address);
  }
}
