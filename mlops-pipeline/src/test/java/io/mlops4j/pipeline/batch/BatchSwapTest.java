package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.Predictor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A predictor that swaps in the middle of a job: whatever happens, an output is of one version. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BatchSwapTest {
  private static final int ROWS = 1_000;
  private static final int JOBS =
      Boolean.getBoolean("mlops4j.proof") ? 300 : Boolean.getBoolean("mlops4j.ci") ? 40 : 12;

  @TempDir Path directory;
  private final Swapping source = new Swapping(1);
  private final Predictor<Ride, Double> predictor = Predictor.from(source).build();
  private Path input = Path.of("unset");
  private Path output = Path.of("unset");

  @BeforeEach
  void write() {
    input = Ride.csv(directory.resolve("in.csv"), ROWS);
    output = directory.resolve("out.csv");
  }

  @AfterEach
  void close() {
    predictor.close();
  }

  private BatchScoring<Ride, Double> of(BatchScoring<Ride, Double> job) {
    return job.from(BatchSource.csv(input, Ride.SCHEMA))
        .keep("id", "km")
        .answers(Ride.SCORE)
        .to(BatchSink.csv(output))
        .chunkRows(100)
        .checkpointEvery(Duration.ZERO);
  }

  private BatchScoring<Ride, Double> job() {
    return of(BatchScoring.through(predictor));
  }

  /** Does something once so many rows were dealt with. */
  private static BatchScoring<Ride, Double> at(
      int rows, Runnable what, BatchScoring<Ride, Double> job) {
    return job.progress(
        (name, done, total) -> {
          if (done == rows) {
            what.run();
          }
        });
  }

  /** Ends before the checkpoint after these rows: it goes on a hundred before. */
  private void stopAt(int rows, BatchScoring<Ride, Double> job) {
    Runnable stop =
        () -> {
          throw new IllegalStateException("the process ends");
        };
    assertThatThrownBy(() -> at(rows, stop, job).run()).hasMessage("the process ends");
  }

  /** The rows of an output by the version that answered them: its thousands. */
  private int[] answeredBy() {
    int[] counts = new int[10];
    Ride.read(output)
        .lines()
        .skip(1)
        .map(line -> line.substring(line.lastIndexOf(',') + 1))
        .forEach(price -> counts[(int) (Double.parseDouble(price) / 1000)]++);
    return counts;
  }

  private void assertAllBy(int version) {
    int[] counts = new int[10];
    counts[version] = ROWS;
    assertThat(answeredBy()).isEqualTo(counts);
  }

  @Test
  void through_swapInTheMiddle_endsTheJobAndLeavesNoOutput() {
    assertThatThrownBy(() -> at(400, () -> source.to(2, predictor), job()).run())
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("serves rides:2 now; the job began with rides:1")
        .hasMessageContaining("restartAtSwap");
    assertThat(output).doesNotExist();
    assertThatThrownBy(() -> job().run())
        .isInstanceOf(ResumeRefusedException.class)
        .hasMessageContaining("model.version was rides:1, is rides:2");
    assertThat(output).doesNotExist();
  }

  @Test
  void through_versionComesBack_goesOnAfterTheCheckpoint() {
    assertThatThrownBy(() -> at(400, () -> source.to(2, predictor), job()).run())
        .isInstanceOf(BatchException.class);
    source.to(1, predictor);

    BatchResult result = job().run();

    assertThat(result.resumedAt()).isEqualTo(400);
    assertThat(result.version()).isEqualTo(new ModelVersion("rides", 1));
    assertAllBy(1);
  }

  @Test
  void predictAll_nobodyAsksWhichVersion_mixesThem() {
    // The control: the same rows through the same predictor, and an output of two versions.
    Model<Ride, Double> naive = predictor::predictAll;
    at(
            400,
            () -> source.to(2, predictor),
            of(BatchScoring.with(new ModelVersion("rides", 1), naive)))
        .run();
    assertThat(answeredBy()).containsExactly(0, 400, 600, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void restartAtSwap_swapInTheMiddle_beginsAgainWithTheNewVersion() {
    BatchResult result = at(400, () -> to2Once(), job().restartAtSwap(1)).run();

    assertThat(result.version()).isEqualTo(new ModelVersion("rides", 2));
    assertThat(result.records()).isEqualTo(ROWS);
    assertThat(result.resumedAt()).isZero();
    assertAllBy(2);
  }

  private void to2Once() {
    if (predictor.version().orElseThrow().number() == 1) {
      source.to(2, predictor);
    }
  }

  @Test
  void restartAtSwap_moreSwapsThanAllowed_ends() {
    Runnable next = () -> source.to(predictor.version().orElseThrow().number() + 1, predictor);
    assertThatThrownBy(() -> at(400, next, job().restartAtSwap(2)).run())
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("serves rides:4 now; the job began with rides:3");
    assertThat(output).doesNotExist();
  }

  @Test
  void restartAtSwap_runAgainAfterAKill_beginsAgainOnlyIfNothingElseDiffers() {
    stopAt(400, job());
    source.to(2, predictor);
    assertThatThrownBy(() -> job().keep("city").restartAtSwap(1).run())
        .isInstanceOf(ResumeRefusedException.class)
        .hasMessageContaining("columns.kept");

    BatchResult result = job().restartAtSwap(1).run();

    assertThat(result.resumedAt()).isZero();
    assertAllBy(2);
  }

  @Test
  void restartAtSwap_sameVersionAfterAKill_goesOn() {
    stopAt(400, job());
    assertThat(job().restartAtSwap(1).run().resumedAt()).isEqualTo(300);
    assertAllBy(1);
  }

  @Test
  void restartAtSwap_completeOutput_isNotReplaced() {
    job().run();
    source.to(2, predictor);
    assertThatThrownBy(() -> job().restartAtSwap(1).run())
        .isInstanceOf(ResumeRefusedException.class);
    assertAllBy(1);
  }

  @Test
  void restartAtSwap_atAnyRun_alsoWithinAChunk_rowsAreOfOneVersionAndEachIsThereOnce() {
    Random random = new Random(20261126);
    for (int i = 0; i < JOBS; i++) {
      AtomicInteger left = new AtomicInteger(random.nextInt(ROWS));
      AtomicInteger swaps = new AtomicInteger();
      IntConsumer swap =
          rows -> {
            // Some run at or after a random row; the versions change while it is under way.
            if (left.get() > 0 && left.addAndGet(-rows) <= 0 && swaps.incrementAndGet() <= 2) {
              source.to(predictor.version().orElseThrow().number() % 8 + 1, predictor);
              left.set(1 + random.nextInt(ROWS));
            }
          };
      source.before = swap;
      BatchResult result = job().restart().restartAtSwap(3).run();
      source.before = rows -> {};
      assertAllBy(result.version().number());
      assertThat(Ride.read(output).lines().distinct().count())
          .as("seed 20261126, %d", i)
          .isEqualTo(ROWS + 1);
    }
  }

  @Test
  void through_unregisteredModel_goesOnOnlyIfItIsSaidWhatItIs() {
    try (Predictor<Ride, Double> plain = Predictor.of(Ride.MODEL).build()) {
      stopAt(400, of(BatchScoring.through(plain)));
      assertThatThrownBy(() -> of(BatchScoring.through(plain)).run())
          .isInstanceOf(ResumeRefusedException.class)
          .hasMessageContaining("model.digest was of an unregistered model");

      stopAt(400, of(BatchScoring.through(plain, "a".repeat(64))).restart());
      assertThatThrownBy(() -> of(BatchScoring.through(plain, "b".repeat(64))).run())
          .isInstanceOf(ResumeRefusedException.class)
          .hasMessageContaining("model.digest was aaaaaaaaaaaa…, is bbbbbbbbbbbb…");
      assertThat(of(BatchScoring.through(plain, "a".repeat(64))).run().resumedAt()).isEqualTo(300);
    }
  }

  @Test
  void restartAtSwap_whatCannotBe_isRefused() {
    assertThatThrownBy(() -> job().restartAtSwap(0)).hasMessageContaining("restartAtSwap: 0");
    assertThatThrownBy(() -> job().restartAtSwap(101)).hasMessageContaining("1..100");
    assertThatThrownBy(() -> job().restartAtSwap(1).restartAtSwap(2))
        .hasMessage("restartAtSwap is set already: 1");
    DataSource database = new JdbcDataSource();
    assertThatThrownBy(
            () ->
                BatchScoring.through(predictor)
                    .from(BatchSource.csv(input, Ride.SCHEMA))
                    .answers(Ride.SCORE)
                    .to(BatchSink.jdbc(database, "prices", "nightly"))
                    .restartAtSwap(1)
                    .run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("rows that are in a table stay there");
    assertThat(Files.exists(output)).isFalse();
  }
}
