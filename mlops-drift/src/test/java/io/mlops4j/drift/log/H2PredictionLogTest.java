package io.mlops4j.drift.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class H2PredictionLogTest extends PredictionLogContract {
  private final DataSource source = Databases.h2();

  @Override
  PredictionLog open() {
    return PredictionLog.jdbc(source, "predictions");
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void open_tableOfSomebodyElse_isRefused() throws SQLException {
    run("CREATE TABLE predictions (name VARCHAR(10))");
    assertThatThrownBy(this::open)
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Prediction log 'predictions' cannot be opened")
        .hasMessageContaining("SQL state 42");
    assertThatThrownBy(() -> PredictionLog.jdbc(source, "a; DROP TABLE predictions"))
        .hasMessageContaining("table: 'a; DROP TABLE predictions' (expected: 1 to 40 letters");
  }

  @Test
  void append_failsHalfWay_keepsNothing() throws SQLException {
    try (PredictionLog log = open()) {
      run("ALTER TABLE predictions_labels ADD CONSTRAINT small CHECK (label < 2)");
      assertThatThrownBy(
              () ->
                  log.append(
                      List.of(prediction("a", "key-1", "alice", 1)),
                      List.of(label("a", false, 7, 1))))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("lost 1 predictions and 1 labels")
          .hasMessageNotContaining("alice")
          .hasMessageNotContaining("key-1")
          .hasNoCause();
      assertThat(log.predictions(Set.of("a"), Set.of())).isEmpty();
      log.append(List.of(prediction("a", null, null, 1)), List.of(label("a", false, 1, 1)));
      assertThat(log.labels(Set.of("a"), Set.of())).hasSize(1);
    }
  }
}
