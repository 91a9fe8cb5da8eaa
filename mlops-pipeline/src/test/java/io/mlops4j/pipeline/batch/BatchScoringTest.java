package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in, files out: what a job writes, refuses, and does when it is run again. */
class BatchScoringTest {
  @TempDir Path directory;

  private Path file(String name) {
    return directory.resolve(name);
  }

  @Test
  void run_csvToCsv_writesKeptColumnsAndAnswersInOrder() {
    Path input =
        Ride.write(file("in.csv"), "id,city,km,hour\n7,Rom,3.5,2\n\"a,b\",Oslo,1e2,\n,Rom,0.1,5\n");

    BatchResult result = Ride.job(input, file("out.csv")).run();

    assertThat(Ride.read(file("out.csv"))).isEqualTo("id,price\n7,3.75\n\"a,b\",50.0\n,5.05\n");
    assertThat(result.records()).isEqualTo(3);
    assertThat(result.scored()).isEqualTo(3);
    assertThat(result.alreadyComplete()).isFalse();
    assertThat(result.version()).isEqualTo(Ride.VERSION);
    assertThat(file("out.csv.part")).doesNotExist();
  }

  @Test
  void run_csvToJsonLines_writesOneObjectALine() {
    Path input = Ride.write(file("in.csv"), "\uFEFFid,city,km,hour\n\"q\"\"\n\",Rom,3,2\n");

    BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.csv(input, Ride.SCHEMA))
        .keep("id", "hour")
        .answers(Ride.SCORE)
        .to(BatchSink.jsonLines(file("out.jsonl")))
        .run();

