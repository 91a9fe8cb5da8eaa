package io.mlops4j.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedBanditTest {
  private static final List<String> ARMS = List.of("a", "b");

  private final ObjectStore store = ObjectStore.inMemory();

  private SharedBandit open(String instance) {
    return open(instance, Bandit.Memory.everything());
  }

  private SharedBandit open(String instance, Bandit.Memory memory) {
    return SharedBandit.open(
        store, "bandits/x", instance, ARMS, BanditAlgorithm.thompson(1, 1), memory, 0.01);
  }

  @Test
  void publish_twoInstances_areOneBandit() {
    for (Bandit.Memory memory :
        List.of(Bandit.Memory.everything(), Bandit.Memory.discounting(0.5))) {
      ObjectStore own = ObjectStore.inMemory();
      SharedBandit one = shared(own, "i1", memory);
      SharedBandit two = shared(own, "i2", memory);
      Bandit alone = Bandit.over(ARMS, BanditAlgorithm.thompson(1, 1), memory, 0.01);
      WeightVector expected = alone.publish();
      one.publish();
      for (int i = 0; i < 60; i++) {
        double reward = i % 3 == 0 ? 1 : 0;
        String arm = i % 7 == 0 ? "b" : "a";
        (i % 2 == 0 ? one : two).reward(arm, reward);
        alone.reward(arm, reward);
        if (i % 20 == 19) {
          expected = alone.publish();
          one.refresh();
          one.flush();
          assertThat(two.publish()).isEqualTo(expected);
          two.refresh();
        }
      }
      assertThat(one.refresh()).hasSize(4).last().isEqualTo(expected);
    }
  }

  private static SharedBandit shared(ObjectStore store, String instance, Bandit.Memory memory) {
    return SharedBandit.open(
        store, "b", instance, ARMS, BanditAlgorithm.thompson(1, 1), memory, 0.01);
  }

  @Test
  void publish_afterRestart_continuesAndCountsNothingTwice() {
    SharedBandit before = open("i1");
    before.reward("a", 1);
    before.flush();
    before.reward("a", 1);
    before.publish();
    before.reward("b", 0);
    before.flush();
    before.reward("b", 0); // lost: not flushed
    SharedBandit after = open("i1");
    assertThat(after.refresh()).hasSize(1);
    after.reward("b", 1);
    WeightVector weights = after.publish();
    Bandit reference = Bandit.over(ARMS);
    reference.reward("a", new ArmMoments(2, 2, 2));
    reference.reward("b", new ArmMoments(2, 1, 1));
    assertThat(weights.toArray()).containsExactly(reference.publish().toArray());
    assertThat(weights.epoch()).isEqualTo(2);
  }

  @Test
  void publish_race_allAdoptTheFirst() throws InterruptedException {
    List<WeightVector> results = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      SharedBandit bandit = open("i" + t);
      bandit.reward(t % 2 == 0 ? "a" : "b", t % 2);
      threads.add(
          new Thread(
              () -> {
                WeightVector published = bandit.publish();
                synchronized (results) {
                  results.add(published);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    List<WeightVector> history = open("reader").refresh();
    assertThat(history).isNotEmpty();
    assertThat(history).containsAll(results);
    for (WeightVector weights : history) {
      assertThat(open("reader").verify(weights.epoch())).isTrue();
    }
    // All four rewards are in the store whoever won.
    WeightVector all = open("last").publish();
    Bandit reference = Bandit.over(ARMS);
    reference.reward("a", new ArmMoments(2, 0, 0));
    reference.reward("b", new ArmMoments(2, 2, 2));
    assertThat(all.toArray()).containsExactly(reference.publish().toArray());
  }

  @Test
  void verify_recomputesFromTheLogAndSeesTampering() {
    SharedBandit bandit = open("i1");
    bandit.reward("a", 1);
    bandit.publish();
    bandit.reward("b", 1);
    bandit.publish();
    assertThat(open("reader").verify(1)).isTrue();
    assertThat(open("reader").verify(2)).isTrue();
    // The control: the same store with one published weight changed.
    ObjectStore other = ObjectStore.inMemory();
    for (String key : store.list("")) {
      String text = new String(store.get(key).orElseThrow(), UTF_8);
      boolean weights = key.endsWith("weights/000000000001");
      other.putIfAbsent(
          key,
          (weights
                  ? text.replaceFirst("\"probabilities\":\\[[^]]*]", "\"probabilities\":[0.5,0.5]")
                  : text)
              .getBytes(UTF_8));
    }
    SharedBandit tampered =
        SharedBandit.open(
            other,
            "bandits/x",
            "reader",
            ARMS,
            BanditAlgorithm.thompson(1, 1),
            Bandit.Memory.everything(),
            0.01);
    assertThat(tampered.verify(1)).isFalse();
    assertThat(tampered.verify(2)).isTrue();
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> bandit.verify(9))
        .withMessageContaining("No weights at 'bandits/x/weights/000000000009'");
  }

  @Test
  void open_otherArms_throwsWithThePath() {
    SharedBandit bandit = open("i1");
    bandit.reward("a", 1);
    bandit.publish();
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(
            () ->
                SharedBandit.open(
                    store,
                    "bandits/x",
                    "i2",
                    List.of("a", "c"),
                    BanditAlgorithm.ucb1(),
                    Bandit.Memory.everything(),
                    0))
        .withMessageContaining("$.arms are not [a, c]");
    store.putIfAbsent("bandits/x/weights/000000000002", "{\"format\":\"x\"}".getBytes(UTF_8));
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(bandit::refresh)
        .withMessageContaining("$.format is not mlops4j-weights/1");
  }

  @Test
  void catchUp_experimentsOfTwoInstances_assignAlike() {
    SharedBandit bandit = open("i1");
    for (int epoch = 0; epoch < 3; epoch++) {
      bandit.reward("a", 1);
      bandit.reward("b", 0);
      bandit.publish();
    }
    Experiment<String> one =
        Experiment.named("x").control("a", "A").treatment("b", 0.5, "B").build();
    Experiment<String> first = one.catchUp(bandit.refresh());
    Experiment<String> second = one.catchUp(open("i2").refresh());
    assertThat(first.epoch()).isEqualTo(3);
    for (int i = 0; i < 2_000; i++) {
      assertThat(second.assign("u" + i)).isEqualTo(first.assign("u" + i));
    }
  }
}
