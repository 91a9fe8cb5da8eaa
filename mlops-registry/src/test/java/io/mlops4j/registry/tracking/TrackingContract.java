package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.RegistryOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What tracking does, on any store. */
abstract class TrackingContract {
  static final Instant START = Instant.parse("2026-11-26T08:30:00Z");

  final VirtualTime time = VirtualTime.startingAt(START);
  ObjectStore store;
  Tracking tracking;
  TrackedExperiment flights;

  abstract ObjectStore openStore();

  @BeforeEach
  void open() {
    store = openStore();
    tracking = reopened();
    flights = tracking.experiment("flights");
  }

  /** As another process would see it. */
  Tracking reopened() {
    return Tracking.on(openStore(), TrackingOptions.withDefaults().withTime(time).withOwner("ana"));
  }

  RunRecord seenElsewhere(Run run) {
    return reopened().experiment("flights").find(run.id()).orElseThrow();
  }

  static MetricSummary summary(RunRecord run, String metric) {
    return Objects.requireNonNull(run.metrics().get(metric), metric);
  }

  @Test
  void run_everythingLogged_isThereAfterReopening() {
    String id;
    try (Run run = flights.start(RunSettings.named("trial").withSeed(7).withTag("team", "risk"))) {
      id = run.id();
      run.param("depth", 6);
      run.param("rate", 0.1);
      run.metric("loss", 0, 0.9);
      run.metric("loss", 1, 0.5);
      run.tag("team", "fraud");
      run.note("Second \"note\"\nwith a line break");
      run.artifact("plots/roc.html", "<html>".getBytes(UTF_8));
      time.advance(Duration.ofSeconds(90));
    }
    Tracking other = reopened();
    RunRecord record = other.experiment("flights").find(id).orElseThrow();

    assertThat(record.status()).isEqualTo(RunStatus.FINISHED);
    assertThat(record.params()).containsExactly(Map.entry("depth", "6"), Map.entry("rate", "0.1"));
    assertThat(record.metrics().get("loss"))
        .isEqualTo(new MetricSummary(0.5, 1, START, 0.5, 0.9, 2, 0));
    assertThat(record.tags()).containsExactly(Map.entry("team", "fraud"));
    assertThat(record.notes()).containsExactly("Second \"note\"\nwith a line break");
    assertThat(record.seed()).isEqualTo(7);
    assertThat(record.owner()).isEqualTo("ana");
    assertThat(record.took()).isEqualTo(Duration.ofSeconds(90));
    assertThat(other.experiment("flights").artifact(id, "plots/roc.html"))
        .isEqualTo("<html>".getBytes(UTF_8));
    Environment environment = other.experiment("flights").environment(id);
    assertThat(environment.jvm()).isEqualTo(Environment.capture().jvm());
    assertThat(environment.artifacts()).isEqualTo(Environment.capture().artifacts());
    assertThat(other.experiments()).containsExactly("flights");
    assertThat(other.verify(Progress.silent())).isEmpty();
  }

  @Test
  void param_sameValueAgain_isFineAndAnotherNamesBoth() {
    try (Run run = flights.start("trial")) {
      run.param("depth", 6);
      run.param("depth", "6");
      run.flush();
      run.param("depth", 6);
      assertThatExceptionOfType(MlopsException.class)
          .isThrownBy(() -> run.params(Map.of("aaa", 1, "depth", 7)))
          .withMessageContaining("depth is '6' and cannot become '7'");
      assertThat(seenElsewhere(run).params()).as("none of a refused set").containsOnlyKeys("depth");
    }
  }

  @Test
  void param_twoProcessesDisagree_theFirstStaysAndTheSecondIsTold() {
    Run first = flights.start("trial");
    Run second = reopened().experiment("flights").resume(first.id());
    first.param("depth", 6);
    second.param("depth", 7);
    second.param("rate", 0.1);
    first.flush();
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(second::flush)
        .withMessageContaining("depth is '6' and cannot become '7'");
    second.close();
    assertThat(seenElsewhere(first).params())
        .containsExactly(Map.entry("depth", "6"), Map.entry("rate", "0.1"));
    assertThat(tracking.verify(Progress.silent())).isEmpty();
  }

