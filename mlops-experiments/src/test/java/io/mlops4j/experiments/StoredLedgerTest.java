package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A ledger in a store: whatever dies, every flushed decision is credited exactly once. */
class StoredLedgerTest {
  private static final List<String> ARMS = List.of("a", "b");
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final PendingRewards.Options HOUR =
      PendingRewards.Options.within(Duration.ofHours(1));

  private final ObjectStore store = ObjectStore.inMemory();

  private static PendingRewards ledger(ObjectStore store) {
    return PendingRewards.open(store, "ledger", "i1", HOUR);
  }

  private static SharedBandit bandit(ObjectStore store) {
    return SharedBandit.open(
        store,
        "bandit",
        "i1",
        ARMS,
        BanditAlgorithm.thompson(1, 1),
        Bandit.Memory.everything(),
        0.01);
  }

  /** All rewards that reached the store, by recomputing the weights of one more epoch. */
  private static WeightVector outcome(ObjectStore store) {
    return bandit(store).publish();
  }

  private static WeightVector expected(ArmMoments a, ArmMoments b) {
    Bandit reference = Bandit.over(ARMS);
    reference.reward("a", a);
    reference.reward("b", b);
    return reference.publish();
  }

  @Test
  void open_afterRestart_continuesWhereItWas() {
    PendingRewards before = ledger(store);
    before.open("d1", "a", START);
    before.open("d2", "b", START.plusSeconds(60));
    before.reward("d1", 0.25, START.plusSeconds(5));
    before.flush();
    before.reward("d1", 0.5, START.plusSeconds(6));
    before.flush();
    before.open("d3", "b", START); // lost: not flushed

    PendingRewards after = ledger(store);
    assertThat(after.waiting()).isEqualTo(2);
    assertThat(after.reward("d3", 1, START)).isFalse();
    assertThat(after.settleInto(bandit(store), START.plusSeconds(3_600))).isEqualTo(1);
    assertThat(ledger(store).waiting()).isEqualTo(1);
    assertThat(outcome(store).toArray())
        .containsExactly(expected(new ArmMoments(1, 0.75, 0.5625), ArmMoments.NONE).toArray());
  }

  @Test
  void settleInto_diesAtAnyWrite_creditsEachDecisionExactlyOnce() {
    int points = 0;
    for (boolean written : new boolean[] {false, true}) {
      boolean died = true;
      for (int at = 0; died; at++) {
        ObjectStore disk = ObjectStore.inMemory();
        PendingRewards before = ledger(disk);
        before.open("d1", "a", START);
        before.open("d2", "b", START);
        before.reward("d1", 1, START);
        before.flush();
        died = dies(new FailingStore(disk, at, written));
        points += died ? 1 : 0;
        // Another process goes on, twice, as if the first of them died as well.
        PendingRewards after = ledger(disk);
        after.settleInto(bandit(disk), START.plusSeconds(7_200));
        ledger(disk).settleInto(bandit(disk), START.plusSeconds(7_200));
        assertThat(outcome(disk).toArray())
            .as("write %d, %s", at, written ? "written" : "not written")
            .containsExactly(expected(new ArmMoments(1, 1, 1), new ArmMoments(1, 0, 0)).toArray());
        assertThat(ledger(disk).waiting()).isZero();
      }
    }
    assertThat(points).isEqualTo(4); // the journal and the rewards, each before and after
  }

  private static boolean dies(ObjectStore failing) {
    try {
      ledger(failing).settleInto(bandit(failing), START.plusSeconds(7_200));
      return false;
    } catch (MlopsException e) {
      return true;
    }
  }

  @Test
  void settle_intoAPlainSink_losesTheBatchOfADeadProcess() {
    // The control of the test above: handing over without a batch number is at most once.
    PendingRewards before = ledger(store);
    before.open("d1", "a", START);
    before.flush();
    RewardSink dying =
        (arm, reward) -> {
          throw new MlopsException("killed");
        };
    assertThatThrownBy(() -> before.settle(START.plusSeconds(7_200), dying))
        .isInstanceOf(MlopsException.class);
    List<String> credited = new ArrayList<>();
    ledger(store).settle(START.plusSeconds(7_200), (arm, reward) -> credited.add(arm));
    assertThat(credited).isEmpty();
  }

