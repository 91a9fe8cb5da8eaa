package io.mlops4j.experiments;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Inserts rows, all of a batch or none. */
final class JdbcSink implements ExposureSink {
  private static final Pattern TABLE =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");

  private final DataSource source;
  private final String insert;

  JdbcSink(DataSource source, String table) {
    this.source = Objects.requireNonNull(source, "source");
    this.insert =
        "INSERT INTO "
            + checked(table)
            + " (decision_id, experiment, epoch, unit_kind, unit_id, arm_index, arm, model,"
            + " probabilities, exposed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  }

  private static String checked(String table) {
    if (!TABLE.matcher(table).matches()) {
      throw new IllegalArgumentException(
          "table: '"
              + Text.printable(table, 80)
              + "' (expected: letters, digits and underscores, at most one dot)");
    }
    return table;
  }

  static String definition(String table) {
    return "CREATE TABLE "
        + checked(table)
        + " (decision_id CHAR(32) NOT NULL, experiment VARCHAR(200) NOT NULL,"
        + " epoch BIGINT NOT NULL, unit_kind VARCHAR(200) NOT NULL, unit_id VARCHAR(4000) NOT NULL,"
        + " arm_index INT NOT NULL, arm VARCHAR(200) NOT NULL, model VARCHAR(200),"
        + " probabilities VARCHAR(8000) NOT NULL, exposed_at TIMESTAMP(6) WITH TIME ZONE NOT NULL)";
  }

  @Override
  public void write(List<Exposure> batch) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement(insert)) {
      boolean auto = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        for (Exposure exposure : batch) {
          bind(statement, exposure);
          statement.addBatch();
        }
        statement.executeBatch();
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(auto);
      }
    }
  }

  private static void bind(PreparedStatement statement, Exposure exposure) throws SQLException {
    statement.setString(1, exposure.decisionId());
    statement.setString(2, exposure.experiment());
    statement.setLong(3, exposure.epoch());
    statement.setString(4, exposure.unitKind().name());
    statement.setString(5, exposure.unit());
    statement.setInt(6, exposure.index());
    statement.setString(7, exposure.arm());
    statement.setString(8, exposure.model().map(ModelVersion::toString).orElse(null));
    statement.setString(9, vector(exposure.probabilities()));
    statement.setTimestamp(10, Timestamp.from(exposure.at()));
  }

  /** In the order of arm_index, separated by spaces. */
  private static String vector(WeightVector probabilities) {
    StringBuilder text = new StringBuilder();
    for (double probability : probabilities.toArray()) {
      text.append(text.isEmpty() ? "" : " ").append(probability);
    }
    return text.toString();
  }
}