  @Test
  void metric_nanAndInfinitiesAndNegativeZero_areKeptAsSuch() {
    double[] values = {
      1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE, 0.1
    };
    Run run = flights.start("trial");
    for (double value : values) {
      run.metric("loss", value);
    }
    run.close();
    TrackedExperiment other = reopened().experiment("flights");
    MetricSeries series = other.series(run.id(), "loss");
    assertThat(series.values()).containsExactly(values);
    assertThat(series.steps()).containsExactly(0, 1, 2, 3, 4, 5, 6);
    MetricSummary summary = summary(other.find(run.id()).orElseThrow(), "loss");
    assertThat(summary.last()).isEqualTo(0.1);
    assertThat(summary.min()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(summary.max()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(summary.nans()).isEqualTo(1);
  }

  @Test
  void metric_hundredThousandPoints_fewObjectsAndEveryPoint() {
    Run run = flights.start("long");
    for (int i = 0; i < 100_000; i++) {
      run.metric("loss", i, 1.0 / (i + 1));
    }
    run.close();
    assertThat(store.list("tracking/runs/flights")).hasSizeLessThan(30);
    MetricSeries series = reopened().experiment("flights").series(run.id(), "loss");
    assertThat(series.size()).isEqualTo(100_000);
    assertThat(series.values()[99_999]).isEqualTo(1e-5);
    assertThat(series.steps()[99_999]).isEqualTo(99_999);
  }

  @Test
  void metric_stepsOutOfOrder_seriesIsSortedAndTheHighestStepIsLast() {
    Run run = flights.start("trial");
    run.metric("loss", 5, 0.5);
    run.metric("loss", 2, 0.2);
    run.metric("loss", 5, 0.55);
    run.metric("loss", 0.6);
    run.close();
    assertThat(flights.series(run.id(), "loss").steps()).containsExactly(2, 5, 5, 6);
    assertThat(flights.series(run.id(), "loss").values()).containsExactly(0.2, 0.5, 0.55, 0.6);
    assertThat(summary(seenElsewhere(run), "loss").last()).isEqualTo(0.6);
  }

  @Test
  void flush_afterTheInterval_happensByItselfAndNotBefore() {
    Run run = flights.start("trial");
    run.metric("loss", 0.5);
    assertThat(seenElsewhere(run).metrics()).as("still in the buffer").isEmpty();
    time.advance(Duration.ofSeconds(1));
    assertThat(seenElsewhere(run).metrics()).containsKey("loss");
  }

  @Test
  void flush_fullBuffer_happensWithoutTheClock() {
    Tracking small =
        Tracking.on(store, TrackingOptions.withDefaults().withTime(time).withFlushAfter(3));
    Run run = small.experiment("flights").start("trial");
    run.metric("loss", 0.5);
    run.metric("loss", 0.4);
    assertThat(seenElsewhere(run).metrics()).isEmpty();
    run.metric("loss", 0.3);
    assertThat(summary(seenElsewhere(run), "loss").points()).isEqualTo(3);
  }

  @Test
  void status_processDied_isKilledOnceNoSignOfLifeCame() {
    Run run = flights.start("trial");
    run.metric("loss", 0.5);
    run.flush();
    assertThat(seenElsewhere(run).status()).isEqualTo(RunStatus.RUNNING);
    // The process goes on and logs nothing for a quarter of an hour: its heart beats.
    time.advance(Duration.ofMinutes(16));
    assertThat(seenElsewhere(run).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(store.list("ephemeral/tracking")).hasSizeBetween(1, 2);
    // Only the wall clock goes on, as after a kill.
    time.setWallClock(time.now().plus(Duration.ofSeconds(119)));
    assertThat(seenElsewhere(run).status()).isEqualTo(RunStatus.RUNNING);
    time.setWallClock(time.now().plus(Duration.ofSeconds(2)));
    RunRecord dead = seenElsewhere(run);
    assertThat(dead.status()).isEqualTo(RunStatus.KILLED);
    assertThat(dead.endedAt()).isEmpty();
    assertThat(dead.metrics()).as("what it had logged").containsKey("loss");
  }

  @Test
  void status_clocksApart_whoWatchesIsNotFooled() {
    Run run = flights.start("trial");
    VirtualTime ahead = VirtualTime.startingAt(START.plus(Duration.ofHours(3)));
    Tracking watching = Tracking.on(openStore(), TrackingOptions.withDefaults().withTime(ahead));
    TrackedExperiment seen = watching.experiment("flights");
    assertThat(seen.find(run.id()).orElseThrow().status()).isEqualTo(RunStatus.KILLED);
    for (int i = 0; i < 3; i++) {
      time.advance(Duration.ofSeconds(40));
      ahead.advance(Duration.ofSeconds(40));
      assertThat(seen.find(run.id()).orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
    }
    ahead.advance(Duration.ofMinutes(2));
    assertThat(seen.find(run.id()).orElseThrow().status()).isEqualTo(RunStatus.KILLED);
  }

  @Test
  void end_eachWay_hasItsStatusAndReason() {
    Run failed = flights.start("failed");
    failed.fail(new IllegalStateException("out of\nmemory"));
    failed.close();
    Run killed = flights.start("killed");
    killed.kill("not needed");
    assertThat(seenElsewhere(failed).status()).isEqualTo(RunStatus.FAILED);
    assertThat(seenElsewhere(failed).reason())
        .isEqualTo("java.lang.IllegalStateException: out of?memory");
    assertThat(seenElsewhere(killed).status()).isEqualTo(RunStatus.KILLED);
    assertThat(seenElsewhere(killed).endedAt()).isPresent();
    assertThatIllegalStateException()
        .isThrownBy(() -> failed.metric("loss", 1))
        .withMessageContaining("has ended");
    assertThat(store.list("ephemeral/tracking")).isEmpty();
    assertThat(time.pending()).as("no timers left").isZero();
  }

  @Test
  void runBody_throws_isFailedAndTheExceptionComesThrough() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                flights.run(
                    RunSettings.named("trial"),
                    run -> {
                      run.metric("loss", 0.5);
                      throw new IllegalArgumentException("bad row");
                    }))
        .withMessage("bad row");
    RunRecord run = flights.query("LIMIT 1").get(0);
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.reason()).contains("bad row");
    assertThat(run.metrics()).containsKey("loss");
    String name = flights.run(RunSettings.named("fine"), r -> "result");
    assertThat(name).isEqualTo("result");
  }

  @Test
  void resume_endedRunFromAnotherProcess_goesOn() {
    Run run = flights.start("trial");
    run.param("depth", 6);
    run.metric("loss", 0.5);
    run.close();
    Run again = reopened().experiment("flights").resume(run.id());
    assertThat(seenElsewhere(run).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(seenElsewhere(run).endedAt()).isEmpty();
    again.metric("loss", 0.4);
    assertThatExceptionOfType(MlopsException.class).isThrownBy(() -> again.param("depth", 7));
    again.close();
    assertThat(flights.series(run.id(), "loss").steps()).containsExactly(0, 1);
    assertThat(seenElsewhere(run).status()).isEqualTo(RunStatus.FINISHED);
    assertThat(again.seed()).isEqualTo(run.seed());
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> flights.resume("20261126-083000-0123456789ab"))
        .withMessageContaining("has no run");
  }

  @Test
  void seed_drawnOrGiven_isRecordedAndGivesTheSameNumbers() {
    try (Run drawn = flights.start("drawn");
        Run same = flights.start(RunSettings.named("same").withSeed(drawn.seed()))) {
      assertThat(seenElsewhere(drawn).seed()).isEqualTo(drawn.seed());
      assertThat(same.random("shuffle").nextLong()).isEqualTo(drawn.random("shuffle").nextLong());
      assertThat(same.random("shuffle").nextLong()).isNotEqualTo(drawn.random("split").nextLong());
    }
  }

  @Test
  void parent_unknown_isRefusedAndKnownIsRecorded() {
    try (Run search = flights.start("search");
        Run trial = flights.start(RunSettings.named("trial").withParent(search.id()))) {
      assertThat(flights.query("parent = '" + search.id() + "'"))
          .extracting(RunRecord::id)
          .containsExactly(trial.id());
    }
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(
            () ->
                flights.start(
                    RunSettings.named("orphan").withParent("20261126-083000-0123456789ab")));
  }

  @Test
  void names_hostile_areRefusedAndNothingIsWrittenForThem() {
    assertThatIllegalArgumentException().isThrownBy(() -> tracking.experiment("../x"));
    assertThatIllegalArgumentException().isThrownBy(() -> flights.find("../../models"));
    try (Run run = flights.start("trial")) {
      for (String name : List.of("", " ", "a\nb", "a\u0000", "a\u202eb", "x".repeat(251))) {
        assertThatIllegalArgumentException().isThrownBy(() -> run.param(name, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> run.metric(name, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> run.tag(name, ""));
      }
      assertThatIllegalArgumentException().isThrownBy(() -> run.param("long", "x".repeat(8_001)));
      assertThatIllegalArgumentException().isThrownBy(() -> run.param("half", "\ud800"));
      assertThatIllegalArgumentException().isThrownBy(() -> run.metric("loss", -1, 0));
      // An artifact's path is a name and never a path.
      run.artifact("../../etc/passwd", new byte[] {1});
      assertThat(flights.artifact(run.id(), "../../etc/passwd")).containsExactly(1);
    }
  }

  @Test
  void run_tooMuchText_saysSoAndKeepsWhatItHas() {
    try (Run run = flights.start("trial")) {
      assertThatExceptionOfType(MlopsException.class)
          .isThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  run.param("p" + i, "\u0001".repeat(8_000));
                }
              })
          .withMessageContaining("is full");
      run.flush();
      assertThat(seenElsewhere(run).params()).hasSizeGreaterThan(180);
    }
    try (Run run = flights.start("names")) {
      assertThatExceptionOfType(MlopsException.class)
          .isThrownBy(
              () -> {
                for (int i = 0; i < 10_001; i++) {
                  run.metric("m" + i, i);
                }
              })
          .withMessageContaining("is full: 10000 names");
    }
    assertThat(tracking.verify(Progress.silent())).isEmpty();
  }

