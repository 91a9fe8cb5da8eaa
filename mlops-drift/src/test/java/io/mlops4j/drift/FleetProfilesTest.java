package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a fleet of monitors stores, loses and adds up. */
class FleetProfilesTest {
  private static final Baseline BASELINE = Fleet.baseline(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration WEEK = Duration.ofDays(7);

  private final VirtualTime time = VirtualTime.startingAt(START);
  private final ObjectStore store = ObjectStore.inMemory();
  private final Fleet fleet = new Fleet();

  private DriftMonitor<Fleet.Trip, Double> start(ObjectStore objects, String instance) {
    return DriftMonitor.following(fleet).time(time).storingIn(objects, instance).build();
  }

  private DriftMonitor<Fleet.Trip, Double> start(String instance) {
    return start(store, instance);
  }

  private void feed(
      DriftMonitor<Fleet.Trip, Double> monitor, int n, double shift, Instant at, long seed) {
    for (Fleet.Trip trip : Fleet.trips(n, seed, shift)) {
      monitor.onPrediction(fleet.prediction(1, trip, 0.5, at));
    }
  }

  private static long fleetOf(DriftMonitor<Fleet.Trip, Double> monitor) {
    return monitor.fleet(version(1)).orElseThrow().predictions();
  }

  @Test
  void fleet_threeInstances_areAddedUpByEach() {
    fleet.serve(1, BASELINE);
    var a = start("a");
    var b = start("b");
    var c = start("c");
    feed(a, 1_000, 0, START, 1);
    feed(b, 2_000, 1, START, 2);
    feed(c, 3_000, 1, START, 3);
    time.advance(MINUTE);
    for (var monitor : List.of(a, b, c)) {
      assertThat(fleetOf(monitor)).isEqualTo(6_000);
    }
    // What one instance cannot say alone, all say together.
    assertThat(a.evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(a.fleetCheck().evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(a.fleetCheck().name()).isEqualTo("drift of trips@production, all instances");
    // Its own counts are fresh, those of others at most a minute old.
    feed(a, 10, 0, START, 4);
    assertThat(fleetOf(a)).isEqualTo(6_010);
    assertThat(fleetOf(b)).isEqualTo(6_000);
  }

  @Test
  void fleet_equalsOneMonitorThatSawEverything() {
    fleet.serve(1, BASELINE);
    var all = DriftMonitor.following(fleet).time(time).build();
    SplittableRandom random = new SplittableRandom(3);
    List<DriftMonitor<Fleet.Trip, Double>> monitors =
        new ArrayList<>(List.of(start("a"), start("b"), start("c")));
    for (int step = 0; step < 60; step++) {
      int who = random.nextInt(3);
      Instant at = START.plus(Duration.ofHours(step));
      feed(monitors.get(who), 50, 0.1, at, step);
      feed(all, 50, 0.1, at, step);
      time.advance(MINUTE);
      if (step % 7 == 0) {
        // A crash right after it stored: no close.
        monitors.set(who, start("abc".substring(who, who + 1)));
      }
    }
    DriftReport whole = all.report().orElseThrow();
    for (var monitor : monitors) {
      DriftReport fleetReport = monitor.fleet(version(1)).orElseThrow();
      assertThat(fleetReport.predictions()).isEqualTo(3_000);
      assertThat(fleetReport.features()).isEqualTo(whole.features());
      assertThat(fleetReport.from()).isEqualTo(whole.from());
    }
  }

  @Test
  void restart_afterACrash_losesAtMostWhatCameSinceTheLastMinute() {
    fleet.serve(1, BASELINE);
    var first = start("a");
    feed(first, 1_000, 0, START, 1);
    time.advance(MINUTE);
    feed(first, 30, 0, START, 2); // lost: it dies before the next minute

    var second = start("a");
    feed(second, 200, 0, START, 3);
    assertThat(second.report().orElseThrow().predictions()).isEqualTo(1_200);
    assertThat(fleetOf(second)).isEqualTo(1_200);
    time.advance(MINUTE);
    assertThat(fleetOf(second))
        .isEqualTo(1_230); // the first is not really dead here: its timer runs
    first.close();
    second.close();
    assertThat(fleetOf(start("b"))).isEqualTo(1_230);
  }

  @Test
  void close_storesTheRest_andARestartGoesOn() {
    fleet.serve(1, BASELINE);
    var first = start("a");
    feed(first, 1_000, 0, START, 1);
    feed(first, 500, 0, START.plus(WEEK), 2);
    first.close();
    assertThat(time.pending()).isZero();
    var second = start("a");
    feed(second, 100, 0, START.plus(WEEK), 3);
    assertThat(second.report().orElseThrow().predictions()).isEqualTo(600);
    assertThat(second.history(version(1)))
        .extracting(DriftReport::predictions)
        .containsExactly(1_000L);
    assertThat(second.sinceStart(version(1)).orElseThrow().predictions()).isEqualTo(1_600);
    second.close();
    var third = start("a");
    feed(third, 1, 0, START.plus(WEEK), 4);
    assertThat(third.sinceStart(version(1)).orElseThrow().predictions()).isEqualTo(1_601);
    assertThat(fleetOf(third)).isEqualTo(601);
  }

  @Test
  void fleet_asIt_isAskedBeforeAnyPrediction_readsWhatOthersStored() {
    fleet.serve(1, BASELINE);
    var a = start("a");
    feed(a, 1_000, 0, START, 1);
    a.close();
    var b = start("b");
    assertThat(fleetOf(b)).isEqualTo(1_000);
    assertThat(DriftMonitor.following(fleet).build().fleet(version(1))).isEmpty();
    assertThat(
            DriftMonitor.following(new Fleet())
                .time(time)
                .storingIn(store, "x")
                .build()
                .fleetCheck()
                .evaluate())
        .isInstanceOf(Check.NoData.class);
  }

  @Test
  void fleet_anotherBaseline_isToldAndNotAdded() {
    fleet.serve(1, BASELINE);
    var a = start("a");
    feed(a, 1_000, 0, START, 1);
    a.close();
    fleet.serve(1, Fleet.baseline(2));
    var b = start("b");
    feed(b, 300, 0, START, 2);
    DriftReport report = b.fleet(version(1)).orElseThrow();
    assertThat(report.predictions()).isEqualTo(300);
    assertThat(report.note()).contains("1 other baselines");
    assertThat(report.outcome()).isNotInstanceOf(Check.Pass.class);
  }

  @Test
  void store_manyMinutes_holdsOneObjectAnInstanceAndInterval() {
    fleet.serve(1, BASELINE);
    var a = start("a");
    for (int minute = 0; minute < 200; minute++) {
      feed(a, 5, 0, START.plus(MINUTE.multipliedBy(minute)), minute);
      time.advance(MINUTE);
    }
    assertThat(store.list("ephemeral/drift/counts")).hasSize(1);
    // Windows older than the history are forgotten.
    for (int week = 1; week < 40; week++) {
      feed(a, 5, 0, START.plus(WEEK.multipliedBy(week)), week);
      time.advance(MINUTE);
    }
    assertThat(store.list("ephemeral/drift/counts").size()).isBetween(12, 16);
    a.close();
  }

  @Test
  void store_thatFails_losesNothingOnceItWorks() {
    fleet.serve(1, BASELINE);
    AtomicBoolean broken = new AtomicBoolean();
    var a = start(new Flaky(store, broken), "a");
    feed(a, 100, 0, START, 1);
    broken.set(true);
    time.advance(MINUTE);
    feed(a, 100, 0, START.plus(WEEK), 2);
    time.advance(MINUTE);
    assertThat(store.list("ephemeral/drift/counts")).isEmpty();
    broken.set(false);
    time.advance(MINUTE);
    assertThat(store.list("ephemeral/drift/counts")).hasSize(2);
    var b = start("b");
    assertThat(b.fleet(version(1)).orElseThrow().predictions()).isEqualTo(100);
    broken.set(true);
    assertThat(a.fleetCheck().evaluate()).isInstanceOf(Check.NoData.class);
    a.close();
  }

  /** A store whose every call fails while it is told to. */
  private record Flaky(ObjectStore store, AtomicBoolean broken) implements ObjectStore {
    private void check() {
      if (broken.get()) {
        throw new MlopsException("The store is away.");
      }
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      check();
      return store.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      check();
      return store.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      check();
      return store.list(prefix);
    }
  }

  @Test
  void store_thatNeverRemoves_countsTheNewestOnly() {
    fleet.serve(1, BASELINE);
    var a = start(new Flaky(store, new AtomicBoolean()), "a");
    for (int minute = 0; minute < 5; minute++) {
      feed(a, 10, 0, START, minute);
      time.advance(MINUTE);
    }
    assertThat(store.list("ephemeral/drift/counts")).hasSize(5);
    assertThat(fleetOf(start("b"))).isEqualTo(50);
  }

  @Test
  void learned_baseline_isTheFirstOnesForAll() {
    fleet.serve(1, Optional::empty);
    var a =
        DriftMonitor.following(fleet).time(time).storingIn(store, "a").learningFrom(500).build();
    var b =
        DriftMonitor.following(fleet).time(time).storingIn(store, "b").learningFrom(500).build();
    feed(b, 100, 0, START, 9); // b has begun to learn, a is faster
    feed(a, 600, 0, START, 1);
    feed(b, 450, 0, START, 2);
    assertThat(b.baseline(version(1)).orElseThrow().toJson())
        .isEqualTo(a.baseline(version(1)).orElseThrow().toJson());
    time.advance(MINUTE);
    assertThat(fleetOf(a)).isEqualTo(100 + 50);
    var c =
        DriftMonitor.following(fleet).time(time).storingIn(store, "c").learningFrom(500).build();
    feed(c, 1, 0, START, 3);
    assertThat(c.report().orElseThrow().predictions()).isEqualTo(1);
  }

  @Test
  void builder_wrongNames_areRefused() {
    var builder = DriftMonitor.following(fleet);
    assertThatThrownBy(() -> builder.storingIn(store, "a/b")).hasMessageContaining("no /");
    assertThatThrownBy(() -> builder.storingIn(store, "..")).hasMessageContaining("key");
    assertThatThrownBy(() -> builder.storingEvery(Duration.ZERO)).hasMessageContaining("1 s");
  }
}
