package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.VirtualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExposureLogTest {
  private static final Instant NOW = Instant.parse("2026-01-15T08:00:00Z");

  private final VirtualTime time = VirtualTime.startingAt(NOW);
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final List<Exposure> written = new ArrayList<>();
  private final ExposureSink sink = ExposureSink.calling(written::add);

  private ExposureLog log(ExposureLog.Options options) {
    return ExposureLog.to(sink, tasks::add, time, options);
  }

  private static Experiment<String> experiment(ExposureListener listener) {
    return Experiment.named("x")
        .control("old", "model:1")
        .treatment("new", 0.25, "model:2")
        .exposures(listener)
        .build();
  }

  @Test
  void exposed_unit_carriesEverythingAnalysisNeeds() {
    ExposureLog log =
        ExposureLog.to(
            sink,
            tasks::add,
            time,
            ExposureLog.Options.withDefaults(),
            payload -> Optional.of(new ModelVersion("m", payload.toString().charAt(6) - '0')));
    Experiment<String> experiment = experiment(log);
    Assignment.Included<String> in = (Assignment.Included<String>) experiment.assign("user-1");
    assertThat(written).as("nothing on the request's thread").isEmpty();
    tasks.remove().run();
    assertThat(written)
        .containsExactly(
            new Exposure(
                in.decisionId(),
                "x",
                UnitKind.USER,
                "user-1",
                in.index(),
                in.arm(),
                Optional.of(new ModelVersion("m", in.index() + 1)),
                experiment.shares(),
                NOW));
    Exposure exposure = written.get(0);
    assertThat(exposure.epoch()).isZero();
    assertThat(exposure.probability()).isEqualTo(in.probability());
    assertThat(exposure.toString()).doesNotContain("user-1");
    assertThat(log.written()).isEqualTo(1);
  }

  @Test
  void exposed_oncePerEpoch_logsAUnitAgainOnlyInTheNextEpoch() {
    ExposureLog log = log(ExposureLog.Options.withDefaults().withOncePerEpoch(1_000));
    Experiment<String> experiment = experiment(log);
    for (int i = 0; i < 10; i++) {
      experiment.assign("a");
      experiment.assign("b");
    }
    experiment.withWeights(0.5, 0.5).assign("a");
    log.close();
    assertThat(written).extracting(Exposure::unit).containsExactly("a", "b", "a");
    assertThat(written).extracting(Exposure::epoch).containsExactly(0L, 0L, 1L);
    assertThat(log.duplicates()).isEqualTo(18);
  }

  @Test
  void exposed_moreUnitsThanRemembered_boundsMemoryAndStaysNearOnce() {
    ExposureLog log =
        log(ExposureLog.Options.withDefaults().withCapacity(100_000).withOncePerEpoch(100));
    Experiment<String> experiment = experiment(log);
    for (int i = 0; i < 1_000; i++) {
      experiment.assign("u" + i);
      experiment.assign("u" + Math.max(0, i - 50));
    }
    log.close();
    assertThat(log.duplicates()).isEqualTo(1_000);
    assertThat(log.written()).isEqualTo(1_000);
  }

  @Test
  void exposed_queueFull_dropsCountsAndLogsTheUnitLater() {
    ExposureLog log = log(new ExposureLog.Options(2, 100));
    Experiment<String> experiment = experiment(log);
    for (String unit : List.of("a", "b", "c", "d")) {
      experiment.assign(unit);
    }
    assertThat(log.dropped()).isEqualTo(2);
    log.flush();
    experiment.assign("c");
    log.close();
    assertThat(written).extracting(Exposure::unit).containsExactly("a", "b", "c");
    experiment.assign("e");
    assertThat(log.dropped()).as("closed").isEqualTo(3);
    assertThat(tasks).as("one task for what waits, not one per exposure").hasSizeLessThan(4);
  }

  @Test
  void write_sinkThrows_isCountedAndNeverReachesTheRequest() {
    ExposureLog log =
        ExposureLog.to(
            batch -> {
              throw new java.io.IOException("disk full");
            },
            Runnable::run,
            time,
            ExposureLog.Options.withDefaults());
    Experiment<String> experiment = experiment(log);
    for (int i = 0; i < 5; i++) {
      assertThat(experiment.assign("u" + i)).isInstanceOf(Assignment.Included.class);
    }
    assertThat(log.failed()).isEqualTo(5);
    assertThat(log.written()).isZero();
    assertThat(experiment.exposureFailures()).isZero();
  }

  @Test
  void exposed_executorRefuses_keepsForFlush() {
    ExposureLog log =
        ExposureLog.to(
            sink,
            task -> {
              throw new RejectedExecutionException();
            },
            time,
            ExposureLog.Options.withDefaults());
    experiment(log).assign("a");
    assertThat(written).isEmpty();
    log.flush();
    assertThat(written).hasSize(1);
  }

  @Test
  void exposed_manyThreads_everyExposureIsCountedOnce() throws InterruptedException {
    ExposureLog log =
        ExposureLog.to(sink, Runnable::run, time, new ExposureLog.Options(64, 0)); // callers drain
    Experiment<String> experiment = experiment(log);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int from = t * 5_000;
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  experiment.assign("u" + (from + i));
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    log.close();
    assertThat(log.written() + log.dropped()).isEqualTo(20_000);
    assertThat(written).hasSize((int) log.written()).doesNotHaveDuplicates();
  }

  @Test
  void jsonLines_batches_areAppendedAsLines(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("exposures.jsonl");
    try (ExposureLog log =
        ExposureLog.to(
            ExposureSink.jsonLines(file), tasks::add, time, ExposureLog.Options.withDefaults())) {
      Experiment<String> experiment = experiment(log);
      experiment.assign("zo\u00eb");
      log.flush();
      experiment.assign("line\nbreak");
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .matches(
            "\\{\"arm\":\"(old|new)\",\"at\":\"2026-01-15T08:00:00Z\",\"decision\":\"[0-9a-f]{32}\","
                + "\"epoch\":0,\"experiment\":\"x\",\"probabilities\":\\{\"new\":0.25,\"old\":0.75},"
                + "\"unit\":\"zo\u00eb\",\"unitKind\":\"user\"}");
    assertThat(lines.get(1)).contains("line\\nbreak");
  }

  @Test
  void jdbc_batches_areRowsOfTheDefinedTable() throws Exception {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:exposures;DB_CLOSE_DELAY=-1");
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(ExposureSink.tableDefinition("exposures"));
      ExposureLog log =
          ExposureLog.to(
              ExposureSink.jdbc(source, "exposures"),
              tasks::add,
              time,
              ExposureLog.Options.withDefaults());
      Experiment<String> experiment = experiment(log);
      for (int i = 0; i < 700; i++) {
        experiment.assign("u" + i);
      }
      log.close();
      assertThat(log.failed()).isZero();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT COUNT(*), COUNT(DISTINCT decision_id), MAX(probabilities), MIN(exposed_at),"
                  + " COUNT(model) FROM exposures WHERE unit_kind = 'user' AND epoch = 0")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(700);
        assertThat(rows.getInt(2)).isEqualTo(700);
        assertThat(rows.getString(3)).isEqualTo("0.75 0.25");
        assertThat(rows.getTimestamp(4).toInstant()).isEqualTo(NOW);
        assertThat(rows.getInt(5)).isZero();
      }
      statement.execute("SHUTDOWN");
    }
  }

  @Test
  void jdbc_hostileTableName_isRefused() {
    JdbcDataSource source = new JdbcDataSource();
    for (String bad : List.of("", "a b", "x; DROP TABLE y", "a.b.c", "1a")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ExposureSink.jdbc(source, bad))
          .withMessageStartingWith("table: '");
    }
    assertThat(ExposureSink.tableDefinition("audit.exposures")).contains("audit.exposures (");
  }

  @Test
  void options_outOfRange_throw() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExposureLog.Options.withDefaults().withCapacity(0))
        .withMessage("capacity: 0 (expected: 1..10000000)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExposureLog.Options.withDefaults().withOncePerEpoch(-1))
        .withMessageContaining("rememberedUnits: -1");
  }
}
