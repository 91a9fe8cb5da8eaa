package io.mlops4j.features;

import static io.mlops4j.features.Aggregate.count;
import static io.mlops4j.features.Aggregate.last;
import static io.mlops4j.features.Aggregate.mean;
import static io.mlops4j.features.Window.lastEvents;
import static io.mlops4j.features.Window.within;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joins against pandas: oracles/features.py. */
class PandasOracleTest {
  record Reading(String id, String key, Instant happened, Instant known, double value) {}

  record Ask(String key, Instant at) {}

  private static final Schema<Reading> READING = Schema.of(Reading.class);
  private static final Schema<Ask> ASK = Schema.of(Ask.class);
  private static final JsonNode ORACLE = read();
  private static final Entity<String> SENSOR = Entity.of("sensor", String.class);

  private static JsonNode read() {
    try (InputStream in = PandasOracleTest.class.getResourceAsStream("/features.json")) {
      return Json.parse(java.util.Objects.requireNonNull(in).readAllBytes(), "features.json");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<Reading> readings() {
    JsonNode events = ORACLE.path("events");
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < events.path("id").size(); i++) {
      readings.add(
          new Reading(
              events.path("id").path(i).asText(),
              events.path("key").path(i).asText(),
              Instant.ofEpochSecond(events.path("happened").path(i).asLong()),
              Instant.ofEpochSecond(events.path("known").path(i).asLong()),
              events.path("value").path(i).asDouble()));
    }
    return readings;
  }

  private static List<Ask> asks() {
    JsonNode rows = ORACLE.path("rows");
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < rows.path("key").size(); i++) {
      asks.add(
          new Ask(
              rows.path("key").path(i).asText(),
              Instant.ofEpochSecond(rows.path("at").path(i).asLong())));
    }
    return asks;
  }

  private static FeatureViewBuilder<Reading, String> builder(
      Function<Reading, Instant> happened, Function<Reading, Instant> known) {
    return FeatureView.named("sensor", SENSOR, READING, Reading::key)
        .happened(happened)
        .known(known)
        .id(Reading::id);
  }

  private static void assertJoin(
      FeatureViewBuilder<Reading, String> builder, String feature, JsonNode expected) {
    FeatureView<Reading, String> view = builder.build();
    List<FeatureRow<Ask>> rows =
        join(view, Dataset.of(ASK, asks()), Dataset.of(READING, readings()));
    assertThat(expected.size()).isEqualTo(rows.size()).isGreaterThan(200);
    for (int i = 0; i < rows.size(); i++) {
      Double pandas = expected.path(i).isNull() ? Double.NaN : expected.path(i).asDouble();
      assertThat(rows.get(i).number(feature)).as("row " + i).isEqualTo(pandas);
    }
  }

  private static List<FeatureRow<Ask>> join(
      FeatureView<Reading, String> view, Dataset<Ask> asks, Dataset<Reading> readings) {
    try (Stream<FeatureRow<Ask>> stream =
        FeatureSet.of(ASK, Ask::at)
            .with(view, Ask::key)
            .join(asks)
            .events(view, readings)
            .dataset()
            .stream()) {
      return stream.toList();
    }
  }

  @Test
  void join_lastValueKnownAtOnce_equalsMergeAsof() {
    assertJoin(
        builder(Reading::happened, Reading::happened).feature("v", last("value"), lastEvents(1)),
        "v",
        ORACLE.path("asof"));
  }

  @Test
  void join_withTimeToLive_equalsMergeAsofWithTolerance() {
    assertJoin(
        builder(Reading::happened, Reading::happened)
            .ttl(Duration.ofHours(1))
            .feature("v", last("value"), lastEvents(1)),
        "v",
        ORACLE.path("asofHour"));
  }

  @Test
  void join_byKnowledgeTime_equalsMergeAsofOnIt() {
    assertJoin(
        builder(Reading::known, Reading::known).feature("v", last("value"), lastEvents(1)),
        "v",
        ORACLE.path("known"));
  }

  @Test
  void join_windowsOfWhatWasKnown_equalPandas() {
    UnaryOperator<FeatureViewBuilder<Reading, String>> windows =
        b ->
            b.feature("hour", mean("value"), within(Duration.ofHours(1)))
                .feature("five", mean("value"), lastEvents(5))
                .feature("count", count(), within(Duration.ofHours(1)));
    JsonNode expected = ORACLE.path("windows");
    for (String[] pair :
        new String[][] {{"hour", "meanHour"}, {"five", "meanFive"}, {"count", "countHour"}}) {
      assertJoin(
          windows.apply(builder(Reading::happened, Reading::known)),
          pair[0],
          expected.path(pair[1]));
    }
  }

  @Test
  void join_fromCsvAndFromADatabase_sameRows(@TempDir Path directory) throws Exception {
    FeatureView<Reading, String> view =
        builder(Reading::happened, Reading::known)
            .feature("five", mean("value"), lastEvents(5))
            .build();
    StringBuilder csv = new StringBuilder("id,key,happened,known,value\n");
    StringBuilder sql =
        new StringBuilder(
            "CREATE TABLE readings (id VARCHAR(9), \"KEY\" VARCHAR(9), happened TIMESTAMP WITH TIME"
                + " ZONE, known TIMESTAMP WITH TIME ZONE, \"VALUE\" DOUBLE PRECISION);");
    for (Reading r : readings()) {
      csv.append(
          String.format("%s,%s,%s,%s,%s%n", r.id(), r.key(), r.happened(), r.known(), r.value()));
      sql.append(
          String.format(
              "INSERT INTO readings VALUES ('%s','%s','%s','%s',%s);",
              r.id(), r.key(), r.happened(), r.known(), r.value()));
    }
    Path file = directory.resolve("readings.csv");
    Files.writeString(file, csv, StandardCharsets.UTF_8);
    DataSource database = JdbcConnectionPool.create("jdbc:h2:mem:join;DB_CLOSE_DELAY=-1", "sa", "");
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql.toString());
    }
    Dataset<Ask> asks = Dataset.of(ASK, asks());

    List<FeatureRow<Ask>> fromMemory = join(view, asks, Dataset.of(READING, readings()));

    assertThat(join(view, asks, Dataset.csv(file, READING))).isEqualTo(fromMemory);
    assertThat(
            join(view, asks, Dataset.jdbc("readings", database, "SELECT * FROM readings", READING)))
        .isEqualTo(fromMemory);
  }
}
