package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.ClosedThing;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.alert.Alerts;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything of this module that can be closed: what each public method does after that. */
class ClosedThingsTest {
  private static final Duration LONG = Duration.ofSeconds(Long.MAX_VALUE);
  private static final LoggedPrediction LOGGED =
      new LoggedPrediction("p", null, null, version(1), 0.5, START, List.of(), Map.of());

  private static final FailedPrediction FAILED =
      new FailedPrediction(version(1), FailedPrediction.Reason.MODEL, START, Duration.ZERO);

  private static Fleet fleet() {
    Fleet fleet = new Fleet();
    fleet.serve(1, Optional::empty);
    return fleet;
  }

  private static PredictionLog inDatabase() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:closed;DB_CLOSE_DELAY=-1");
    return PredictionLog.jdbc(database, "flights");
  }

  private static QualityMonitor<Fleet.Trip, Double> logged() {
    return QualityMonitor.following(fleet())
        .log(PredictionLog.in(ObjectStore.inMemory(), "flights"))
        .build();
  }

  private static ClosedThing<PredictionLog> calls(ClosedThing<PredictionLog> log) {
    return log.refuses("append", l -> l.append(List.of(LOGGED), List.of()))
        .refuses("predictions", l -> l.predictions(Set.of("p"), Set.of()))
        .refuses("labels", l -> l.labels(Set.of("p"), Set.of()))
        .refuses("scan", l -> l.scan(START, page -> {}))
        .refuses("forget", l -> l.forget("u"))
        .refuses("dropBefore", l -> l.dropBefore(START));
  }

  private static ClosedThing<QualityMonitor<Fleet.Trip, Double>> quality(
      ClosedThing<QualityMonitor<Fleet.Trip, Double>> monitor) {
    return monitor
        .works("onPrediction", m -> m.onPrediction(DriftSamples.prediction()))
        .works("onFailure", m -> m.onFailure(FAILED))
        .refuses("reportById", m -> m.reportById("p", 1, START))
        .refuses("reportByKey", m -> m.reportByKey("k", 1, START))
        .refuses("correctById", m -> m.correctById("p", 1, START))
        .refuses("correctByKey", m -> m.correctByKey("k", 1, START))
        .refuses("retractById", m -> m.retractById("p", START))
        .refuses("retractByKey", m -> m.retractByKey("k", START))
        .works("name", QualityMonitor::name)
        .works("evaluate", QualityMonitor::evaluate)
        .works("segment", m -> m.segment("x").evaluate())
        .works("history", m -> m.history(version(1)))
        .works("history", m -> m.history(version(1), "x"))
        .works("segments", m -> m.segments(version(1)))
        .works("newest", m -> m.newest(version(1)))
        .works("estimate", m -> m.estimate(version(1)))
        .works("expected", m -> m.expected().evaluate())
        .works("joins", QualityMonitor::joins)
        .works("metric", QualityMonitor::metric)
        .works("flush", m -> assertThat(m.flush(LONG)).isTrue())
        .works("reload", QualityMonitor::reload)
        .works("forget", m -> m.forget("u"));
  }

  private static List<ClosedThing<?>> things() {
    return List.of(
        new ClosedThing<>(Alerts.class, "'flights'", DriftSamples::alerts)
            .refuses("evaluate", Alerts::evaluate)
            .works("status", Alerts::status)
            .works("check", alerts -> alerts.check("dial").evaluate())
            .refuses("snooze", alerts -> alerts.snooze("dial", Duration.ofDays(1)))
            .works("awaitSinks", alerts -> assertThat(alerts.awaitSinks(LONG)).isTrue()),
        new ClosedThing<>(DriftMonitor.class, "trips", DriftSamples::drift)
            .works("onPrediction", m -> m.onPrediction(DriftSamples.prediction()))
            .works("onFailure", m -> m.onFailure(FAILED))
            .works("name", DriftMonitor::name)
            .works("evaluate", DriftMonitor::evaluate)
            .works("report", DriftMonitor::report)
            .works("report", m -> m.report(version(1)))
            .works("sinceStart", m -> m.sinceStart(version(1)))
            .works("history", m -> m.history(version(1)))
            .works("fleet", m -> m.fleet(version(1)))
            .works("fleetCheck", m -> m.fleetCheck().evaluate())
            .works("baseline", m -> m.baseline(version(1)))
            .works("counts", m -> m.counts(version(1))),
        quality(new ClosedThing<>(QualityMonitor.class, "trips", DriftSamples::quality)),
        quality(new ClosedThing<>(QualityMonitor.class, "trips", ClosedThingsTest::logged)),
        calls(
            new ClosedThing<>(
                PredictionLog.class,
                "'flights'",
                () -> PredictionLog.in(ObjectStore.inMemory(), "flights"))),
        calls(new ClosedThing<>(PredictionLog.class, "'flights'", ClosedThingsTest::inDatabase)));
  }

  static Stream<ClosedThing.Call<?>> calls() {
    return things().stream().flatMap(ClosedThing::calls);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void everyMethod_afterClose_worksOrIsRefusedByTheThingsName(ClosedThing.Call<?> call)
      throws Exception {
    assertThat(call.whileOpen()).isNull();
    for (int times = 1; times <= 2; times++) {
      Throwable thrown = call.afterClose(times);
      if (call.refused()) {
        assertThat(thrown)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(call.name())
            .hasMessageContaining("closed");
      } else {
        assertThat(thrown).isNull();
      }
    }
  }

  @Test
  void calls_ofThisModule_areAll() throws Exception {
    assertThat(ClosedThing.called(things())).isEqualTo(ClosedThing.methods(DriftMonitor.class));
  }

  @Test
  void onPrediction_afterClose_countsNothingButThatItCame() {
    Fleet fleet = new Fleet();
    fleet.serve(1, Fleet.baseline(1));
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    var drift = DriftMonitor.following(fleet).meters(meters).build();
    var quality = DriftSamples.quality();
    for (int i = 0; i < 3; i++) {
      drift.onPrediction(fleet.prediction(1, Fleet.trips(1, i, 0).get(0), 0.5, START));
      quality.onPrediction(Fleet.prediction("p" + i, null, 1, null, 0.5, START));
      drift.close();
      quality.close();
    }
    assertThat(drift.report().orElseThrow().predictions()).isEqualTo(1);
    assertThat(meters.get("mlops.drift.predictions").tag("result", "closed").counter().count())
        .isEqualTo(2);
    assertThat(quality.joins().predictions()).isEqualTo(1);
    assertThat(quality.joins().unlogged()).isEqualTo(2);
  }

  @Test
  void closeOfADriftMonitor_storeFails_triesAgainWhenClosedAgain() {
    Baseline baseline = Fleet.baseline(1);
    Fleet fleet = new Fleet();
    fleet.serve(1, baseline);
    ObjectStore kept = ObjectStore.inMemory();
    AtomicBoolean down = new AtomicBoolean();
    VirtualTime time = VirtualTime.startingAt(START);
    var first =
        DriftMonitor.following(fleet).time(time).storingIn(failing(kept, down), "a").build();
    var second = DriftMonitor.following(fleet).time(time).storingIn(kept, "b").build();
    for (Fleet.Trip trip : Fleet.trips(100, 1, 0)) {
      first.onPrediction(fleet.prediction(1, trip, 0.5, START));
    }
    down.set(true);
    first.close();
    assertThat(second.fleet(version(1))).as("nothing is stored").isEmpty();
    down.set(false);
    first.close();
    assertThat(second.fleet(version(1)).orElseThrow().predictions()).isEqualTo(100);
    first.close();
    second.close();
  }

  private static ObjectStore failing(ObjectStore kept, AtomicBoolean down) {
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              if (down.get()) {
                throw new MlopsException("The store is down.");
              }
              return method.invoke(kept, arguments);
            });
  }

  /** What report() took is in the log; what onPrediction() took is, too, or is counted. */
  @Test
  void events_whileAnotherThreadCloses_areWrittenRefusedOrCounted() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 10; round++) {
        PredictionLog log = PredictionLog.in(ObjectStore.inMemory(), "race");
        var monitor = QualityMonitor.following(fleet()).log(log).build();
        CountDownLatch some = new CountDownLatch(3);
        AtomicInteger offered = new AtomicInteger();
        List<Future<Integer>> reporters =
            IntStream.range(0, 4)
                .mapToObj(i -> threads.submit(() -> feed(monitor, i, offered, some)))
                .toList();
        some.await();
        monitor.close();
        int taken = 0;
        for (Future<Integer> one : reporters) {
          taken += one.get();
        }
        List<LoggedPrediction> kept = new ArrayList<>();
        log.scan(START, kept::addAll);
        List<ReportedLabel> labels = log.labels(names(taken), Set.of());
        assertThat(kept.size() + monitor.joins().unlogged())
            .as("round " + round)
            .isEqualTo(offered.get());
        assertThat(labels.size()).as("round " + round).isEqualTo(taken);
      }
    } finally {
      threads.shutdown();
    }
  }

  private static Set<String> names(int most) {
    return IntStream.range(0, 4)
        .boxed()
        .flatMap(i -> IntStream.rangeClosed(0, most).mapToObj(n -> i + "-" + n))
        .collect(Collectors.toSet());
  }

  private static int feed(
      QualityMonitor<Fleet.Trip, Double> monitor,
      int writer,
      AtomicInteger offered,
      CountDownLatch some) {
    for (int n = 0; n < 100_000; n++) {
      String name = writer + "-" + n;
      offered.incrementAndGet();
      monitor.onPrediction(Fleet.prediction(name, null, 1, null, 0.5, START));
      try {
        monitor.reportById(name, 1, START);
        some.countDown();
      } catch (IllegalStateException e) {
        return n;
      }
    }
    throw new AssertionError("never closed");
  }
}
