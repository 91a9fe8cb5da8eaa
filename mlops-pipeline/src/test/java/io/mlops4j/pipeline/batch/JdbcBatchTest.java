package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables in and out: rows and checkpoint are in one transaction, whatever fails. */
class JdbcBatchTest {
  private static final int ROWS = 300;

  @TempDir Path directory;
  private final JdbcDataSource h2 = new JdbcDataSource();
  private Connection keeper;

  @BeforeEach
  void open() throws SQLException {
    h2.setURL("jdbc:h2:mem:" + UUID.randomUUID());
    keeper = h2.getConnection();
    execute(
        "create table rides (id bigint primary key, city varchar(20), km double precision, \"HOUR\""
            + " int, taken timestamp)");
    execute("create table prices (id bigint primary key, taken timestamp, price double precision)");
    try (PreparedStatement insert =
        keeper.prepareStatement("insert into rides values (?, ?, ?, ?, ?)")) {
      for (int i = 0; i < ROWS; i++) {
        insert.setLong(1, 10L + 3L * i);
        insert.setString(2, i % 5 == 0 ? null : "Rom");
        insert.setDouble(3, i / 4.0);
        insert.setObject(4, i % 7 == 0 ? null : i % 24);
        insert.setString(5, "2026-11-26 08:00:0" + i % 10);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  @AfterEach
  void close() throws SQLException {
    keeper.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = keeper.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = keeper.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.append(i == 1 ? "" : " ").append(result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private BatchScoring<Ride, Double> job(DataSource from, DataSource to) {
    return BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.jdbc(from, "select * from rides", "id", Ride.SCHEMA))
        .keep("id", "taken")
        .answers(Ride.SCORE)
        .to(BatchSink.jdbc(to, "prices", "nightly"))
        .chunkRows(32)
        .checkpointEvery(Duration.ZERO);
  }

  @Test
  void run_tableToTable_writesEachRowOnce() throws SQLException {
    BatchResult result = job(h2, h2).run();

    assertThat(result.records()).isEqualTo(ROWS);
    assertThat(rows("select id, price from prices order by id"))
        .isEqualTo(rows("select id, km / 2 + coalesce(\"HOUR\", 0) from rides order by id"));
    assertThat(rows("select taken from prices order by id"))
        .isEqualTo(rows("select taken from rides order by id"));
    assertThat(job(h2, h2).run().alreadyComplete()).isTrue();
    assertThat(rows("select count(*) from prices")).containsExactly(Integer.toString(ROWS));
  }

  @Test
  void run_everyCallToTheOutputFailsInTurn_eachRowIsThereOnce() throws SQLException {
    job(h2, h2).run();
    List<String> expected = rows("select id, taken, price from prices order by id");
    boolean reached = true;
    int failures = 0;
    for (int stop = 0; reached; stop++) {
      execute("delete from prices");
      execute("drop table if exists " + JdbcOutput.JOBS);
      Breaking breaking = new Breaking(h2, stop);
      try {
        job(h2, breaking.source()).run();
        reached = false;
      } catch (BatchException e) {
        failures++;
        assertThat(e.side()).isEqualTo(BatchException.Side.OUTPUT);
        assertThat(e).hasMessageContaining("SQL state 08006").hasMessageNotContaining("secret");
      }
      job(h2, h2).run();
      assertThat(rows("select id, taken, price from prices order by id"))
          .as("stopped at call %d", stop)
          .isEqualTo(expected);
    }
    assertThat(failures).isGreaterThan(30);
  }

  @Test
  void run_checkpointInAnotherTransactionThanTheRows_isCaught() throws SQLException {
    // The control of the test above: with each statement committed by itself rows come twice.
    boolean caught = false;
    for (int stop = 0; stop < 60 && !caught; stop++) {
      execute("delete from prices");
      execute("drop table if exists " + JdbcOutput.JOBS);
      execute("alter table prices drop primary key");
      Breaking breaking = new Breaking(h2, stop);
      breaking.commitsEachStatement = true;
      try {
        job(h2, breaking.source()).run();
      } catch (BatchException e) {
        assertThat(e).hasMessageContaining("SQL state");
      }
      job(h2, h2).run();
      caught = !rows("select count(*) from prices").equals(List.of(Integer.toString(ROWS)));
      execute("delete from prices");
      execute("alter table prices add primary key (id)");
    }
    assertThat(caught).isTrue();
  }

  @Test
  void run_twoProcessesAtOneJob_theSecondIsUndone() throws SQLException {
    DataSource meanwhile =
        proxy(
            DataSource.class,
            h2,
            (name, result) -> {
              if (name.equals("getConnection")) {
                job(h2, h2).run(); // The whole job, by somebody else, after this one has begun.
              }
              return result;
            });
    // It is opened after the other has ended, so it finds the job complete.
    assertThat(job(h2, meanwhile).run().alreadyComplete()).isTrue();

    execute("delete from prices");
    execute("delete from " + JdbcOutput.JOBS);
    assertThatThrownBy(
            () ->
                job(h2, h2)
                    .progress(
                        (what, done, total) -> {
                          if (done == 32) {
                            job(h2, h2).run();
                          }
                        })
                    .run())
        .isInstanceOf(BatchException.class);
    assertThat(rows("select count(*) from prices")).containsExactly(Integer.toString(ROWS));
  }

  @Test
  void run_rowsCameBeforeThePositionMeanwhile_isRefused() throws SQLException {
    assertThatThrownBy(
            () ->
                job(h2, h2)
                    .progress(
                        (what, done, total) -> {
                          assertThat(total).isEqualTo(ROWS);
                          if (done > 64) {
                            throw new IllegalStateException("enough");
                          }
                        })
                    .run())
        .hasMessage("enough");
    execute("insert into rides values (11, 'Oslo', 1, 1, '2026-01-01 00:00:00')");

    assertThatThrownBy(() -> job(h2, h2).run())
        .isInstanceOf(ResumeRefusedException.class)
        .hasMessageContaining("scored 64 rows")
        .hasMessageContaining("there are 65 now");
    execute("delete from rides where id = 11");
    execute("insert into rides values (100000, 'Oslo', 1, 1, '2026-01-01 00:00:00')");
    assertThat(job(h2, h2).run().resumedAt()).isEqualTo(64);
    assertThat(rows("select count(*) from prices")).containsExactly(Integer.toString(ROWS + 1));
  }

  @Test
  void run_tableToFileAndBack_keepsEveryValue() throws SQLException {
    Path file = directory.resolve("out.csv");
    BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.jdbc(h2, "select id, city, km, \"HOUR\" from rides", "id", Ride.SCHEMA))
        .keep("id", "city", "km", "hour")
        .answers(AnswerColumns.score("old"))
        .to(BatchSink.csv(file))
        .run();
    assertThat(Ride.read(file))
        .startsWith("id,city,km,hour,old\n10,,0.0,,0.0\n13,Rom,0.25,1,1.125\n");

    BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.csv(file, Ride.SCHEMA))
        .keep("id")
        .answers(Ride.SCORE)
        .to(BatchSink.jdbc(h2, "prices", "from a file"))
        .run();
    assertThat(rows("select id, price from prices order by id"))
        .isEqualTo(rows("select id, km / 2 + coalesce(\"HOUR\", 0) from rides order by id"));
  }

  @Test
  void run_textKeys_areInTheDatabasesOwnOrder() throws SQLException {
    execute(
        "create table named (name varchar(20) primary key, city varchar(9), km double precision, \"HOUR\" int)");
    for (String name : List.of("b", "a", "B", "ä", "z")) {
      execute("insert into named values ('" + name + "', 'Rom', 2, 1)");
    }
    Path file = directory.resolve("out.jsonl");
    BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.jdbc(h2, "select * from named", "name", Ride.SCHEMA))
        .keep("name")
        .answers(Ride.SCORE)
        .to(BatchSink.jsonLines(file))
        .chunkRows(2)
        .run();
    assertThat(Ride.read(file).lines()).hasSize(5).contains("{\"name\":\"ä\",\"price\":2.0}");
  }

  @Test
  void run_moreRowsThanAPage_readsThemAll() throws SQLException {
    execute("insert into rides select x + 100000, 'Rom', x, 1, null from system_range(1, 9000)");
    assertThat(job(h2, h2).run().records()).isEqualTo(ROWS + 9_000);
    assertThat(rows("select count(*) from prices")).containsExactly("9300");
  }

  @Test
  void run_badRowsOfATable_areListedByTheirPlace() throws SQLException {
    execute("update rides set city = null");
    execute("create table odd (id int primary key, city varchar(9), km varchar(9), \"HOUR\" int)");
    execute("insert into odd values (1, 'Rom', '2.5', 1), (2, 'Rom', 'far', 2)");
    Path bad = directory.resolve("bad.jsonl");
    BatchResult result =
        BatchScoring.with(Ride.VERSION, Ride.MODEL)
            .from(BatchSource.jdbc(h2, "select * from odd", "id", Ride.SCHEMA))
            .answers(Ride.SCORE)
            .to(BatchSink.csv(directory.resolve("out.csv")))
            .badRows(BadRows.skipTo(bad, 1))
            .run();
    assertThat(result.rejected()).isEqualTo(1);
    assertThat(Ride.read(bad))
        .isEqualTo("{\"row\":2,\"line\":0,\"reason\":\"column km: expected a double\"}\n");
  }

  @Test
  void jdbc_badArguments_sayWhatIsExpected() throws SQLException {
    assertThatThrownBy(() -> BatchSource.jdbc(h2, "select 1", "id; drop", Ride.SCHEMA))
        .hasMessageContaining("key: \"id; drop\"");
    assertThatThrownBy(() -> BatchSource.jdbc(h2, "select 1;", "id", Ride.SCHEMA))
        .hasMessageContaining("without a semicolon");
    assertThatThrownBy(() -> BatchSink.jdbc(h2, "a.b.c", "x")).hasMessageContaining("b.c");
    assertThatThrownBy(() -> BatchSink.jdbc(h2, "prices", " ")).hasMessageContaining("job:");
    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, Ride.MODEL)
                    .from(BatchSource.jdbc(h2, "select id, km from rides", "id", Ride.SCHEMA))
                    .answers(Ride.SCORE)
                    .to(BatchSink.jdbc(h2, "prices", "x"))
                    .run())
        .hasMessageContaining("no column city")
        .hasMessageContaining("ID, KM");
    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, Ride.MODEL)
                    .from(BatchSource.jdbc(h2, "select * from rides", "km", Ride.SCHEMA))
                    .answers(Ride.SCORE)
                    .to(BatchSink.jdbc(h2, "prices", "y"))
                    .run())
        .hasMessageContaining("The key km is a Double");
    assertThatThrownBy(() -> job(h2, h2).keep("city").run())
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("it needs the columns id, taken, city, price");
    execute("drop table rides");
    assertThatThrownBy(() -> job(h2, h2).run())
        .hasMessageContaining("The rows cannot be read from the database");
  }

  /** A database whose connections break at a call: the statement before may have been done. */
  private static final class Breaking {
    private static final Set<String> COUNTED =
        Set.of("getConnection", "commit", "executeBatch", "executeUpdate", "prepareStatement");

    private final DataSource inner;
    private final int stopAt;
    private int calls;
    private boolean commitsEachStatement;

    Breaking(DataSource inner, int stopAt) {
      this.inner = inner;
      this.stopAt = stopAt;
    }

    DataSource source() {
      return proxy(DataSource.class, inner, this::after);
    }

    private Object after(String name, Object result) throws SQLException {
      if (COUNTED.contains(name) && calls++ >= stopAt) {
        throw new SQLException("the line is dead; the row was (secret)", "08006");
      }
      if (result instanceof Connection connection) {
        return proxy(Connection.class, connection, this::after);
      }
      if (result instanceof PreparedStatement statement) {
        return proxy(
            PreparedStatement.class,
            statement,
            (call, value) -> {
              if (commitsEachStatement && call.equals("executeBatch")) {
                statement.getConnection().commit();
              }
              return after(call, value);
            });
      }
      return result;
    }
  }

  private interface After {
    Object call(String name, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T inner, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              try {
                return after.call(method.getName(), method.invoke(inner, args));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
