package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.drift.DriftCounter;
import io.mlops4j.drift.DriftCounts;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are odd, models of every kind, pace, profile, and checkpoints that lie. */
class BatchEdgesTest {
  @TempDir Path directory;

  private Path file(String name) {
    return directory.resolve(name);
  }

  private String scored(String csv) {
    Ride.write(file("in.csv"), csv);
    Ride.job(file("in.csv"), file("out.csv")).restart().run();
    return Ride.read(file("out.csv"));
  }

  @Test
  void csv_oddButValid_isRead() {
    assertThat(scored("\uFEFFid,CITY,k_m,Hour\r\n1,Rom,2,1\r\n\"a\r\nb\",\"\",4,\r\n"))
        .isEqualTo("id,price\n1,2.0\n\"a\r\nb\",2.0\n");
    assertThat(scored("id,city,km,hour\n1,Rom,2,1")).isEqualTo("id,price\n1,2.0\n");
  }

  @Test
  void csv_notCsv_endsTheJobNamingTheLine() {
    assertThatThrownBy(() -> scored("")).hasMessageContaining("in.csv is empty");
    assertThatThrownBy(() -> scored("id,city,km,hour\n1,\"Rom,2,1\n"))
        .hasMessageContaining("line 2: a quotation mark")
        .hasMessageContaining("never closed");
    assertThatThrownBy(() -> scored("id,city,km,hour\n" + "x".repeat(5 << 20) + ",Rom,2,1\n"))
        .hasMessageContaining("longer than 4194304");
    assertThatThrownBy(() -> scored("id,city,km,hour\n1,R\0m,2,1\n")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> scored("id,city,km\n1,Rom,2\n"))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("no column for hour");
    assertThatThrownBy(() -> scored("city,km,hour\nRom,2,1\n"))
        .hasMessageContaining("no column id to keep");
    assertThatThrownBy(() -> Ride.job(file("none.csv"), file("o.csv")).run())
        .isInstanceOfSatisfying(
            BatchException.class, e -> assertThat(e.side()).isEqualTo(BatchException.Side.INPUT))
        .hasMessageContaining("none.csv cannot be read");
  }

  @Test
  void csv_gzip_isReadAndResumed() throws IOException {
    Path plain = Ride.csv(file("plain.csv"), 3_000);
    Path packed = file("in.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(plain, out);
    }
    List<Long> totals = new ArrayList<>();
    assertThatThrownBy(
            () ->
                Ride.job(packed, file("out.csv"))
                    .checkpointEvery(Duration.ZERO)
                    .progress(
                        (what, done, total) -> {
                          totals.add(total);
                          if (done > 1_024) {
                            throw new IllegalStateException("enough");
                          }
                        })
                    .run())
        .hasMessage("enough");
    assertThat(totals).containsOnly(Progress.UNKNOWN_TOTAL);
    assertThat(Ride.job(packed, file("out.csv")).run().resumedAt()).isEqualTo(1_024);
    Ride.job(plain, file("whole.csv")).run();
    assertThat(Files.mismatch(file("whole.csv"), file("out.csv"))).isEqualTo(-1);
  }

  @Test
  void jsonLines_badLines_areBadRows() {
    Ride.write(
        file("in.jsonl"),
        "\uFEFF{\"city\": \"Rom\", \"km\": 2, \"hour\": 1}\n"
            + "{\"city\": \"Rom\", \"km\": \"far\"}\n"
            + "[1]\n"
            + "{\"city\": \"Rom\", \"km\": 2\n"
            + "{\"city\": {}, \"km\": 2}\n"
            + "{\"km\": NaN}\n"
            + "{\"city\": \""
            + "x".repeat(LineReader.MAX_LINE)
            + "\"}\n"
            + "{\"km\": 4, \"hour\": 2.5}\n"
            + "{\"km\": 4, \"km\": 5}\n"
            + "\r\n"
            + "{\"km\": 6}\n");
    BatchResult result =
        BatchScoring.with(Ride.VERSION, Ride.MODEL)
            .from(BatchSource.jsonLines(file("in.jsonl"), Ride.SCHEMA))
            .answers(Ride.SCORE)
            .to(BatchSink.jsonLines(file("out.jsonl")))
            .badRows(BadRows.skipTo(file("bad.jsonl"), 100))
            .run();
    assertThat(Ride.read(file("out.jsonl"))).isEqualTo("{\"price\":2.0}\n{\"price\":3.0}\n");
    assertThat(result.rejected()).isEqualTo(8);
    assertThat(Ride.read(file("bad.jsonl")))
        .contains("\"line\":2,\"reason\":\"column km: expected a double\"")
        .contains("\"line\":3,\"reason\":\"the line is not a JSON object")
        .contains("\"line\":5,\"reason\":\"column city: expected a value, not an object\"")
        .contains("\"line\":7,\"reason\":\"longer than 1048576 bytes\"")
        .contains("\"line\":8,\"reason\":\"column hour: expected an Integer\"")
        .doesNotContain("far");
  }

