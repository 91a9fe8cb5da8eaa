package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Labels that come after the instance that gave the answer has gone. */
class LateLabelsTest {
  record Row(String origin) {}

  private static final Schema<Row> ROWS = Schema.of(Row.class);
  private static final String BELOW = "ephemeral/rollouts/m/2/";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration PATIENCE = MINUTE.multipliedBy(18);
  private static final RolloutPlan PLAN =
      RolloutPlan.steps(0.3, 0.6, 0.9, 0.95) // nobody answers in the last one
          .watching(
              Watch.errorRateNotWorseBy(0.3), Watch.squaredErrorNotWorseBy(0.9).notWaitedFor())
          .withMinSamples(60)
          .lasting(MINUTE, Duration.ofDays(40));

  private final Traffic traffic = new Traffic(31);
  private final ObjectStore store = ObjectStore.inMemory();

  /** One instance's way to the store; can be cut, and break at one put, before or after it. */
  private static final class Cable implements ObjectStore {
    private final ObjectStore below;
    private boolean cut;
    private int breaksAt = Integer.MAX_VALUE;
    private boolean done;
    private int puts;
    private long bytes;

    Cable(ObjectStore below) {
      this.below = below;
    }

    private ObjectStore below() {
      if (cut) {
        throw new MlopsException("The cable is cut.");
      }
      return below;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      boolean breaks = ++puts == breaksAt;
      bytes += value.length;
      boolean created = (!breaks || done) && below().putIfAbsent(key, value);
      if (breaks) {
        throw new MlopsException("The store broke at put " + puts + ".");
      }
      return created;
    }

    @Override
    public Optional<byte[]> get(String key) {
      return below().get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return below().list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return below().remove(key);
    }
  }

  private Rollout<Row, Double> open(ObjectStore through) {
    return open(through, 100_000);
  }

  private Rollout<Row, Double> open(ObjectStore through, int pending) {
    return Rollout.<Row, Double>of(Traffic.CHAMPION, PLAN)
        .store(through)
        .time(traffic.time)
        .every(MINUTE)
        .pendingLabels(pending)
        .build();
  }

  private Prediction<Row, Double> answer(int i) {
    ModelVersion version = i % 2 == 0 ? Traffic.CHAMPION : Traffic.CANDIDATE;
    return new Prediction<>(
        "id" + i,
        "key" + i,
        "u" + i,
        version,
        Prediction.Source.MODEL,
        ROWS.encode(new Row("canary-row")),
        i % 10 / 10.0,
        traffic.time.now(),
        Duration.ofMillis(5));
  }

  private void answer(Rollout<Row, Double> rollout, int from, int to) {
    for (int i = from; i < to; i++) {
      rollout.onPrediction(answer(i));
    }
  }

  private void label(Rollout<Row, Double> rollout, int from, int to) {
    for (int i = from; i < to; i++) {
      if (i % 3 == 0) {
        rollout.reportByKey("key" + i, i % 4 == 0 ? 1 : 0, traffic.time.now());
      } else {
        rollout.reportById("id" + i, i % 4 == 0 ? 1 : 0, traffic.time.now());
      }
    }
  }

  /** What a new instance reads of the outcomes: step, samples and means. */
  private List<String> outcomes() {
    try (var fresh = open(store)) {
      return fresh.results().stream()
          .filter(result -> result.watch().equals("squared error"))
          .filter(result -> result.candidateSamples() > 0)
          .map(
              r ->
                  "%d: %d %d %.9f %.9f"
                      .formatted(
                          r.step(),
                          r.championSamples(),
                          r.candidateSamples(),
                          r.champion(),
                          r.candidate()))
          .toList();
    }
  }

  private enum Ending {
    NONE,
    CLOSED,
    KILLED
  }

