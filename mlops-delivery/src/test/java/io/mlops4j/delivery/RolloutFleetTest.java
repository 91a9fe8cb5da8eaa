package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.delivery.RolloutEvent.Kind;
import io.mlops4j.delivery.RolloutStatus.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One stored rollout under several instances, restarts and a store that breaks. */
class RolloutFleetTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Traffic traffic = new Traffic(11);

  private Rollout<Object, Double> open(ObjectStore store) {
    return open(store, RolloutTest.PLAN);
  }

  private Rollout<Object, Double> open(ObjectStore store, RolloutPlan plan) {
    return Rollout.<Object, Double>of(Traffic.CHAMPION, plan)
        .store(store)
        .time(traffic.time)
        .every(Duration.ofDays(365)) // a test looks itself
        .build();
  }

  private static List<Kind> kinds(ObjectStore store) {
    return RolloutLog.of(store, "m").events().stream().map(RolloutEvent::kind).toList();
  }

  private static final List<Kind> WHOLE =
      List.of(Kind.REQUESTED, Kind.STARTED, Kind.ADVANCED, Kind.ADVANCED, Kind.PROMOTED);

  @Test
  void fourInstances_addUpTheirCounts_andDecideOnce() {
    ObjectStore store = ObjectStore.inMemory();
    List<Rollout<Object, Double>> fleet = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      fleet.add(open(store));
    }
    fleet.get(0).start(2, "weekly");
    for (int minute = 0; minute < 60 && !kinds(store).contains(Kind.PROMOTED); minute++) {
      fleet.forEach(Rollout::look);
      for (int i = 0; i < 120; i++) {
        traffic.one(fleet.get(i % 4));
      }
      traffic.time.advance(MINUTE);
    }
    fleet.forEach(Rollout::look);
    assertThat(kinds(store)).isEqualTo(WHOLE);
    assertThat(fleet).allSatisfy(r -> assertThat(r.status().phase()).isEqualTo(Phase.PROMOTED));

    // No single instance has seen as many requests as its evidence is of.
    RolloutEvent first = RolloutLog.of(store, "m").events().get(2);
    assertThat(first.evidence().get(0).candidateSamples()).isGreaterThanOrEqualTo(100);
    assertThat(store.list(ObjectStore.EPHEMERAL)).isEmpty(); // what was counted is cleaned up
    fleet.forEach(Rollout::close);
  }

  @Test
  void oneInstanceOfFour_aloneWouldNotHaveEnough() {
    ObjectStore store = ObjectStore.inMemory();
    try (var rollout = open(store)) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 12 * 30; i++) {
        traffic.one(rollout);
      }
      traffic.time.advance(Duration.ofMinutes(12));
      assertThat(rollout.look().step()).isZero();
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.NO_DATA);
    }
  }

  @Test
  void restart_afterEveryMinute_goesOnWhereItWas() {
    ObjectStore store = ObjectStore.inMemory();
    var rollout = open(store);
    rollout.start(2, "weekly");
    for (int minute = 0; minute < 60 && rollout.status().active(); minute++) {
      RolloutStatus before = rollout.look();
      for (int i = 0; i < 120; i++) {
        traffic.one(rollout);
      }
      rollout.look();
      rollout.close();
      rollout = open(store);
      assertThat(rollout.status().step()).isGreaterThanOrEqualTo(before.step());
      traffic.time.advance(MINUTE);
      rollout.look();
    }
    assertThat(kinds(store)).isEqualTo(WHOLE);
    rollout.close();
  }

  /** Breaks at one put: before it is done, or after. */
  private static final class Breaking implements ObjectStore {
    private final ObjectStore below = ObjectStore.inMemory();
    private final int at;
    private final boolean done;
    private int puts;

    Breaking(int at, boolean done) {
      this.at = at;
      this.done = done;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      boolean breaks = ++puts == at;
      boolean created = (!breaks || done) && below.putIfAbsent(key, value);
      if (breaks) {
        throw new MlopsException("The store broke at put " + at + ".");
      }
      return created;
    }

    @Override
    public Optional<byte[]> get(String key) {
      return below.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return below.list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return below.remove(key);
    }
  }

  @Test
  void crash_atEveryPut_beforeOrAfterIt_endsAsWithoutACrash() {
    int broken = 0;
    for (boolean done : new boolean[] {false, true}) {
      for (int at = 1; ; at++) {
        Breaking store = new Breaking(at, done);
        runWithOneCrash(store);
        assertThat(kinds(store))
            .as("put %s, done %s", at, done)
            .containsExactly(
                Kind.REQUESTED, Kind.STARTED, Kind.ADVANCED, Kind.ADVANCED, Kind.PROMOTED);
        if (store.puts < at) {
          break;
        }
        broken++;
      }
    }
    assertThat(broken).isGreaterThan(20);
  }

  /** A process that dies whenever its store breaks, and is started again. */
  private void runWithOneCrash(ObjectStore store) {
    Traffic own = new Traffic(17);
    RolloutPlan plan =
        RolloutPlan.steps(0.4, 0.6, 1)
            .watching(Watch.errorRateNotWorseBy(0.2), Watch.errorRateAtMost(0.3))
            .withMinSamples(50)
            .lasting(Duration.ofMinutes(3), Duration.ofHours(6));
    Rollout<Object, Double> rollout = null;
    boolean asked = false;
    for (int minute = 0; minute < 70; minute++) {
      try {
        if (rollout == null) {
          rollout =
              Rollout.<Object, Double>of(Traffic.CHAMPION, plan)
                  .store(store)
                  .time(own.time)
                  .every(Duration.ofDays(365))
                  .build();
        }
        if (!asked) {
          rollout.start(2, "weekly");
          asked = true;
        }
        rollout.look();
        for (int i = 0; i < 60; i++) {
          own.one(rollout);
        }
        rollout.look();
      } catch (MlopsException e) {
        assertThat(e).hasMessageContaining("The store broke");
        rollout = null; // the process died: what it had counted since the last look is gone
      }
      own.time.advance(MINUTE);
      if (asked && rollout != null && !rollout.status().active()) {
        return;
      }
    }
  }

  @Test
  void instanceWithAnotherPlan_followsAndDecidesNothing() {
    ObjectStore store = ObjectStore.inMemory();
    var leading = open(store);
    var other = open(store, RolloutTest.PLAN.withMinSamples(50));
    leading.start(2, "weekly");
    assertThat(other.look().share()).isEqualTo(0.1);
    for (int i = 0; i < 5_000; i++) {
      traffic.one(other);
    }
    traffic.time.advance(Duration.ofHours(1));
    other.look();
    leading.look();
    assertThat(other.results()).isEmpty();
    assertThat(leading.results().get(0).candidateSamples()).isZero();
    assertThat(kinds(store)).containsExactly(Kind.REQUESTED, Kind.STARTED);
    leading.close();
    other.close();
  }

  @Test
  void personAtACommandLine_asksPausesAndAborts_instancesFollow() {
    ObjectStore store = ObjectStore.inMemory();
    RolloutLog log = RolloutLog.of(store, "m");
    try (var rollout = open(store)) {
      log.request(new ModelVersion("m", 2), "by hand", "ann", traffic.time.now());
      assertThat(log.status().requested()).contains(new ModelVersion("m", 2));
      assertThat(rollout.look().phase()).isEqualTo(Phase.RUNNING);
      assertThat(log.pause("look", "ann", traffic.time.now()).phase()).isEqualTo(Phase.PAUSED);
      assertThat(log.pause("look", "ann", traffic.time.now()).phase()).isEqualTo(Phase.PAUSED);
      assertThat(rollout.look().phase()).isEqualTo(Phase.PAUSED);
      log.resume("on", "ann", traffic.time.now());
      log.abort("no", "ann", traffic.time.now());
      assertThat(rollout.look().phase()).isEqualTo(Phase.ABORTED);
      assertThat(rollout.history().get(4).by()).isEqualTo("ann");
      assertThatThrownBy(
              () -> log.request(new ModelVersion("n", 2), "x", "ann", traffic.time.now()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a version of m");
    }
  }

  @Test
  void requestForTheChampion_isWrittenDownAsRefused() {
    ObjectStore store = ObjectStore.inMemory();
    try (var rollout = open(store)) {
      RolloutLog.of(store, "m").request(Traffic.CHAMPION, "oops", "ann", traffic.time.now());
      assertThat(rollout.look().phase()).isEqualTo(Phase.ABORTED);
      assertThat(rollout.status().reason()).contains("another version than the champion");
    }
  }

  @Test
  void hostileBytes_areRefusedWithTheirKey() {
    for (String text :
        List.of(
            "",
            "{}",
            "[1]",
            "{\"kind\":\"rollout-event\",\"format\":2}",
            "{\"kind\":\"rollout-event\",\"format\":1,\"event\":\"NOPE\"}",
            "{\"kind\":\"rollout-event\",\"format\":1,\"event\":\"STARTED\",\"steps\":[2],"
                + "\"candidate\":{\"model\":\"m\",\"number\":2},\"at\":\"2026-03-02T09:00:00Z\"}",
            "{\"kind\":\"rollout-event\",\"format\":1,\"event\":\"PAUSED\","
                + "\"candidate\":{\"model\":\"../m\",\"number\":2},\"at\":\"2026-03-02T09:00:00Z\"}",
            "{\"kind\":\"rollout-event\",\"format\":1,\"event\":\"PAUSED\","
                + "\"candidate\":{\"model\":\"m\",\"number\":2},\"at\":\"yesterday\"}")) {
      ObjectStore store = ObjectStore.inMemory();
      store.putIfAbsent("rollouts/m/log/00000001", text.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> RolloutLog.of(store, "m").status())
          .as(text)
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("rollouts/m/log/00000001");
    }
  }

  @Test
  void hostileCounts_areLeftOut() {
    String digest = RolloutTest.PLAN.digest();
    for (String text :
        List.of(
            "x",
            "{\"kind\":\"rollout-counts\",\"format\":1,\"plan\":\"other\"}",
            "{\"kind\":\"rollout-counts\",\"format\":1,\"plan\":\"" + digest + "\",\"steps\":[]}",
            "{\"kind\":\"rollout-counts\",\"format\":1,\"plan\":\""
                + digest
                + "\",\"steps\":[[{\"requests\":1,\"watches\":[[9999,1],[]]}]]}")) {
      ObjectStore store = ObjectStore.inMemory();
      try (var rollout = open(store)) {
        rollout.start(2, "weekly");
        store.putIfAbsent(
            "ephemeral/rollouts/m/2/000009/0000000001", text.getBytes(StandardCharsets.UTF_8));
        rollout.look();
        assertThat(rollout.status().phase()).isEqualTo(Phase.RUNNING);
        assertThat(rollout.results().get(0).candidateSamples()).isZero();
      }
    }
  }

  @Test
  void labels_reportedToAnotherInstance_joinWhereTheAnswerWasGiven() {
    ObjectStore store = ObjectStore.inMemory();
    RolloutPlan plan =
        RolloutTest.PLAN.andWatching(Watch.squaredErrorNotWorseBy(0.1).notWaitedFor());
    var answering = open(store, plan);
    var hearing = open(store, plan);
    answering.start(2, "weekly");
    hearing.look();
    for (int i = 0; i < 400; i++) {
      for (ModelVersion version : List.of(Traffic.CHAMPION, Traffic.CANDIDATE)) {
        var prediction = traffic.prediction(version, "u" + i, 0.5);
        answering.onPrediction(prediction);
        hearing.reportByKey(String.valueOf(prediction.key()), 0.5, traffic.time.now());
      }
    }
    store.putIfAbsent("ephemeral/rollouts/m/2/000077/labels-0000000001", new byte[] {'x'});
    hearing.look();
    answering.look();
    answering.look(); // told once: nothing counts twice
    hearing.look();
    assertThat(answering.results())
        .filteredOn(result -> result.watch().equals("squared error"))
        .allSatisfy(result -> assertThat(result.candidateSamples()).isEqualTo(400));
    assertThat(hearing.results())
        .filteredOn(result -> result.watch().equals("squared error"))
        .allSatisfy(result -> assertThat(result.candidateSamples()).isEqualTo(400));
    answering.close();
    hearing.close();
  }
}