    assertThat(Ride.read(file("out.jsonl")))
        .isEqualTo("{\"id\":\"q\\\"\\n\",\"hour\":\"2\",\"price\":3.5}\n");
  }

  @Test
  void run_jsonLinesToCsv_keepsTypesAndPassesBlankLines() {
    Path input =
        Ride.write(
            file("in.jsonl"),
            "{\"id\": 1, \"city\": \"Rom\", \"km\": 3, \"hour\": null, \"x\": [1]}\n\n"
                + "{\"id\": true, \"city\": \"K\u00f6ln\", \"km\": 0.5, \"hour\": 4, \"x\": \"a\"}");

    BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.jsonLines(input, Ride.SCHEMA))
        .keep("id", "x", "city")
        .answers(Ride.SCORE)
        .to(BatchSink.csv(file("out.csv")))
        .run();

    assertThat(Ride.read(file("out.csv")))
        .isEqualTo("id,x,city,price\n1,[1],Rom,1.5\ntrue,a,K\u00f6ln,4.25\n");
  }

  @Test
  void run_noRows_writesTheHeaderAlone() {
    Path input = Ride.write(file("in.csv"), "id,city,km,hour\n");

    BatchResult result = Ride.job(input, file("out.csv")).run();

    assertThat(result.records()).isZero();
    assertThat(Ride.read(file("out.csv"))).isEqualTo("id,price\n");
    assertThat(Ride.job(input, file("out.csv")).run().alreadyComplete()).isTrue();
  }

  @Test
  void run_noRowsToJsonLines_writesAnEmptyFileOnce() {
    Path input = Ride.write(file("in.jsonl"), "\n");
    for (boolean again : new boolean[] {false, true}) {
      BatchResult result =
          BatchScoring.with(Ride.VERSION, Ride.MODEL)
              .from(BatchSource.jsonLines(input, Ride.SCHEMA))
              .answers(Ride.SCORE)
              .to(BatchSink.jsonLines(file("out.jsonl")))
              .run();
      assertThat(result.alreadyComplete()).isEqualTo(again);
      assertThat(file("out.jsonl")).exists().isEmptyFile();
      assertThat(file("out.jsonl.part")).doesNotExist();
    }
  }

  @Test
  void run_completeBefore_doesNothing() {
    Path input = Ride.csv(file("in.csv"), 100);
    Ride.job(input, file("out.csv")).run();
    AtomicInteger asked = new AtomicInteger();
    Model<Ride, Double> counted =
        rides -> {
          asked.addAndGet(rides.size());
          return Ride.MODEL.predict(rides);
        };

    BatchResult again =
        BatchScoring.with(Ride.VERSION, counted)
            .from(BatchSource.csv(input, Ride.SCHEMA))
            .keep("id")
            .answers(Ride.SCORE)
            .to(BatchSink.csv(file("out.csv")))
            .run();

    assertThat(again.alreadyComplete()).isTrue();
    assertThat(again.records()).isEqualTo(100);
    assertThat(asked).hasValue(0);
  }

  @Test
  void run_badRowByDefault_endsTheJobNamingLineAndColumnButNoValue() {
    Path input = Ride.write(file("in.csv"), "id,city,km,hour\n1,Rom,3,2\n2,Rom,secret,2\n");

    assertThatThrownBy(() -> Ride.job(input, file("out.csv")).run())
        .isInstanceOf(BatchException.class)
        .hasMessage(
            "Bad row: row 2, line 3: column km: expected a double. Mend it, or leave such rows out"
                + " with BadRows.skipTo.");
    assertThat(file("out.csv")).doesNotExist();
  }

  @Test
  void run_badRowsSkipped_listsThemWithLinesAndReasons() {
    Path input =
        Ride.write(
            file("in.csv"),
            "id,city,km,hour\n1,Rom,3,2\n2,Rom,x,2\n\"3\n\",Rom,1\n4,Rom,NaN,1\n5,Rom,1,1\n");

    BatchResult result =
        Ride.job(input, file("out.csv")).badRows(BadRows.skipTo(file("bad.jsonl"), 5)).run();

    assertThat(Ride.read(file("out.csv"))).isEqualTo("id,price\n1,3.5\n5,1.5\n");
    assertThat(Ride.read(file("bad.jsonl")))
        .isEqualTo(
            "{\"row\":2,\"line\":3,\"reason\":\"column km: expected a double\"}\n"
                + "{\"row\":3,\"line\":4,\"reason\":\"3 values, the header has 4 columns\"}\n"
                + "{\"row\":4,\"line\":6,\"reason\":\"the model answered what is not a finite"
                + " number (NaN)\"}\n");
    assertThat(result.rejected()).isEqualTo(3);
    assertThat(result.scored()).isEqualTo(2);
    assertThat(file("bad.jsonl.part")).doesNotExist();
  }

  @Test
  void run_moreBadRowsThanAllowed_ends() {
    Path input = Ride.write(file("in.csv"), "id,city,km,hour\n1,Rom,a,2\n2,Rom,b,2\n");

    assertThatThrownBy(
            () ->
                Ride.job(input, file("out.csv"))
                    .badRows(BadRows.skipTo(file("bad.jsonl"), 1))
                    .run())
        .hasMessageContaining("More than 1 bad rows; the next is row 2, line 3");
  }

  @Test
  void run_modelFailsOnSomeRows_theyAloneAreBad() {
    Path input = Ride.csv(file("in.csv"), 500);
    Model<Ride, Double> picky =
        rides -> {
          if (rides.stream().anyMatch(r -> r.hour() == null)) {
            throw new MlopsException("no hour");
          }
          return Ride.MODEL.predict(rides);
        };

    BatchResult result =
        BatchScoring.with(Ride.VERSION, picky)
            .from(BatchSource.csv(input, Ride.SCHEMA))
            .answers(Ride.SCORE)
            .to(BatchSink.csv(file("out.csv")))
            .badRows(BadRows.skipTo(file("bad.jsonl"), 500))
            .run();

    assertThat(result.rejected()).isEqualTo(72);
    assertThat(Ride.read(file("bad.jsonl"))).contains("the model failed: no hour");
    assertThat(Ride.read(file("out.csv")).lines()).hasSize(429);
  }

  @Test
  void run_sensitiveFeature_noMessageOfTheModelIsTold() {
    Path input = Ride.write(file("in.csv"), "city,km,hour\nRom,3,2\n");
    Model<Ride, Double> chatty =
        rides -> {
          throw new MlopsException("cannot score " + rides);
        };

    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, chatty)
                    .from(BatchSource.csv(input, Ride.SCHEMA.withSensitive("city")))
                    .answers(Ride.SCORE)
                    .to(BatchSink.csv(file("out.csv")))
                    .run())
        .hasMessageContaining("withheld")
        .hasMessageNotContaining("Rom");
  }

  @Test
  void run_interruptedAndResumed_writesTheSameBytes() throws Exception {
    Path input = Ride.csv(file("in.csv"), 5_000);
    Ride.job(input, file("whole.csv")).chunkRows(64).run();

    List<Long> resumed = new ArrayList<>();
    for (int attempt = 0; attempt < 100; attempt++) {
      try {
        BatchResult result =
            Ride.job(input, file("out.csv"))
                .chunkRows(64)
                .progress(
                    (what, done, total) -> {
                      if (done % 1_024 == 0) {
                        Thread.currentThread().interrupt();
                      }
                    })
                .run();
        resumed.add(result.resumedAt());
        break;
      } catch (BatchException e) {
        assertThat(Thread.interrupted()).isTrue();
        assertThat(e).hasMessageContaining("interrupted after");
      }
    }

    assertThat(resumed).containsExactly(4_096L);
    assertThat(Files.mismatch(file("whole.csv"), file("out.csv"))).isEqualTo(-1);
  }

  @Test
  void run_otherInputModelOrOptions_isRefusedAndSaysWhatDiffers() {
    Path input = Ride.csv(file("in.csv"), 3_000);
    stopInTheMiddle(input);

    Ride.csv(input, 3_001);
    assertThatThrownBy(() -> Ride.job(input, file("out.csv")).run())
        .isInstanceOf(ResumeRefusedException.class)
        .hasMessageContaining("input.bytes was ")
        .hasMessageContaining("input.sha256 was ")
        .hasMessageContaining("begin again on purpose");
    Ride.csv(input, 3_000);
    assertThatThrownBy(
            () ->
                BatchScoring.with(new ModelVersion("rides", 4), Ride.MODEL)
                    .from(BatchSource.csv(input, Ride.SCHEMA))
                    .keep("id", "city")
                    .answers(Ride.SCORE)
                    .to(BatchSink.csv(file("out.csv")))
                    .chunkRows(32)
                    .run())
        .isInstanceOfSatisfying(
            ResumeRefusedException.class,
            e ->
                assertThat(e.differences())
                    .containsExactly(
                        "chunk.rows was 1024, is 32",
                        "columns.kept was id, is id,city",
                        "model.version was rides:3, is rides:4"));

    BatchResult result = Ride.job(input, file("out.csv")).run();
    assertThat(result.resumedAt()).isEqualTo(1_024);
  }

  private void stopInTheMiddle(Path input) {
    assertThatThrownBy(
            () ->
                Ride.job(input, file("out.csv"))
                    .checkpointEvery(Duration.ZERO)
                    .progress(
                        (what, done, total) -> {
                          if (done > 1_024) {
                            throw new IllegalStateException("enough");
                          }
                        })
                    .run())
        .hasMessage("enough");
  }

  @Test
  void restart_anotherJobsOutput_replacesItAtTheEnd() {
    Path input = Ride.csv(file("in.csv"), 10);
    Ride.job(input, file("out.csv")).run();
    String before = Ride.read(file("out.csv"));
    Ride.csv(input, 20);

    BatchResult result = Ride.job(input, file("out.csv")).restart().run();

    assertThat(result.records()).isEqualTo(20);
    assertThat(Ride.read(file("out.csv"))).startsWith(before).isNotEqualTo(before);
  }

  @Test
  void run_outputOfNobody_isNotReplaced() {
    Path input = Ride.csv(file("in.csv"), 10);
    Ride.write(file("out.csv"), "precious");

    assertThatThrownBy(() -> Ride.job(input, file("out.csv")).run())
        .hasMessageContaining("is there, and no job that wrote it");
    assertThat(Ride.read(file("out.csv"))).isEqualTo("precious");
    assertThat(file("out.csv.part")).doesNotExist();
  }

  @Test
  void run_completeOutputChangedSince_isNotCalledComplete() {
    Path input = Ride.csv(file("in.csv"), 10);
    Ride.job(input, file("out.csv")).run();
    Ride.write(file("out.csv"), "shorter");

    assertThatThrownBy(() -> Ride.job(input, file("out.csv")).run())
        .hasMessageContaining("is not there or was changed");
  }

  @Test
  void run_partChangedByOthers_isRefused() {
    Path input = Ride.csv(file("in.csv"), 3_000);
    stopInTheMiddle(input);
    String part = Ride.read(file("out.csv.part"));
    Ride.write(file("out.csv.part"), "X" + part.substring(1));

    assertThatThrownBy(() -> Ride.job(input, file("out.csv")).run())
        .hasMessageContaining("its first bytes were changed");
  }

  @Test
  void run_sameOutputTwiceAtOnce_theSecondIsRefused() {
    Path input = Ride.csv(file("in.csv"), 100);
    Model<Ride, Double> nested =
        rides -> {
          Ride.job(input, file("out.csv")).run();
          return Ride.MODEL.predict(rides);
        };

    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, nested)
                    .from(BatchSource.csv(input, Ride.SCHEMA))
                    .answers(Ride.SCORE)
                    .to(BatchSink.csv(file("out.csv")))
                    .run())
        .hasMessageContaining("Another job is writing");
  }

  @Test
  void run_settingMissingOrTwice_saysWhich() {
    assertThatThrownBy(() -> BatchScoring.with(Ride.VERSION, Ride.MODEL).run())
        .hasMessage("from(…) must be called before run()");
    assertThatThrownBy(() -> BatchScoring.with(Ride.VERSION, Ride.MODEL).chunkRows(3).chunkRows(4))
        .hasMessage("chunkRows is set already: 3");
    assertThatThrownBy(() -> BatchScoring.with(Ride.VERSION, Ride.MODEL).chunkRows(0))
        .hasMessage("chunkRows: 0 (expected: 1..65536)");
    assertThatThrownBy(() -> BatchScoring.with(Ride.VERSION, Ride.MODEL).rowsPerSecond(0))
        .hasMessageContaining("expected: above 0");
    assertThatThrownBy(
            () -> BatchScoring.with(Ride.VERSION, Ride.MODEL).checkpointEvery(Duration.ofNanos(-1)))
        .hasMessageContaining("expected: 0 to 3650 days");
    assertThatThrownBy(
            () ->
                BatchSource.csv(
                    file("x"), Schema.<Ride>builder("x").numeric("km", Ride::km).build()))
        .hasMessageContaining("can make rows");
  }
}