  @Test
  void settleInto_storeFailsAndReturns_nothingIsLostOrDoubled() {
    FailingStore failing = new FailingStore(store, 1, false);
    PendingRewards ledger = ledger(failing);
    SharedBandit bandit = bandit(failing);
    ledger.open("d1", "a", START);
    ledger.flush();
    assertThatThrownBy(() -> ledger.settleInto(bandit, START.plusSeconds(7_200)))
        .isInstanceOf(MlopsException.class);
    assertThat(ledger.waiting()).isEqualTo(1);
    failing.heal();
    assertThat(ledger.settleInto(bandit, START.plusSeconds(7_200))).isEqualTo(1);
    assertThat(ledger.settleInto(bandit, START.plusSeconds(7_200))).isZero();
    assertThat(outcome(store).toArray())
        .containsExactly(expected(new ArmMoments(1, 0, 0), ArmMoments.NONE).toArray());
  }

  @Test
  void replay_manyObjects_startsAtTheLastCheckpoint() {
    Random random = new Random(7);
    int settledA = 0;
    PendingRewards ledger = ledger(store);
    SharedBandit bandit = bandit(store);
    for (int i = 0; i < 300; i++) {
      ledger.open("d" + i, "a", START.plusSeconds(60L * i));
      if (random.nextInt(4) == 0) {
        ledger = ledger(store); // what was not flushed is gone
      }
      ledger.flush();
      settledA += ledger.settleInto(bandit, START.plusSeconds(60L * i));
    }
    assertThat(store.list("ledger").stream().filter(key -> key.contains("checkpoint")))
        .isNotEmpty();
    CountingStore counting = new CountingStore(store);
    int waiting = ledger(counting).waiting();
    assertThat(waiting).isEqualTo(ledger.waiting()).isPositive();
    assertThat(counting.reads).isLessThan(70);
    assertThat(outcome(store).toArray())
        .containsExactly(expected(new ArmMoments(settledA, 0, 0), ArmMoments.NONE).toArray());
  }

  @Test
  void flush_twoProcessesUnderOneName_saysSo() {
    PendingRewards one = ledger(store);
    PendingRewards two = ledger(store);
    one.open("d1", "a", START);
    two.open("d2", "a", START);
    one.flush();
    assertThatThrownBy(two::flush)
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("'ledger/i1': object 0 is there already")
        .hasMessageContaining("give each its own");
  }

  @Test
  void open_damagedOrNewer_namesTheObject() {
    store.putIfAbsent(
        "ledger/i1/000000000000",
        "{\"format\":\"mlops4j-ledger/9\"}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> ledger(store))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("ledger/i1/000000000000: $.format is not mlops4j-ledger/1");
    ObjectStore other = ObjectStore.inMemory();
    other.putIfAbsent(
        "ledger/i1/000000000000",
        "{\"format\":\"mlops4j-ledger/1\",\"opened\":{},\"earned\":{\"d\":1},\"settled\":[],\"sums\":{}}"
            .getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> ledger(other))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("$.earned rewards an unknown decision");
  }

  @Test
  void flush_inMemory_doesNothing() {
    PendingRewards ledger = PendingRewards.with(HOUR);
    ledger.open("d1", "b", START);
    ledger.flush();
    assertThat(ledger.settleInto(bandit(store), START.plusSeconds(3_600))).isEqualTo(1);
    assertThat(store.list("ledger")).isEmpty();
    assertThat(outcome(store).toArray())
        .containsExactly(expected(ArmMoments.NONE, new ArmMoments(1, 0, 0)).toArray());
  }

  /** Fails at one write and every later one: before it, or after it was done. */
  private static final class FailingStore implements ObjectStore {
    private final ObjectStore inner;
    private int left;
    private final boolean written;

    FailingStore(ObjectStore inner, int left, boolean written) {
      this.inner = inner;
      this.left = left;
      this.written = written;
    }

    void heal() {
      left = Integer.MAX_VALUE;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      if (left-- <= 0) {
        if (written && left == -1) {
          inner.putIfAbsent(key, value);
        }
        throw new MlopsException("killed at " + key);
      }
      return inner.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      return inner.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return inner.list(prefix);
    }
  }

  private static final class CountingStore implements ObjectStore {
    private final ObjectStore inner;
    private int reads;

    CountingStore(ObjectStore inner) {
      this.inner = inner;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return inner.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      reads++;
      return inner.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return inner.list(prefix);
    }
  }
}