  @Test
  void register_versionOfARun_isLinkedBothWays() {
    try (ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults());
        Run run = flights.start("trial")) {
      RegisteredModel<String, String> model = registry.model("delay");
      run.param("depth", 6);
      run.metric("auc", 0.7);
      run.metric("diverged", Double.NaN);
      RegisteredVersion<String, String> version =
          run.register(
              model, ModelFiles.of("onnx", Map.of("m.onnx", new byte[] {1})), run.lineage());
      assertThat(seenElsewhere(run).versions()).containsExactly(version.version());
      assertThat(version.lineage().hyperparameters()).containsExactly(Map.entry("depth", "6"));
      assertThat(version.lineage().metrics()).containsExactly(Map.entry("auc", 0.7));
      assertThat(tracking.runOf(model.version(1)).orElseThrow().id()).isEqualTo(run.id());
      assertThat(Query.where(Field.tag(Run.LINEAGE_TAG).equalTo(run.toString())).select(model))
          .extracting(v -> v.number())
          .containsExactly(1);
      assertThat(registry.verify()).isEmpty();
    }
  }

  @Test
  void progress_ofALongOperation_isACurve() {
    try (Run run = flights.start("trial")) {
      Progress progress = run.progress();
      for (int i = 1; i <= 100; i++) {
        progress.report("rows", i, 100);
        time.advance(Duration.ofMillis(100));
      }
      run.flush();
      MetricSeries series = flights.series(run.id(), "progress.rows");
      assertThat(series.values()).hasSize(11).endsWith(1.0);
    }
  }

  @Test
  void run_eightThreads_everyPointOnceInAWholeChain() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    Run first = flights.start("trial");
    Run second = reopened().experiment("flights").resume(first.id());
    List<Future<?>> done = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Run run = t % 2 == 0 ? first : second;
      int thread = t;
      done.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 200; i++) {
                  run.metric("m" + thread, i, thread);
                  run.param("p" + i, i);
                  if (i % 50 == 0) {
                    run.flush();
                  }
                }
              }));
    }
    for (Future<?> future : done) {
      future.get();
    }
    threads.shutdown();
    first.flush();
    second.close();
    first.close();
    RunRecord record = seenElsewhere(first);
    assertThat(record.params()).hasSize(200);
    assertThat(record.metrics())
        .hasSize(8)
        .allSatisfy((k, v) -> assertThat(v.points()).isEqualTo(200));
    assertThat(tracking.verify(Progress.silent())).isEmpty();
  }

  @Test
  void blobs_ofAllRuns_areNamedForWhoeverCollects() {
    try (Run run = flights.start("trial")) {
      run.artifact("a", new byte[] {1});
      run.artifact("a", new byte[] {2});
      run.artifact("b", new byte[] {2});
    }
    assertThat(tracking.blobs()).as("two contents and the environment").hasSize(3);
    assertThat(store.list("blobs")).hasSize(3);
  }

  @Test
  void store_writtenByANewerLibrary_isReadAndNotWritten() {
    Run run = flights.start("trial");
    run.close();
    store.putIfAbsent("format/tracking-2", new byte[0]);
    Tracking other = reopened();
    assertThat(other.experiment("flights").find(run.id())).isPresent();
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> other.experiment("flights").start("more"))
        .withMessageContaining("Update the library");
  }
}