  /** Answers at every step, an ending after each, and all labels at the end, each twice. */
  private List<String> runWith(Ending ending) {
    LateLabelsTest own = new LateLabelsTest();
    Cable cable = new Cable(own.store);
    var rollout = own.open(cable);
    var other = own.open(own.store);
    rollout.start(2, "weekly");
    for (int step = 0; step < 3; step++) {
      assertThat(rollout.status().step()).isEqualTo(step);
      own.answer(rollout, step * 400, step * 400 + 400);
      rollout.look();
      if (ending == Ending.CLOSED) {
        rollout.close();
      } else if (ending == Ending.KILLED) {
        cable.cut = true; // after its look
      }
      if (ending != Ending.NONE) {
        cable = new Cable(own.store);
        rollout = own.open(cable);
      }
      own.traffic.time.advance(MINUTE.multipliedBy(2));
    }
    own.traffic.time.advance(PATIENCE.plus(MINUTE));
    for (int twice = 0; twice < 2; twice++) {
      own.label(rollout, 0, 600);
      own.label(other, 600, 1_200);
      own.traffic.time.advance(MINUTE.multipliedBy(2));
    }
    other.look();
    assertThat(other.labels().reported()).isEqualTo(2_400);
    assertThat(other.labels().joined()).as("%s", ending).isEqualTo(1_200);
    assertThat(other.labels().unmatched()).isEqualTo(1_200);
    assertThat(other.labels().givenUp()).isZero();
    return own.outcomes();
  }

  @Test
  void restartAtEveryStep_countsAsWithoutOne_andNoLabelTwice() {
    List<String> without = runWith(Ending.NONE);
    assertThat(without).hasSize(3).allMatch(line -> line.contains(": 200 200 "));
    assertThat(runWith(Ending.CLOSED)).isEqualTo(without);
    assertThat(runWith(Ending.KILLED)).isEqualTo(without);
  }

  @Test
  void killedInstance_losesWhatItHadNotWritten_andItsLabelsAreUnmatched() {
    Cable cable = new Cable(store);
    var killed = open(cable);
    killed.start(2, "weekly");
    answer(killed, 0, 100);
    killed.look();
    answer(killed, 100, 130); // the tail
    cable.cut = true;
    try (var other = open(store)) {
      label(other, 0, 65); // before anybody knows that it is gone
      traffic.time.advance(PATIENCE.minus(MINUTE));
      assertThat(other.labels().joined()).isZero();
      traffic.time.advance(MINUTE.multipliedBy(3));
      assertThat(other.labels().joined()).isEqualTo(65);
      label(other, 65, 130);
      other.look();
      assertThat(other.labels()).isEqualTo(new RolloutLabels(130, 100, 0, 0));
      assertThat(other.report().toText()).contains("Reported: 130, joined: 100");
    }
  }

  @Test
  void withoutAStore_aRestartLosesAllThatWaits() {
    for (boolean stored : new boolean[] {false, true}) {
      ObjectStore kept = ObjectStore.inMemory();
      var before = open(kept);
      before.start(2, "weekly");
      answer(before, 0, 100);
      before.close();
      var after = open(stored ? kept : ObjectStore.inMemory());
      if (!stored) {
        after.start(2, "weekly");
      }
      label(after, 0, 100);
      after.look();
      assertThat(after.labels().joined()).isEqualTo(stored ? 100 : 0);
      after.close();
    }
  }

  @Test
  void idleInstance_isNotGone_andOneThatCouldNotWriteForSoLong_countsNothingTwice() {
    Cable cable = new Cable(store);
    try (var cut = open(cable);
        var other = open(store)) {
      cut.start(2, "weekly");
      answer(cut, 0, 100);
      cut.look();
      traffic.time.advance(PATIENCE.multipliedBy(3));
      assertThat(other.labels().waiting()).as("idle is not gone").isZero();

      answer(cut, 100, 120);
      cable.cut = true;
      traffic.time.advance(PATIENCE.plus(MINUTE.multipliedBy(8)));
      assertThat(other.labels().waiting()).isEqualTo(100);
      label(cut, 0, 50); // still waiting there, and joined in its memory
      label(other, 0, 50);
      other.look();
      cable.cut = false;
      traffic.time.advance(MINUTE.multipliedBy(2));
      assertThat(cut.labels().joined()).isEqualTo(50);
      label(cut, 50, 120);
      traffic.time.advance(MINUTE.multipliedBy(2));
      assertThat(other.labels().joined())
          .isEqualTo(100); // and 20 are lost with what was not written
      answer(cut, 200, 240);
      label(other, 200, 240);
      traffic.time.advance(MINUTE.multipliedBy(2));
      assertThat(other.labels().joined()).isEqualTo(140);
    }
  }