  @SuppressWarnings("ArrayRecordComponent")
  record Embedding(float[] vector) {}

  @Test
  void jsonLines_vectors_inAndOut() {
    Ride.write(
        file("in.jsonl"), "{\"vector\": [1, 2.5]}\n{\"vector\": [\"a\"]}\n{\"vector\": []}\n");
    Model<Embedding, float[]> twice =
        rows ->
            rows.stream()
                .map(
                    r ->
                        r.vector().length == 0 ? r.vector() : new float[] {2 * r.vector()[0], 0.1f})
                .toList();
    BatchScoring.with(Ride.VERSION, twice)
        .from(BatchSource.jsonLines(file("in.jsonl"), Schema.of(Embedding.class)))
        .answers(AnswerColumns.<float[]>of(List.of("e", "n"), v -> List.of(v, v.length)))
        .to(BatchSink.jsonLines(file("out.jsonl")))
        .badRows(BadRows.skipTo(file("bad.jsonl"), 1))
        .run();
    assertThat(Ride.read(file("out.jsonl")))
        .isEqualTo("{\"e\":[2.0,0.1],\"n\":2}\n{\"e\":[],\"n\":0}\n");
  }

  @Test
  void answers_classes_haveAColumnEach() {
    Ride.write(file("in.csv"), "city,km,hour\nRom,2,1\n");
    Model<Ride, ClassProbabilities> model =
        rows -> rows.stream().map(r -> ClassProbabilities.unnamed(0.2, 0.7, 0.1)).toList();
    BatchScoring.with(Ride.VERSION, model)
        .from(BatchSource.csv(file("in.csv"), Ride.SCHEMA))
        .answers(AnswerColumns.probabilities("class", "low", "mid", "high"))
        .to(BatchSink.csv(file("out.csv")))
        .run();
    assertThat(Ride.read(file("out.csv"))).isEqualTo("low,mid,high,class\n0.2,0.7,0.1,mid\n");
    assertThatThrownBy(() -> AnswerColumns.of(List.of("a", "a"), List::of))
        .hasMessageContaining("no name twice");
    assertThatThrownBy(() -> AnswerColumns.score("a\n")).hasMessageContaining("printable");
  }

