package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements of batch jobs on a real PostgreSQL: its types, its order, its transactions. */
class PostgresBatchTest {
  @TempDir Path directory;

  private static BatchScoring<Ride, Double> job(BatchSource<Ride> from, DataSource to) {
    return BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(from)
        .keep("id", "taken", "note")
        .answers(Ride.SCORE)
        .to(BatchSink.jdbc(to, "public.prices", "nightly"))
        .chunkRows(64)
        .checkpointEvery(Duration.ZERO);
  }

  private static String ask(DataSource database, String sql) throws java.sql.SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet rows = statement.getResultSet()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  @Test
  void run_tableToTableAndFileToTable_eachRowOnceAlsoAfterAStop() throws Exception {
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "off")
            .setPGStartupWait(Duration.ofSeconds(60))
            .start()) {
      DataSource database = server.getPostgresDatabase();
      ask(
          database,
          "create table rides as select i * 3 as id, case when i % 5 = 0 then null else 'Rom' end"
              + " as city, i / 4.0 as km, (i % 24)::smallint as hour, timestamp '2026-11-26' + i *"
              + " interval '1 minute' as taken, 'n' || i as note from generate_series(1, 9000) i");
      ask(
          database,
          "create table prices (id int primary key, taken timestamp, note varchar(9), price real)");
      BatchSource<Ride> rides =
          BatchSource.jdbc(database, "select * from rides", "id", Ride.SCHEMA);
      assertThatThrownBy(
              () ->
                  job(rides, database)
                      .progress(
                          (what, done, total) -> {
                            if (done > 5_000) {
                              throw new IllegalStateException("enough");
                            }
                          })
                      .run())
          .hasMessage("enough");
      assertThat(job(rides, database).run().resumedAt()).isEqualTo(4_992);
      String wrong =
          "select count(*) from rides full join prices using (id) where prices.id is null or rides.id"
              + " is null or rides.taken <> prices.taken or rides.note <> prices.note or abs(km / 2 +"
              + " hour - price) > 0.001";
      assertThat(ask(database, wrong)).isEqualTo("0");
      assertThat(job(rides, database).run().alreadyComplete()).isTrue();

      // A file's texts become the table's types; the job of another name begins anew.
      Path file =
          Ride.write(
              directory.resolve("in.csv"),
              "id,taken,note,city,km,hour\n100000,2026-11-26 08:00:00,,Rom,2,1\n");
      BatchScoring.with(Ride.VERSION, Ride.MODEL)
          .from(BatchSource.csv(file, Ride.SCHEMA))
          .keep("id", "taken", "note")
          .answers(Ride.SCORE)
          .to(BatchSink.jdbc(database, "prices", "file"))
          .run();
      assertThat(ask(database, "select price || ' ' || taken from prices where note is null"))
          .isEqualTo("2 2026-11-26 08:00:00");

      // A row that the table refuses undoes its transaction, and no message has a value of it.
      BatchSource<Ride> long9 =
          BatchSource.jdbc(
              database,
              "select id + 200000 as id, city, km, hour, taken, 'too long a note' as note from rides",
              "id",
              Ride.SCHEMA);
      assertThatThrownBy(
              () ->
                  BatchScoring.with(Ride.VERSION, Ride.MODEL)
                      .from(long9)
                      .keep("id", "taken", "note")
                      .answers(Ride.SCORE)
                      .to(BatchSink.jdbc(database, "prices", "long"))
                      .run())
          .isInstanceOf(BatchException.class)
          .hasMessageContaining("SQL state 22001")
          .hasMessageNotContaining("too long a note");
      assertThat(ask(database, "select count(*) from prices")).isEqualTo("9001");
    }
  }
}
