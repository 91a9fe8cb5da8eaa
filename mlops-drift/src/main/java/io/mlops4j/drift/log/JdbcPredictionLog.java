package io.mlops4j.drift.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Two tables. Every statement has parameters; the table's name is checked. */
final class JdbcPredictionLog implements PredictionLog {
  private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,39}");
  private static final int PAGE = 1_000;

  /**
   * Names in one statement; lists are filled up to a power of two, so that few statements exist.
   */
  private static final int NAMES = 512;

  private static final String COLUMNS =
      "id, label_key, unit_id, model, version, output, made_at, segments, features";

  private final DataSource source;
  private final String table;
  private volatile boolean closed;

  private JdbcPredictionLog(DataSource source, String table) {
    this.source = Objects.requireNonNull(source, "source");
    this.table = table;
  }

  static JdbcPredictionLog open(DataSource source, String table) {
    Objects.requireNonNull(table, "table");
    if (!TABLE.matcher(table).matches()) {
      throw new IllegalArgumentException(
          "table: '"
              + Text.printable(table, 60)
              + "' (expected: 1 to 40 letters, digits and underscores, no digit first)");
    }
    JdbcPredictionLog log = new JdbcPredictionLog(source, table);
    SqlRunner.run(source, "cannot be opened", table, log::prepare);
    return log;
  }

  private void requireOpen() {
    if (closed) {
      throw SqlRunner.closed(table);
    }
  }

  private boolean prepare(Connection connection) throws SQLException {
    boolean ready =
        SqlRunner.succeeds(connection, "SELECT " + COLUMNS + " FROM " + table + " WHERE 1 = 0");
    if (!ready) {
      for (String statement : definition()) {
        // Another process may be making the same table: what counts is that it is there afterwards.
        SqlRunner.succeeds(connection, statement);
      }
      try (var check =
          connection.prepareStatement("SELECT " + COLUMNS + " FROM " + table + " WHERE 1 = 0")) {
        check.executeQuery().close();
      }
    }
    return true;
  }

  private List<String> definition() {
    return List.of(
        "CREATE TABLE IF NOT EXISTS "
            + table
            + " (id VARCHAR(1024) NOT NULL PRIMARY KEY, label_key VARCHAR(1024),"
            + " unit_id VARCHAR(1024), model VARCHAR(128) NOT NULL, version INT NOT NULL,"
            + " output DOUBLE PRECISION NOT NULL, made_at BIGINT NOT NULL,"
            + " segments VARCHAR(10000) NOT NULL, features VARCHAR(1000000) NOT NULL)",
        "CREATE TABLE IF NOT EXISTS "
            + table
            + "_labels (name VARCHAR(1024) NOT NULL, by_key BOOLEAN NOT NULL,"
            + " label DOUBLE PRECISION NOT NULL, known_at BIGINT NOT NULL,"
            + " correction BOOLEAN NOT NULL)",
        "CREATE INDEX IF NOT EXISTS " + table + "_by_key ON " + table + " (label_key)",
        "CREATE INDEX IF NOT EXISTS " + table + "_by_unit ON " + table + " (unit_id)",
        "CREATE INDEX IF NOT EXISTS " + table + "_by_time ON " + table + " (made_at, id)",
        "CREATE INDEX IF NOT EXISTS " + table + "_labels_by_name ON " + table + "_labels (name)",
        "CREATE INDEX IF NOT EXISTS "
            + table
            + "_labels_by_time ON "
            + table
            + "_labels (known_at)");
  }

  @Override
  public void append(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    Elements.requireNoNulls("predictions", predictions);
    Elements.requireNoNulls("labels", labels);
    requireOpen();
    Map<String, LoggedPrediction> fresh = new LinkedHashMap<>();
    predictions.forEach(p -> fresh.putIfAbsent(p.id(), p));
    predictions(fresh.keySet(), Set.of()).forEach(known -> fresh.remove(known.id()));
    try {
      write(List.copyOf(fresh.values()), labels);
    } catch (MlopsException e) {
      if (fresh.isEmpty()) {
        throw e;
      }
      // Another process may have written one of the ids in between: look again, once.
      predictions(fresh.keySet(), Set.of()).forEach(known -> fresh.remove(known.id()));
      write(List.copyOf(fresh.values()), labels);
    }
  }

  private void write(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    SqlRunner.run(
        source,
        "lost " + predictions.size() + " predictions and " + labels.size() + " labels",
        table,
        connection -> {
          insert(connection, predictions);
          insertLabels(connection, labels);
          return true;
        });
  }

  private void insert(Connection connection, List<LoggedPrediction> predictions)
      throws SQLException {
    if (predictions.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO " + table + " (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (LoggedPrediction p : predictions) {
        statement.setString(1, p.id());
        statement.setString(2, p.key());
        statement.setString(3, p.unit());
        statement.setString(4, p.version().model());
        statement.setInt(5, p.version().number());
        statement.setDouble(6, p.output());
        statement.setLong(7, Micros.of(p.at()));
        statement.setString(8, String.join("\n", p.segments()));
        statement.setString(9, text(p.features()));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private void insertLabels(Connection connection, List<ReportedLabel> labels) throws SQLException {
    if (labels.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO "
                + table
                + "_labels (name, by_key, label, known_at, correction) VALUES (?, ?, ?, ?, ?)")) {
      for (ReportedLabel label : labels) {
        statement.setString(1, label.name());
        statement.setBoolean(2, label.byKey());
        statement.setDouble(3, label.value());
        statement.setLong(4, Micros.of(label.at()));
        statement.setBoolean(5, label.correction());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static String text(Map<String, String> features) {
    if (features.isEmpty()) {
      return "";
    }
    ObjectNode node = Json.object();
    features.forEach(node::put);
    return new String(Json.canonical(node), StandardCharsets.UTF_8);
  }

  @Override
  public List<LoggedPrediction> predictions(Set<String> ids, Set<String> keys) {
    Objects.requireNonNull(ids, "ids");
    Objects.requireNonNull(keys, "keys");
    requireOpen();
    return SqlRunner.run(
        source,
        "cannot be read",
        table,
        connection -> {
          Map<String, LoggedPrediction> found = new LinkedHashMap<>();
          for (List<String> names : chunks(ids)) {
            String in = "SELECT " + COLUMNS + " FROM " + table + " WHERE id IN " + marks(names);
            read(connection, in, names, row -> keep(found, prediction(row)));
          }
          for (List<String> names : chunks(keys)) {
            String newest =
                "SELECT "
                    + COLUMNS
                    + " FROM (SELECT "
                    + COLUMNS
                    + ", ROW_NUMBER() OVER (PARTITION BY label_key ORDER BY made_at DESC, id DESC)"
                    + " AS place FROM "
                    + table
                    + " WHERE label_key IN "
                    + marks(names)
                    + ") named WHERE place <= "
                    + MAX_PER_KEY;
            read(connection, newest, names, row -> keep(found, prediction(row)));
          }
          return List.copyOf(found.values());
        });
  }

  private static void keep(Map<String, LoggedPrediction> found, LoggedPrediction prediction) {
    found.put(prediction.id(), prediction);
  }

  @Override
  public List<ReportedLabel> labels(Set<String> ids, Set<String> keys) {
    Objects.requireNonNull(ids, "ids");
    Objects.requireNonNull(keys, "keys");
    requireOpen();
    return SqlRunner.run(
        source,
        "cannot be read",
        table,
        connection -> {
          Map<ReportedLabel, Boolean> found = new HashMap<>();
          for (boolean byKey : new boolean[] {false, true}) {
            for (List<String> names : chunks(byKey ? keys : ids)) {
              String in =
                  "SELECT name, by_key, label, known_at, correction FROM "
                      + table
                      + "_labels WHERE by_key = "
                      + (byKey ? "TRUE" : "FALSE")
                      + " AND name IN "
                      + marks(names);
              read(connection, in, names, row -> found.put(label(row), true));
            }
          }
          return List.copyOf(found.keySet());
        });
  }

  private static LoggedPrediction prediction(ResultSet row) throws SQLException {
    String segments = row.getString(8);
    return new LoggedPrediction(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        new ModelVersion(row.getString(4), row.getInt(5)),
        row.getDouble(6),
        Micros.instant(row.getLong(7)),
        segments.isEmpty() ? List.of() : segments.lines().toList(),
        features(row.getString(9)));
  }

  private static Map<String, String> features(String text) {
    Map<String, String> values = new HashMap<>();
    if (!text.isEmpty()) {
      Json.parse(text.getBytes(StandardCharsets.UTF_8), "features of a logged prediction")
          .properties()
          .forEach(field -> values.put(field.getKey(), field.getValue().asText()));
    }
    return values;
  }

  private static ReportedLabel label(ResultSet row) throws SQLException {
    return new ReportedLabel(
        row.getString(1),
        row.getBoolean(2),
        row.getDouble(3),
        Micros.instant(row.getLong(4)),
        row.getBoolean(5));
  }

  @Override
  public void scan(Instant from, Consumer<List<LoggedPrediction>> page) {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(page, "page");
    requireOpen();
    long time = Micros.of(from);
    String id = "";
    while (true) {
      List<LoggedPrediction> next = page(time, id);
      if (next.isEmpty()) {
        return;
      }
      page.accept(next);
      LoggedPrediction last = next.get(next.size() - 1);
      time = Micros.of(last.at());
      id = last.id();
    }
  }

  /** The page behind (time, id). */
  private List<LoggedPrediction> page(long time, String id) {
    String after =
        "SELECT "
            + COLUMNS
            + " FROM "
            + table
            + " WHERE made_at >= ? AND (made_at > ? OR id > ?) ORDER BY made_at, id LIMIT "
            + PAGE;
    return SqlRunner.run(
        source,
        "cannot be read",
        table,
        connection -> {
          List<LoggedPrediction> result = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(after)) {
            statement.setLong(1, time);
            statement.setLong(2, time);
            statement.setString(3, id);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                result.add(prediction(rows));
              }
            }
          }
          return result;
        });
  }

  @Override
  public long forget(String unit) {
    Objects.requireNonNull(unit, "unit");
    requireOpen();
    String its = "(SELECT %s FROM " + table + " WHERE unit_id = ? AND %s IS NOT NULL)";
    return SqlRunner.run(
        source,
        "cannot forget a unit",
        table,
        connection -> {
          for (String column : List.of("id", "label_key")) {
            SqlRunner.update(
                connection,
                "DELETE FROM "
                    + table
                    + "_labels WHERE by_key = "
                    + (column.equals("id") ? "FALSE" : "TRUE")
                    + " AND name IN "
                    + its.formatted(column, column),
                statement -> statement.setString(1, unit));
          }
          return (long)
              SqlRunner.update(
                  connection,
                  "DELETE FROM " + table + " WHERE unit_id = ?",
                  statement -> statement.setString(1, unit));
        });
  }

  @Override
  public long dropBefore(Instant time) {
    Objects.requireNonNull(time, "time");
    requireOpen();
    long micros = Micros.of(time);
    return SqlRunner.run(
        source,
        "cannot drop what is old",
        table,
        connection -> {
          SqlRunner.update(
              connection,
              "DELETE FROM " + table + "_labels WHERE known_at < ?",
              statement -> statement.setLong(1, micros));
          return (long)
              SqlRunner.update(
                  connection,
                  "DELETE FROM " + table + " WHERE made_at < ?",
                  statement -> statement.setLong(1, micros));
        });
  }

  /** Fills each part up with its last name, to 1, 2, 4, … 512. */
  private static List<List<String>> chunks(Set<String> names) {
    List<String> all = List.copyOf(names);
    List<List<String>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += NAMES) {
      List<String> part = new ArrayList<>(all.subList(from, Math.min(all.size(), from + NAMES)));
      while (Integer.bitCount(part.size()) != 1) {
        part.add(part.get(part.size() - 1));
      }
      chunks.add(part);
    }
    return chunks;
  }

  private static String marks(List<String> names) {
    return "(" + "?, ".repeat(names.size() - 1) + "?)";
  }

  private static void read(Connection connection, String sql, List<String> names, SqlRunner.Row row)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < names.size(); i++) {
        statement.setString(i + 1, names.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          row.accept(rows);
        }
      }
    }
  }

  /** Every call takes a connection and gives it back: there is nothing to let go. */
  @Override
  public void close() {
    closed = true;
  }
}