  /**
   * A flush that breaks off is written again by a process that lives, and lost by one that dies.
   */
  @Test
  void brokenAtEveryPut_countsNothingTwice_andLosesNoMoreThanWasNotWritten() {
    int broken = 0;
    for (boolean dies : new boolean[] {false, true}) {
      for (boolean done : new boolean[] {false, true}) {
        for (int at = 1; ; at++) {
          LateLabelsTest own = new LateLabelsTest();
          own.open(own.store).start(2, "weekly");
          Cable cable = new Cable(own.store);
          var rollout = own.open(cable);
          cable.puts = 0;
          cable.breaksAt = at;
          cable.done = done;
          int lost = own.breakOnce(rollout, cable, dies);
          if (cable.puts < at) {
            break;
          }
          broken++;
          try (var last = own.open(own.store)) {
            own.label(last, 0, 300);
            last.look();
            own.traffic.time.advance(PATIENCE.plus(MINUTE.multipliedBy(2)));
            String what = "put %d, done %s, dies %s".formatted(at, done, dies);
            assertThat(last.labels().joined()).as(what).isBetween(300L - lost, 300L);
            assertThat(last.labels().joined() % 100).as(what + ": whole flushes").isZero();
          }
        }
      }
    }
    assertThat(broken).isGreaterThan(10);
  }

  /** Three flushes of 100 answers; returns how many may be lost. */
  private int breakOnce(Rollout<Row, Double> rollout, Cable cable, boolean dies) {
    for (int from = 0; from < 300; from += 100) {
      answer(rollout, from, from + 100);
      try {
        rollout.look();
      } catch (MlopsException e) {
        if (dies) {
          cable.cut = true;
          try (var next = open(store)) {
            answer(next, from + 100, 300);
          }
          return 100;
        }
        rollout.look();
      }
    }
    rollout.close();
    return 0;
  }

  @Test
  void bound_dropsTheOldest_andCountsThem_overARestart() {
    var first = open(store, 50);
    first.start(2, "weekly");
    answer(first, 0, 80);
    first.look();
    answer(first, 80, 100);
    first.close();
    try (var second = open(store, 30)) {
      label(second, 0, 100);
      second.look();
      assertThat(second.labels()).isEqualTo(new RolloutLabels(100, 30, 0, 70));
    }
  }

  @Test
  void manySmallFlushes_areRewritten_andReadAsOne() {
    var first = open(store);
    first.start(2, "weekly");
    for (int i = 0; i < 600; i++) {
      answer(first, i, i + 1);
      if (i >= 400) {
        label(first, i - 400, i - 399);
      }
      first.look();
    }
    assertThat(store.list(BELOW + "000001")).hasSizeLessThan(300);
    first.close();
    try (var second = open(store)) {
      assertThat(second.labels().waiting()).isEqualTo(400);
      label(second, 0, 600);
      second.look();
      assertThat(second.labels().joined()).isEqualTo(600);
      assertThat(second.labels().unmatched()).isEqualTo(200); // the second ones
    }
  }

