package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Schema;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Data sets over streams, and over queries: against a scripted driver, because core has none. */
class StreamsAndQueriesTest {
  record Line(String city, @Nullable Double degrees, LocalDateTime at, Instant known, int n) {}

  private static final Schema<Line> LINE = Schema.of(Line.class);
  private static final String[] COLUMNS = {"CITY", "degrees", "AT", "known", "n", "more"};
  private static final LocalDateTime AT = LocalDateTime.parse("2026-01-02T03:04:05");
  private static final OffsetDateTime KNOWN = OffsetDateTime.parse("2026-01-02T03:04:05+02:00");

  private final List<String> calls = new ArrayList<>();

  @Test
  void of_stream_isReadAnewEachTime() {
    Dataset<Line> lines =
        Dataset.of("lines", LINE, () -> Stream.of(new Line("a", 1.0, AT, Instant.EPOCH, 1)));

    assertThat(lines.rows()).isEqualTo(1);
    assertThat(lines.rows()).isEqualTo(1);
    assertThat(lines.name()).isEqualTo("lines");
  }

  @Test
  void jdbc_rows_areReadByNameAndType() {
    Dataset<Line> lines =
        Dataset.jdbc(
            "weather",
            source(
                new @Nullable Object[] {"Rome", 21.5, AT, KNOWN, 3L, "x"},
                new @Nullable Object[] {"Oslo", null, AT, KNOWN, 4, "y"}),
            "SELECT * FROM weather",
            LINE);

    try (Stream<Line> rows = lines.stream()) {
      assertThat(rows)
          .containsExactly(
              new Line("Rome", 21.5, AT, KNOWN.toInstant(), 3),
              new Line("Oslo", null, AT, KNOWN.toInstant(), 4));
    }
    assertThat(calls).contains("fetch 1000", "rollback", "connection closed", "results closed");
  }

  @Test
  void jdbc_streamClosedEarly_givesTheConnectionBack() {
    Dataset<Line> lines =
        Dataset.jdbc(
            "weather",
            source(new @Nullable Object[] {"Rome", 21.5, AT, KNOWN, 3, "x"}),
            "SELECT 1",
            LINE);
    Stream<Line> open = lines.stream();
    assertThat(calls).doesNotContain("connection closed");

    open.close();

    assertThat(calls).contains("connection closed");
  }

  @Test
  void jdbc_valueThatDoesNotFit_namesRowAndColumnNotTheValue() {
    Dataset<Line> lines =
        Dataset.jdbc(
            "weather",
            source(new @Nullable Object[] {"Rome", 21.5, AT, KNOWN, 3.25, "x"}),
            "SELECT 1",
            LINE);

    assertThatThrownBy(lines::rows)
        .isInstanceOf(DataException.class)
        .hasMessage("weather, row 1, n: expected an int.");
    assertThat(calls).contains("connection closed");
  }

  @Test
  void jdbc_databaseFails_saysTheState() {
    DataSource down =
        proxy(
            DataSource.class,
            (self, method, arguments) -> {
              throw new SQLException("secret-value", "08001");
            });

    assertThatThrownBy(() -> Dataset.jdbc("weather", down, "SELECT 1", LINE).rows())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("SQL state 08001")
        .hasMessageNotContaining("secret-value");
    assertThatThrownBy(
            () ->
                Dataset.jdbc(
                    "x",
                    down,
                    "SELECT 1",
                    Schema.<String>builder("hand").numeric("n", s -> 1).build()))
        .hasMessageContaining("schema hand cannot make rows");
  }

  private DataSource source(@Nullable Object[]... rows) {
    int[] at = {-1};
    ResultSetMetaData about =
        proxy(
            ResultSetMetaData.class,
            (self, method, a) ->
                method.getName().equals("getColumnCount")
                    ? COLUMNS.length
                    : COLUMNS[(int) a[0] - 1]);
    ResultSet results =
        proxy(
            ResultSet.class,
            (self, method, a) ->
                switch (method.getName()) {
                  case "next" -> ++at[0] < rows.length;
                  case "getMetaData" -> about;
                  case "getObject" -> rows[at[0]][(int) a[0] - 1];
                  default -> note("results closed");
                });
    PreparedStatement statement =
        proxy(
            PreparedStatement.class,
            (self, method, a) ->
                switch (method.getName()) {
                  case "executeQuery" -> results;
                  case "setFetchSize" -> note("fetch " + a[0]);
                  default -> null;
                });
    Connection connection =
        proxy(
            Connection.class,
            (self, method, a) ->
                switch (method.getName()) {
                  case "prepareStatement" -> statement;
                  case "getAutoCommit" -> true;
                  case "rollback" -> note("rollback");
                  case "close" -> note("connection closed");
                  default -> null;
                });
    return proxy(DataSource.class, (self, method, a) -> connection);
  }

  private @Nullable Object note(String call) {
    calls.add(call);
    return null;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            StreamsAndQueriesTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
