package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A store that cannot be read once, while an instance takes over from another one. */
class BrokenReadsTest {
  private static final int ANSWERS = 100;
  private static final int OWN = 20;
  private static final int STRANGE = 200;
  private static final int PENDING = 150;

  /** Breaks at one reading. */
  private static final class Breaking implements ObjectStore {
    private final ObjectStore below;
    private int reads;
    private int breaksAt;

    Breaking(ObjectStore below) {
      this.below = below;
    }

    private void read() {
      if (++reads == breaksAt) {
        throw new MlopsException("The store broke at reading " + reads + ".");
      }
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return below.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      read();
      return below.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      read();
      return below.list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return below.remove(key);
    }
  }

  @Test
  void look_readingBreaksOnce_losesNoLabelAndCountsNoneTwice() {
    int reads = readsOfALook();
    assertThat(reads).isGreaterThan(8);
    for (int at = 1; at <= reads; at++) {
      Breaking store = new Breaking(ObjectStore.inMemory());
      Rollout<Object, Double> taker = readyToTakeOver(store);
      store.reads = 0;
      store.breaksAt = at;
      assertThatThrownBy(taker::look).hasMessageContaining("The store broke at reading " + at);
      LateAnswers.answer(taker, "m", "b", false, 0, 10, new LateAnswers.Clock());
      taker.look();
      LateAnswers.label(taker, "a", ANSWERS / 2, ANSWERS, new LateAnswers.Clock());
      taker.look();
      taker.look();
      assertThat(taker.labels()).as("reading %d", at).isEqualTo(expected());
    }
  }

  /** All have their labels but ten that came later. */
  private static RolloutLabels expected() {
    return new RolloutLabels(ANSWERS + OWN + STRANGE, ANSWERS + OWN, 10, 0);
  }

  /** How many readings a look makes when nothing breaks. */
  private static int readsOfALook() {
    Breaking store = new Breaking(ObjectStore.inMemory());
    Rollout<Object, Double> taker = readyToTakeOver(store);
    store.reads = 0;
    taker.look();
    return store.reads;
  }

  /**
   * One with answers, that will hear of labels and find that two others have closed at its next
   * look.
   */
  private static Rollout<Object, Double> readyToTakeOver(ObjectStore store) {
    LateAnswers.Clock clock = new LateAnswers.Clock();
    Rollout<Object, Double> first = LateAnswers.open(store, "m", LateAnswers.LONG, clock);
    first.start(2, "weekly");
    Rollout<Object, Double> second = LateAnswers.open(store, "m", LateAnswers.LONG, clock);
    Rollout<Object, Double> taker =
        Rollout.<Object, Double>of(Traffic.CHAMPION, LateAnswers.LONG)
            .store(store)
            .time(clock)
            .every(Duration.ofMinutes(1))
            .pendingLabels(PENDING)
            .build();
    LateAnswers.answer(taker, "m", "c", false, 0, OWN, clock);
    LateAnswers.answer(first, "m", "a", false, 0, ANSWERS / 4 * 3, clock);
    LateAnswers.answer(second, "m", "a", false, ANSWERS / 4 * 3, ANSWERS, clock);
    Rollout<Object, Double> hearing = LateAnswers.open(store, "m", LateAnswers.LONG, clock);
    LateAnswers.label(hearing, "a", 0, ANSWERS / 2, clock);
    LateAnswers.label(hearing, "c", 0, OWN, clock);
    // More labels than the taker keeps for answers it has not heard of.
    LateAnswers.label(hearing, "nobody", 0, STRANGE, clock);
    hearing.close();
    first.close();
    second.close();
    return taker;
  }
}