  @Test
  void hostileAnswers_areLeftOut_withThoseBefore_andCounted() {
    String head = "{\"kind\":\"rollout-answers\",\"format\":1,\"gone\":[],\"answers\":";
    for (String text :
        List.of(
            "x",
            "{}",
            "{\"kind\":\"rollout-answers\",\"format\":2,\"answers\":[],\"gone\":[]}",
            head + "[[1,\"a\",null,0,true,0,0.5]]}",
            head + "[[1,\"a\",null,9,true,0,0.5,1]]}",
            head + "[[1,\"a\",null,0,true,64,0.5,1]]}",
            head + "[[1,\"a\",null,0,true,0,0.5,99999999999]]}",
            head + "[[1,7,null,0,true,0,0.5,1]]}",
            "{\"kind\":\"rollout-answers\",\"format\":1,\"answers\":[],\"gone\":[\"x\"]}")) {
      LateLabelsTest own = new LateLabelsTest();
      var first = own.open(own.store);
      first.start(2, "weekly");
      for (int from = 0; from < 300; from += 100) {
        own.answer(first, from, from + 100);
        first.look();
      }
      first.close();
      String key = BELOW + "000001/answers-0000000002";
      assertThat(own.store.remove(key)).isTrue();
      own.store.putIfAbsent(key, text.getBytes(StandardCharsets.UTF_8));
      try (var second = own.open(own.store)) {
        own.label(second, 0, 300);
        second.look();
        assertThat(second.labels()).as(text).isEqualTo(new RolloutLabels(300, 100, 0, 200));
      }
    }
  }

  @Test
  void hostileRunStates_leaveTheRunOut() {
    for (String state :
        List.of(
            "{}",
            "{\"from\":0,\"to\":1,\"waiting\":1,\"adopted\":[]}",
            "{\"from\":5,\"to\":1,\"waiting\":1,\"adopted\":[]}",
            "{\"from\":1,\"to\":1,\"waiting\":-1,\"adopted\":[]}",
            "{\"from\":1,\"to\":1,\"waiting\":1,\"adopted\":[\"../x\"]}",
            "{\"from\":1,\"to\":1,\"waiting\":1,\"adopted\":[],\"closedBy\":\"x\"}")) {
      LateLabelsTest own = new LateLabelsTest();
      try (var rollout = own.open(own.store)) {
        rollout.start(2, "weekly");
        String counts = new String(new Counts(PLAN).toJson(RunState.NEW), StandardCharsets.UTF_8);
        String hostile = counts.replaceFirst("\"run\":\\{[^}]*}", "\"run\":" + state);
        assertThat(hostile).isNotEqualTo(counts);
        own.store.putIfAbsent(
            BELOW + "000009/0000000001", hostile.getBytes(StandardCharsets.UTF_8));
        own.traffic.time.advance(PATIENCE.plus(MINUTE));
        assertThat(rollout.look().phase()).isEqualTo(RolloutStatus.Phase.RUNNING);
        assertThat(own.store.list(BELOW + "000009")).as(state).hasSize(1);
      }
    }
  }

  @Test
  void nothingOfARowIsStored_andNothingIsLeftWhenTheRolloutIsOver() {
    var first = open(store);
    first.start(2, "weekly");
    answer(first, 0, 50);
    first.close();
    StringBuilder all = new StringBuilder();
    for (String key : store.list("ephemeral")) {
      all.append(new String(store.get(key).orElseThrow(), StandardCharsets.UTF_8));
    }
    assertThat(all.toString()).contains("key7", "id7").doesNotContain("canary", "\"u7\"");
    try (var second = open(store)) {
      store.putIfAbsent("ephemeral/rollouts/m/1/000001/answers-0000000001", new byte[] {'x'});
      second.abort("over");
      assertThat(store.list("ephemeral")).isEmpty();
    }
  }

  /** What the store gets for 1,000 answers in a look, of which 900 get their labels later. */
  @Test
  void cost_ofAThousandAnswers_isTwoObjectsALook() {
    Cable cable = new Cable(store);
    var rollout = open(cable);
    rollout.start(2, "weekly");
    answer(rollout, 0, 1_000);
    rollout.look();
    cable.puts = 0;
    cable.bytes = 0;
    answer(rollout, 1_000, 2_000);
    label(rollout, 0, 900);
    rollout.look();
    assertThat(cable.puts).isEqualTo(2);
    assertThat(cable.bytes).isBetween(40_000L, 60_000L); // 50,177
    rollout.close();
  }
}