  @Test
  void answers_wrongNumberOfCellsOrNull_isABadRow() {
    Ride.write(file("in.csv"), "city,km,hour\nRom,2,1\n");
    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, Ride.MODEL)
                    .from(BatchSource.csv(file("in.csv"), Ride.SCHEMA))
                    .answers(AnswerColumns.of(List.of("a", "b"), List::of))
                    .to(BatchSink.csv(file("out.csv")))
                    .run())
        .hasMessageContaining("makes 1 cells for 2 columns");
    Model<Ride, Double> silent = rows -> java.util.Collections.singletonList(null);
    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, silent)
                    .from(BatchSource.csv(file("in.csv"), Ride.SCHEMA))
                    .answers(Ride.SCORE)
                    .to(BatchSink.csv(file("out.csv")))
                    .run())
        .hasMessageContaining("the model answered null");
    Model<Ride, Double> lost = rows -> List.of();
    assertThatThrownBy(
            () ->
                BatchScoring.with(Ride.VERSION, lost)
                    .from(BatchSource.csv(file("in.csv"), Ride.SCHEMA))
                    .answers(Ride.SCORE)
                    .to(BatchSink.csv(file("out.csv")))
                    .run())
        .hasMessageContaining("gave 0 answers to 1 rows");
  }

  /** A clock that waits in no time. */
  private static final class Jumping implements Time {
    private long nanos;
    private long waited;

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public Subscription schedule(Duration delay, Runnable task) {
      nanos += delay.toNanos();
      waited += delay.toNanos();
      task.run();
      return () -> {};
    }
  }

  @Test
  void rowsPerSecond_limit_isKept() {
    Path input = Ride.csv(file("in.csv"), 10_000);
    Jumping time = new Jumping();
    List<String> lines = new ArrayList<>();
    BatchResult result =
        Ride.job(input, file("out.csv"))
            .chunkRows(100)
            .rowsPerSecond(500)
            .time(time)
            .progress(Progress.estimates(lines::add, Duration.ofSeconds(5), time))
            .run();
    // The first chunk is not waited for.
    assertThat(result.took()).isBetween(Duration.ofMillis(19_800), Duration.ofMillis(20_000));
    assertThat(lines)
        .contains("rows: 2,600 of 10,000 (26 %), 500 a second, about 15 s left")
        .last()
        .asString()
        .startsWith("rows: 10,000 of 10,000 (100 %)");
    Jumping free = new Jumping();
    Ride.job(input, file("free.csv")).chunkRows(100).time(free).run();
    assertThat(free.waited).isZero();
  }

  @Test
  void yieldingWhile_othersAreBusy_waitsLongerAndLonger() {
    Jumping time = new Jumping();
    AtomicInteger asked = new AtomicInteger();
    Ride.job(Ride.csv(file("in.csv"), 10), file("out.csv"))
        .time(time)
        .yieldingWhile(() -> asked.incrementAndGet() <= 12)
        .run();
    assertThat(asked).hasValue(13);
    // 0.2 + 0.4 + … + 25.6 ms, then 50 ms each
    assertThat(time.waited).isEqualTo(200_000L * 255 + 4 * 50_000_000L);
  }

  @Test
  void profile_resumedJob_countsEachRowOnce() {
    ModelExport export =
        ModelExport.read(Path.of("../examples/from-python/exports/flights-xgboost"));
    Path rows = Path.of("../examples/from-python/data/flights-heldout.csv");
    Baseline baseline = export.files().baseline().orElseThrow();
    ModelVersion version = new ModelVersion("delay", 1);
    Schema<Map<String, ?>> schema = export.schema();
    try (Model<Map<String, ?>, Double> model = OnnxModel.probability(schema).load(export)) {
      DriftCounter all = new DriftCounter(version, baseline);
      io.mlops4j.data.Dataset.csv(rows, schema).stream()
          .forEach(
              row -> {
                all.observe(schema.encode(row));
                all.observeScore(model.predict(List.<Map<String, ?>>of(row)).get(0));
              });
      assertThatThrownBy(
              () ->
                  profiled(version, model, rows, schema, baseline)
                      .progress(
                          (what, done, total) -> {
                            if (done > 400) {
                              throw new IllegalStateException("enough");
                            }
                          })
                      .run())
          .hasMessage("enough");
      BatchResult result = profiled(version, model, rows, schema, baseline).run();
      assertThat(result.resumedAt()).isEqualTo(400);
      assertThat(result.profile()).contains(all.snapshot());
      DriftCounts again =
          profiled(version, model, rows, schema, baseline).run().profile().orElseThrow();
      assertThat(again).isEqualTo(all.snapshot());
    }
  }

  private BatchScoring<Map<String, ?>, Double> profiled(
      ModelVersion version,
      Model<Map<String, ?>, Double> model,
      Path rows,
      Schema<Map<String, ?>> schema,
      Baseline baseline) {
    return BatchScoring.with(version, model)
        .from(BatchSource.csv(rows, schema))
        .answers(AnswerColumns.score("risk"))
        .to(BatchSink.csv(file("profiled.csv")))
        .chunkRows(100)
        .checkpointEvery(Duration.ZERO)
        .profile(baseline);
  }

  @Test
  void with_registeredVersion_loadsAndClosesIt() {
    ModelExport export =
        ModelExport.read(Path.of("../examples/from-python/exports/flights-linear"));
    Path rows = Path.of("../examples/from-python/data/flights-heldout.csv");
    Schema<Map<String, ?>> schema = export.schema();
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredVersion<Map<String, ?>, Double> version =
          registry
              .model("delay", OnnxModel.probability(schema))
              .register(export.files(), Lineage.unknown());
      BatchResult result =
          BatchScoring.with(version)
              .from(BatchSource.csv(rows, schema))
              .keep("linear")
              .answers(AnswerColumns.score("risk"))
              .to(BatchSink.csv(file("out.csv")))
              .run();
      assertThat(result.version()).hasToString("delay:1");
      assertThat(result.identity().get("model.digest")).hasSize(64);
      Ride.read(file("out.csv"))
          .lines()
          .skip(1)
          .map(line -> line.split(","))
          .forEach(
              cells ->
                  assertThat(Double.parseDouble(cells[1]))
                      .isCloseTo(
                          Double.parseDouble(cells[0]),
                          org.assertj.core.api.Assertions.within(1e-5)));
    }
  }

  @Test
  void through_predictor_scoresBelowItsRequestsAndEndsAtASwap() {
    Path input = Ride.csv(file("in.csv"), 3_000);
    Ride.job(input, file("whole.csv")).run();
    try (Predictor<Ride, Double> predictor = Predictor.of(Ride.MODEL).name("live").build()) {
      BatchResult result =
          BatchScoring.through(predictor)
              .from(BatchSource.csv(input, Ride.SCHEMA))
              .keep("id")
              .answers(Ride.SCORE)
              .to(BatchSink.csv(file("out.csv")))
              .yieldingTo(predictor)
              .run();
      assertThat(result.version()).isEqualTo(predictor.version().orElseThrow());
      assertThat(Ride.read(file("out.csv"))).isEqualTo(Ride.read(file("whole.csv")));
      assertThat(predictor.stats().offlineRows()).isEqualTo(3_000);
    }
  }

  @Test
  void read_hostileCheckpoints_areRefusedInOneSentence() {
    Checkpoint sound =
        new Checkpoint(
            Map.of("a", "b"),
            3,
            "n7",
            1,
            new Checkpoint.Mark(5, 6),
            Checkpoint.Mark.NOTHING,
            "",
            true);
    byte[] bytes = sound.toBytes();
    assertThat(Checkpoint.read(bytes, "it")).isEqualTo(sound);
    for (int cut = 0; cut < bytes.length; cut++) {
      byte[] torn = java.util.Arrays.copyOf(bytes, cut);
      assertThatThrownBy(() -> Checkpoint.read(torn, "it"))
          .isInstanceOf(io.mlops4j.core.MlopsException.class);
    }
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] flipped = bytes.clone();
      flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Checkpoint read = Checkpoint.read(flipped, "it");
        assertThat(read.records()).isNotNegative();
        assertThat(read.output().length()).isNotNegative();
      } catch (io.mlops4j.core.MlopsException e) {
        assertThat(e.getMessage()).startsWith("it");
      }
    }
    String text = new String(bytes, UTF_8);
    for (String[] change :
        new String[][] {
          {"\"format\":1", "\"format\":2", "of format 2"},
          {"\"records\":3", "\"records\":-3", "its field records"},
          {"\"records\":3", "\"records\":3.5", "its field records"},
          {"\"complete\":true", "\"complete\":1", "its field complete"},
          {"\"position\":\"n7\"", "\"position\":7", "its field position"},
          {"\"identity\":{\"a\":\"b\"}", "\"identity\":[]", "its field identity"},
        }) {
      byte[] hostile = text.replace(change[0], change[1]).getBytes(UTF_8);
      assertThatThrownBy(() -> Checkpoint.read(hostile, "it")).hasMessageContaining(change[2]);
    }
    assertThatThrownBy(() -> JdbcKey.read("nX")).hasMessageContaining("position is damaged");
  }

  @Test
  void run_rejectsListTakenAway_isRefused() {
    Ride.write(file("in.csv"), "id,city,km,hour\n1,Rom,x,2\n2,Rom,1,2\n3,Rom,1,2\n");
    assertThatThrownBy(
            () ->
                Ride.job(file("in.csv"), file("out.csv"))
                    .chunkRows(1)
                    .checkpointEvery(Duration.ZERO)
                    .badRows(BadRows.skipTo(file("bad.jsonl"), 5))
                    .progress(
                        (what, done, total) -> {
                          if (done == 3) {
                            throw new IllegalStateException("enough");
                          }
                        })
                    .run())
        .hasMessage("enough");
    assertThatThrownBy(() -> Ride.job(file("in.csv"), file("out.csv")).chunkRows(1).run())
        .isInstanceOf(ResumeRefusedException.class)
        .hasMessageContaining("left out 1 rows");
    assertThatThrownBy(() -> BadRows.skipTo(file("x"), -1)).hasMessageContaining("most: -1");
  }
}
