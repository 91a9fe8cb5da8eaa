package io.mlops4j.drift.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AlertsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

  private final VirtualTime time = VirtualTime.startingAt(NOON);
  private final ObjectStore store = ObjectStore.inMemory();
  private final List<String> told = new CopyOnWriteArrayList<>();

  /** A check that says what it is told to. */
  private static final class Dial implements Check {
    volatile Outcome outcome = new Pass("fine");

    void fail() {
      outcome = new Fail("p99 is 130 ms, promised are 100 ms.");
    }

    void pass() {
      outcome = new Pass("fine");
    }

    void nothing() {
      outcome = new NoData("3 requests.");
    }

    @Override
    public String name() {
      return "dial";
    }

    @Override
    public Outcome evaluate() {
      return outcome;
    }
  }

  private AlertSink recorder(String who) {
    return event -> told.add(who + " " + event.id());
  }

  private Alerts alerts(String instance, AlertRule rule) {
    return Alerts.named("flights")
        .rule(rule)
        .sink(recorder(instance))
        .store(store, instance)
        .time(time)
        .executor(Runnable::run)
        .every(MINUTE)
        .build();
  }

  private void minutes(int n, Alerts... alerts) {
    for (int i = 0; i < n; i++) {
      time.advance(MINUTE);
      for (Alerts one : alerts) {
        assertThat(one.awaitSinks(SOON)).isTrue();
      }
    }
  }

  private static AlertState state(Alerts alerts) {
    return alerts.status().get(0).state();
  }

  @Test
  void life_failsForFiveMinutesThenPasses_firesAndIsResolvedOnce() {
    Dial dial = new Dial();
    try (Alerts alerts =
        alerts("a", AlertRule.on("latency", dial).withFor(MINUTE.multipliedBy(5)))) {
      minutes(3, alerts);
      dial.fail();
      minutes(5, alerts);
      assertThat(state(alerts)).isEqualTo(AlertState.PENDING);
      assertThat(alerts.check("latency").evaluate()).isInstanceOf(Check.NoData.class);
      assertThat(told).isEmpty();
      minutes(1, alerts);
      assertThat(state(alerts)).isEqualTo(AlertState.FIRING);
      assertThat(alerts.check("latency").evaluate())
          .isEqualTo(
              new Check.Fail("flights latency is firing: p99 is 130 ms, promised are 100 ms."));
      assertThat(alerts.status().get(0).since()).contains(NOON.plus(MINUTE.multipliedBy(9)));
      minutes(30, alerts);
      assertThat(told).containsExactly("a flights/latency/1/FIRING");
      dial.pass();
      minutes(10, alerts);
      assertThat(told)
          .containsExactly("a flights/latency/1/FIRING", "a flights/latency/1/RESOLVED");
      assertThat(alerts.check("latency").evaluate()).isInstanceOf(Check.Pass.class);
      assertThat(alerts.check("latency").name()).isEqualTo("alert flights latency");
    }
    minutes(3); // closed: nothing is asked any more
    assertThat(time.pending()).isZero();
  }

  @Test
  void life_oneGoodAnswerInBetween_startsAnew() {
    Dial dial = new Dial();
    try (Alerts alerts = alerts("a", AlertRule.on("x", dial).withConsecutive(3, 2))) {
      for (int i = 0; i < 5; i++) {
        dial.fail();
        minutes(2, alerts);
        dial.pass();
        minutes(1, alerts);
      }
      assertThat(told).isEmpty();
      dial.fail();
      minutes(1, alerts);
      dial.nothing(); // neither good nor bad
      minutes(10, alerts);
      dial.fail();
      minutes(2, alerts);
      assertThat(told).hasSize(1);
    }
  }

  @Test
  void life_flapping_isDampedByKeepFiringForAndCoolDown() {
    Dial dial = new Dial();
    AlertRule rule =
        AlertRule.on("x", dial)
            .withKeepFiringFor(MINUTE.multipliedBy(5))
            .withCoolDown(Duration.ofHours(1));
    try (Alerts alerts = alerts("a", rule)) {
      for (int i = 0; i < 30; i++) {
        dial.fail();
        minutes(2, alerts);
        dial.pass();
        minutes(4, alerts);
      }
      assertThat(told).containsExactly("a flights/x/1/FIRING");
      dial.pass();
      minutes(2, alerts);
      dial.fail();
      minutes(59, alerts);
      assertThat(told).hasSize(2);
      assertThat(state(alerts)).isEqualTo(AlertState.PENDING);
      minutes(2, alerts);
      assertThat(told).hasSize(3).last().isEqualTo("a flights/x/2/FIRING");
    }
    // The control: the same without damping.
    told.clear();
    Dial bare = new Dial();
    try (Alerts alerts = alerts("b", AlertRule.on("y", bare))) {
      for (int i = 0; i < 30; i++) {
        bare.fail();
        minutes(2, alerts);
        bare.pass();
        minutes(4, alerts);
      }
    }
    assertThat(told).hasSize(60);
  }

  @Test
  void exit_strictCheckFails_keepsFiring() {
    Dial dial = new Dial();
    Dial strict = new Dial();
    try (Alerts alerts = alerts("a", AlertRule.on("x", dial).withExit(strict))) {
      dial.fail();
      minutes(1, alerts);
      dial.pass();
      strict.fail();
      minutes(10, alerts);
      assertThat(state(alerts)).isEqualTo(AlertState.FIRING);
      strict.pass();
      minutes(1, alerts);
      assertThat(state(alerts)).isEqualTo(AlertState.INACTIVE);
    }
  }

  @Test
  void noData_tooLong_fires() {
    Dial dial = new Dial();
    dial.nothing();
    try (Alerts silent =
            alerts("a", AlertRule.on("x", dial).withNoDataAfter(MINUTE.multipliedBy(3)));
        Alerts patient = alerts("b", AlertRule.on("y", dial))) {
      minutes(2, silent, patient);
      assertThat(state(silent)).isEqualTo(AlertState.INACTIVE);
      minutes(1, silent, patient);
      assertThat(silent.status().get(0).evidence()).isEqualTo("No data: 3 requests.");
      minutes(1_000, silent, patient);
      assertThat(told).containsExactly("a flights/x/1/FIRING");
    }
  }

  @Test
  void restart_pendingAndFiring_goOnWhereTheyWere() {
    Dial dial = new Dial();
    AlertRule rule = AlertRule.on("x", dial).withFor(MINUTE.multipliedBy(5));
    dial.fail();
    try (Alerts alerts = alerts("a", rule)) {
      minutes(4, alerts);
    }
    try (Alerts alerts = alerts("a", rule)) {
      assertThat(state(alerts)).isEqualTo(AlertState.PENDING);
      minutes(2, alerts);
      assertThat(told).containsExactly("a flights/x/1/FIRING");
    }
    try (Alerts alerts = alerts("a", rule)) {
      assertThat(state(alerts)).isEqualTo(AlertState.FIRING);
      minutes(5, alerts);
      assertThat(told).hasSize(1);
      dial.pass();
      minutes(1, alerts);
      assertThat(told).hasSize(2);
    }
    // The control: another instance knows nothing of what was pending.
    try (Alerts alerts = alerts("b", rule)) {
      assertThat(state(alerts)).isEqualTo(AlertState.INACTIVE);
    }
  }

  @Test
  void fleet_threeInstances_tellOnceAndResolveWhenTheLastOneDoes() {
    Dial[] dials = {new Dial(), new Dial(), new Dial()};
    Alerts[] fleet = new Alerts[3];
    for (int i = 0; i < 3; i++) {
      fleet[i] = alerts("i" + i, AlertRule.on("x", dials[i]));
    }
    minutes(2, fleet);
    for (Dial dial : dials) {
      dial.fail();
      minutes(2, fleet);
    }
    assertThat(told).containsExactly("i0 flights/x/1/FIRING");
    dials[0].pass();
    dials[2].pass();
    minutes(60, fleet); // one fails still, and is heard of all the time
    assertThat(told).hasSize(1);
    dials[1].pass();
    minutes(2, fleet);
    assertThat(told).hasSize(2).last().asString().endsWith("flights/x/1/RESOLVED");
    for (Alerts alerts : fleet) {
      alerts.close();
    }
  }

  @Test
  void fleet_firingInstanceCrashes_isResolvedByAnother() {
    Dial bad = new Dial();
    bad.fail();
    Alerts crashed = alerts("crashed", AlertRule.on("x", bad));
    minutes(2, crashed);
    crashed.close();
    try (Alerts other = alerts("other", AlertRule.on("x", new Dial()))) {
      minutes(10, other);
      assertThat(told).containsExactly("crashed flights/x/1/FIRING");
      minutes(10, other);
      assertThat(told).hasSize(2).last().isEqualTo("other flights/x/1/RESOLVED");
    }
  }

  @Test
  void crash_betweenDecisionAndDelivery_isToldAfterTheRestart() {
    AlertStore before = new AlertStore(store, "flights", "a");
    Dial dial = new Dial();
    dial.fail();
    AlertStore.Told decided =
        new AlertStore.Told(0, AlertEvent.Status.FIRING, 1, "a", NOON, NOON, "bad");
    assertThat(before.tell("x", decided)).isTrue();
    assertThat(before.tell("x", decided)).isFalse();
    try (Alerts alerts = alerts("a", AlertRule.on("x", dial))) {
      minutes(5, alerts);
      assertThat(told).containsExactly("a flights/x/1/FIRING");
    }
    // Of an instance that never comes back, another one takes over.
    before.tell(
        "y", new AlertStore.Told(0, AlertEvent.Status.FIRING, 1, "gone", NOON, NOON, "bad"));
    told.clear();
    try (Alerts alerts = alerts("b", AlertRule.on("y", dial))) {
      minutes(9, alerts);
      assertThat(told).isEmpty();
      minutes(9, alerts);
      assertThat(told).containsExactly("b flights/y/1/FIRING");
    }
  }

  @Test
  void snooze_firing_isToldAfterwardsIfItStillFires() {
    Dial dial = new Dial();
    try (Alerts alerts = alerts("a", AlertRule.on("x", dial));
        Alerts other = alerts("b", AlertRule.on("x", dial))) {
      other.snooze("x", MINUTE.multipliedBy(30));
      dial.fail();
      minutes(10, alerts, other);
      assertThat(state(alerts)).isEqualTo(AlertState.FIRING);
      assertThat(alerts.status().get(0).snoozedUntil())
          .contains(NOON.plus(MINUTE.multipliedBy(30)));
      dial.pass();
      minutes(5, alerts, other);
      dial.fail();
      minutes(10, alerts, other);
      assertThat(told).isEmpty();
      minutes(10, alerts, other);
      assertThat(told).hasSize(1).first().asString().endsWith("flights/x/2/FIRING");
      alerts.snooze("x", MINUTE.multipliedBy(30));
      alerts.snooze("x", Duration.ZERO);
      dial.pass();
      minutes(2, alerts, other);
      assertThat(told).hasSize(2);
      assertThatThrownBy(() -> alerts.snooze("x", Duration.ofDays(400)))
          .hasMessageContaining("duration: PT9600H");
      assertThatThrownBy(() -> alerts.snooze("nope", MINUTE))
          .hasMessage("No alert 'nope' in flights. Known alerts: [x]");
    }
  }

  @Test
  void snooze_overBeforeItEnds_isNeverTold() {
    Dial dial = new Dial();
    try (Alerts alerts = alerts("a", AlertRule.on("x", dial))) {
      alerts.snooze("x", MINUTE.multipliedBy(10));
      dial.fail();
      minutes(3, alerts);
      dial.pass();
      minutes(60, alerts);
      assertThat(told).isEmpty();
    }
  }

  @Test
  void clock_setBackAndForth_changesNoDuration() {
    Dial dial = new Dial();
    AlertRule rule = AlertRule.on("x", dial).withFor(MINUTE.multipliedBy(5));
    try (Alerts alerts = alerts("a", rule)) {
      dial.fail();
      minutes(2, alerts);
      time.setWallClock(NOON.minus(Duration.ofDays(1)));
      minutes(2, alerts);
      time.setWallClock(NOON.plus(Duration.ofDays(300)));
      minutes(1, alerts);
      assertThat(told).isEmpty();
      minutes(1, alerts);
      assertThat(told).hasSize(1);
    }
  }

  @Test
  void sinks_oneThrowsAndOneHangs_harmNobody() throws InterruptedException {
    Dial dial = new Dial();
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger hung = new AtomicInteger();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Alerts alerts =
        Alerts.named("flights")
            .rule(AlertRule.on("x", dial))
            .sink(
                event -> {
                  hung.incrementAndGet();
                  release.await();
                })
            .sink(
                event -> {
                  throw new AssertionError("broken sink");
                })
            .sink(AlertSink.logging())
            .sink(recorder("a"))
            .time(time)
            .meters(registry)
            .build();
    for (int i = 0; i < 150; i++) {
      dial.fail();
      alerts.evaluate();
      dial.pass();
      alerts.evaluate();
    }
    assertThat(alerts.awaitSinks(Duration.ofMillis(50))).isFalse();
    release.countDown();
    assertThat(alerts.awaitSinks(SOON)).isTrue();
    // Three hundred events: the one that hung has 101 of them, the rest of its were dropped.
    assertThat(registry.get("mlops.alert.notifications").tag("result", "dropped").functionCounter())
        .satisfies(dropped -> assertThat(dropped.count()).isGreaterThanOrEqualTo(190));
    assertThat(registry.get("mlops.alert.notifications").tag("result", "failed").functionCounter())
        .satisfies(failed -> assertThat(failed.count()).isPositive());
    assertThat(told).contains("a flights/x/1/FIRING", "a flights/x/1/RESOLVED");
    assertThat(registry.get("mlops.alert.state").gauge().value()).isZero();
    assertThat(hung.get()).isBetween(100, 110);
    alerts.close();
  }

  @Test
  void check_throws_hasNoData() {
    Check broken =
        new Check() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public Outcome evaluate() {
            throw new IllegalStateException("secret");
          }
        };
    Dial dial = new Dial();
    dial.fail();
    try (Alerts alerts =
        Alerts.named("flights")
            .rule(AlertRule.on("broken", broken).withNoDataAfter(Duration.ZERO))
            .rule(AlertRule.on("x", dial))
            .time(time)
            .build()) {
      alerts.evaluate();
      assertThat(alerts.status().get(0).evidence())
          .isEqualTo("No data: The check threw java.lang.IllegalStateException.");
      assertThat(alerts.status()).allMatch(status -> status.state() == AlertState.FIRING);
    }
  }

  /** A store that fails when it is told to. */
  private record Failing(ObjectStore store, AtomicBoolean down) implements ObjectStore {
    private ObjectStore up() {
      if (down.get()) {
        throw new MlopsException("store is down");
      }
      return store;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return up().putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      return up().get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return up().list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return up().remove(key);
    }
  }

  @Test
  void store_down_tellsAnyway() {
    Dial dial = new Dial();
    AtomicBoolean down = new AtomicBoolean();
    Alerts alerts =
        Alerts.named("flights")
            .rule(AlertRule.on("x", dial))
            .sink(recorder("a"))
            .store(new Failing(store, down))
            .time(time)
            .build();
    alerts.evaluate();
    down.set(true);
    dial.fail();
    alerts.evaluate();
    alerts.evaluate();
    assertThat(alerts.awaitSinks(SOON)).isTrue();
    assertThat(told).containsExactly("a flights/x/1/FIRING");
    down.set(false);
    alerts.evaluate();
    assertThat(alerts.awaitSinks(SOON)).isTrue();
    // Perhaps once more, with the same id.
    assertThat(told).containsOnly("a flights/x/1/FIRING");
    dial.pass();
    alerts.evaluate();
    assertThat(alerts.awaitSinks(SOON)).isTrue();
    assertThat(told).last().isEqualTo("a flights/x/1/RESOLVED");
    alerts.close();
  }

  @Test
  void store_longLife_keepsFewObjects() {
    Dial dial = new Dial();
    try (Alerts alerts = alerts("a", AlertRule.on("x", dial).withConsecutive(2, 2))) {
      for (int i = 0; i < 200; i++) {
        dial.fail();
        minutes(2, alerts);
        dial.pass();
        minutes(2, alerts);
        alerts.snooze("x", Duration.ZERO);
      }
      assertThat(told).hasSize(400);
      assertThat(store.list("ephemeral")).hasSizeLessThan(50);
    }
  }

  @Test
  void trigger_firesOnceWithItsEvidence() {
    Dial quality = new Dial();
    Dial drift = new Dial();
    Dial expected = new Dial();
    List<String> retrainings = new CopyOnWriteArrayList<>();
    Check worse =
        Conditions.anyOf(
            "retraining is due",
            quality,
            Conditions.allOf("drift and an expected drop", drift, expected));
    try (Alerts alerts =
        Alerts.named("flights")
            .rule(AlertRule.on("retrain", worse).withCoolDown(Duration.ofDays(7)))
            .sink(AlertSink.trigger(event -> retrainings.add(event.evidence())))
            .time(time)
            .build()) {
      drift.fail();
      quality.nothing();
      alerts.evaluate();
      assertThat(alerts.awaitSinks(SOON)).isTrue();
      assertThat(retrainings).isEmpty();
      expected.fail();
      alerts.evaluate();
      alerts.evaluate();
      assertThat(alerts.awaitSinks(SOON)).isTrue();
      assertThat(retrainings).hasSize(1).first().asString().contains("p99 is 130 ms");
      quality.pass();
      drift.pass();
      alerts.evaluate();
      assertThat(state(alerts)).isEqualTo(AlertState.INACTIVE);
    }
    assertThat(worse.name()).isEqualTo("retraining is due");
    quality.nothing();
    assertThat(worse.evaluate()).isInstanceOf(Check.NoData.class);
    assertThatThrownBy(() -> Conditions.anyOf("x")).hasMessageContaining("checks: 0");
  }

  @Test
  void arguments_wrong_areNamed() {
    Dial dial = new Dial();
    assertThatThrownBy(() -> AlertRule.on("a b", dial)).hasMessageContaining("name: \"a b\"");
    assertThatThrownBy(() -> AlertRule.on("a", dial).withFor(MINUTE.negated()))
        .hasMessageContaining("pendingFor: PT-1M");
    assertThatThrownBy(() -> AlertRule.on("a", dial).withConsecutive(0, 1))
        .hasMessage("consecutive: 0 (expected: 1..1000)");
    assertThatThrownBy(() -> Alerts.named("g").build()).hasMessageContaining("rules: 0");
    var builder = Alerts.named("g").rule(AlertRule.on("a", dial).withSeverity("critical"));
    assertThatThrownBy(() -> builder.rule(AlertRule.on("a", dial)))
        .hasMessage("rule 'a' is set already");
    assertThatThrownBy(() -> builder.every(Duration.ZERO)).hasMessageContaining("every: PT0S");
    assertThatThrownBy(() -> builder.time(time).time(time)).hasMessageContaining("time is set");
  }
}
