package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SharedLinearBanditTest {
  private static final List<String> ARMS = List.of("a", "b", "c");
  private static final LinearBandit.Options OPTIONS = LinearBandit.Options.of(3);

  private final ObjectStore store = ObjectStore.inMemory();

  private SharedLinearBandit open(String instance) {
    return SharedLinearBandit.open(
        store, "bandits/offer", instance, LinearBandit.linThompson(ARMS, OPTIONS));
  }

  @Test
  void refresh_severalInstancesAndRestarts_equalOneBanditThatSawEverything() {
    LinearBandit all = LinearBandit.linThompson(ARMS, OPTIONS);
    SharedLinearBandit one = open("i1");
    SharedLinearBandit two = open("i2");
    Random random = new Random(3);
    for (int i = 0; i < 400; i++) {
      double[] x = {1, random.nextGaussian(), random.nextGaussian()};
      String arm = ARMS.get(random.nextInt(3));
      double reward = arm.equals("b") ? x[1] : 0.2 * x[2] + random.nextGaussian();
      (random.nextBoolean() ? one : two).reward(arm, reward, x);
      all.reward(arm, reward, x);
      if (i % 50 == 49) {
        one.flush();
        two.flush();
        one = i % 100 == 99 ? open("i1") : one;
      }
    }
    assertThat(one.refresh()).isEqualTo(400);
    assertThat(one.refresh()).as("again").isEqualTo(400);
    two.refresh();
    SharedLinearBandit third = open("i3");
    for (int i = 0; i < 20; i++) {
      double[] x = {1, random.nextGaussian(), random.nextGaussian()};
      double[] expected = all.weights(x).toArray();
      for (SharedLinearBandit each : List.of(one, two, third)) {
        assertThat(each.weights(x).toArray()).containsExactly(expected, within(1e-9));
      }
    }
  }

  @Test
  void reward_notFlushed_countsHereAndNotElsewhereAndIsLostInACrash() {
    SharedLinearBandit one = open("i1");
    one.reward("b", 5, 1, 0, 0);
    assertThat(one.weights(1, 0, 0).probability("b")).isGreaterThan(0.9);
    assertThat(open("i1").weights(1, 0, 0).probability("b")).isEqualTo(1 / 3.0, within(1e-9));
    one.flush();
    one.flush();
    assertThat(store.list("bandits/offer")).hasSize(1);
    assertThat(open("i1").weights(1, 0, 0).probability("b")).isGreaterThan(0.9);
  }

  @Test
  void refresh_keepsWhatIsNotStoredYet() {
    SharedLinearBandit one = open("i1");
    SharedLinearBandit two = open("i2");
    one.reward("b", 5, 1, 0, 0);
    two.reward("a", -1, 1, 0, 0);
    two.flush();
    assertThat(one.refresh()).isEqualTo(2);
    assertThat(one.weights(1, 0, 0).probability("b")).isGreaterThan(0.9);
  }

  @Test
  void open_otherArmsOrDimensionsOrDamage_namesTheKey() {
    SharedLinearBandit one = open("i1");
    one.reward("b", 5, 1, 0, 0);
    one.flush();
    String key = "bandits/offer/linear/i1/000000000000";
    assertThatThrownBy(
            () ->
                SharedLinearBandit.open(
                    store,
                    "bandits/offer",
                    "i2",
                    LinearBandit.linUcb(ARMS, LinearBandit.Options.of(4))))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith(key + ": is not of 4 dimensions");
    assertThatThrownBy(
            () ->
                SharedLinearBandit.open(
                    store,
                    "bandits/offer",
                    "i2",
                    LinearBandit.linUcb(List.of("a", "c", "b"), OPTIONS)))
        .hasMessageContaining("arms [a, c, b]");
    byte[] whole = store.get(key).orElseThrow();
    for (int length = 0; length < whole.length; length++) {
      ObjectStore damaged = ObjectStore.inMemory();
      damaged.putIfAbsent(key, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(
              () ->
                  SharedLinearBandit.open(
                      damaged, "bandits/offer", "i2", LinearBandit.linUcb(ARMS, OPTIONS)))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining(key);
    }
  }

  @Test
  void open_usedOrTooWide_throws() {
    LinearBandit used = LinearBandit.linUcb(ARMS, OPTIONS);
    used.reward("a", 1, 1, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedLinearBandit.open(store, "b", "i", used))
        .withMessageContaining("bandit: 1 rewards");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SharedLinearBandit.open(
                    store, "b", "i", LinearBandit.linUcb(ARMS, LinearBandit.Options.of(501))))
        .withMessageContaining("dimensions: 501");
  }

  @Test
  void inverseGap_moreExploration_meansLargerGammaGreedier() {
    LinearBandit bold = LinearBandit.inverseGap(ARMS, OPTIONS.withExploration(1).withFloor(0));
    LinearBandit shy = LinearBandit.inverseGap(ARMS, OPTIONS.withExploration(100).withFloor(0));
    for (LinearBandit bandit : List.of(bold, shy)) {
      assertThat(bandit.weights(1, 0, 0).toArray())
          .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-12));
      bandit.reward("b", 1, 1, 0, 0); // ridge 1: the estimate is 1/2
    }
    assertThat(bold.weights(1, 0, 0).toArray())
        .containsExactly(new double[] {1 / 3.5, 1 - 2 / 3.5, 1 / 3.5}, within(1e-12));
    assertThat(shy.weights(1, 0, 0).probability("b")).isEqualTo(1 - 2 / 53.0, within(1e-12));
  }
}
