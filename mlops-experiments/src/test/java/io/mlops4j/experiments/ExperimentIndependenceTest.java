package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Check;
import io.mlops4j.stats.Bucketing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Uniformity and independence on 100,000 sequential ids, where FNV-1a modulo 1,000 fails. */
class ExperimentIndependenceTest {
  private static final List<String> IDS =
      IntStream.range(0, 100_000).mapToObj(Integer::toString).toList();

  private static ExperimentBuilder<Integer> halves(String name) {
    return Experiment.named(name).control("a", 0).treatment("b", 0.5, 1);
  }

  @Test
  void assign_28PairsOf8Experiments_areIndependentAndUniform() {
    List<int[]> arms = new ArrayList<>();
    for (int e = 0; e < 8; e++) {
      Experiment<Integer> experiment = halves("experiment-" + e).build();
      arms.add(IDS.stream().mapToInt(experiment::armIndex).toArray());
      // Half of 100,000, deviation 158.
      assertThat(IntStream.of(arms.get(e)).sum()).isCloseTo(50_000, within(650));
    }
    assertThat(belowOnePercent(arms)).isLessThanOrEqualTo(3);
  }

  @Test
  void assign_fnvModulo1000_isShownDependentByTheSameTest() {
    // The control: the hash version 1 of a public SDK, on which 28 of 28 pairs are dependent.
    List<int[]> arms = new ArrayList<>();
    for (int e = 0; e < 8; e++) {
      String seed = "experiment-" + e;
      arms.add(IDS.stream().mapToInt(id -> fnv(id + seed) < 500 ? 1 : 0).toArray());
    }
    assertThat(belowOnePercent(arms)).isEqualTo(28);
  }

  private static int belowOnePercent(List<int[]> arms) {
    int below = 0;
    for (int i = 0; i < arms.size(); i++) {
      for (int j = 0; j < i; j++) {
        long[][] counts = new long[2][2];
        for (int id = 0; id < IDS.size(); id++) {
          counts[arms.get(i)[id]][arms.get(j)[id]]++;
        }
        below += Orthogonality.pValue(counts) < 0.01 ? 1 : 0;
      }
    }
    return below;
  }

  private static int fnv(String text) {
    int hash = 0x811c9dc5;
    for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
      hash = (hash ^ b) * 0x01000193;
    }
    return Integer.remainderUnsigned(hash, 1_000);
  }

  @Test
  void oneHash_trafficAndArmBits_areIndependent() {
    // 16 x 16 cells of the highest and the next 16 bits, over salts and kinds of ids.
    int below = 0;
    for (int salt = 0; salt < 20; salt++) {
      Bucketing hash = Bucketing.salted("salt-" + salt).derive("");
      long[][] counts = new long[16][16];
      for (String id : IDS) {
        long bits = hash.hash(salt % 2 == 0 ? id : "user-" + id + "@example.org");
        counts[(int) (bits >>> 60)][(int) (bits >>> 44) & 15]++;
      }
      below += Orthogonality.pValue(counts) < 0.01 ? 1 : 0;
    }
    assertThat(below).isLessThanOrEqualTo(2);
  }

  @Test
  void ramp_armsAtOnePercentTraffic_areStillHalfAndHalf() {
    // A rollout that reuses its hash for the arm would show one arm only.
    Experiment<Integer> small = halves("ramp").traffic(0.05).build();
    int[] counts = new int[2];
    for (String id : IDS) {
      int arm = small.armIndex(id);
      if (arm >= 0) {
        counts[arm]++;
      }
    }
    assertThat(counts[1] / (double) (counts[0] + counts[1])).isCloseTo(0.5, within(0.03));
  }

  @Test
  void check_layersAndExperiments_passesAndAClonedSaltFails() {
    Experiment<Integer> one = halves("one").layer(LayerSlice.of("ranking", 0, 0.6)).build();
    Experiment<Integer> two = halves("two").layer(LayerSlice.of("price", 0, 0.6)).build();
    Experiment<Integer> three = halves("three").build();
    Check check = Orthogonality.check(List.of(one, two, three), IDS.subList(0, 20_000));
    assertThat(check.name()).isEqualTo("orthogonality");
    assertThat(check.evaluate())
        .isInstanceOf(Check.Pass.class)
        .extracting(Check.Outcome::sentence)
        .asString()
        .contains("3 pairs over 20000 units");
    assertThat(Orthogonality.check(List.of(three, halves("three").build()), IDS).evaluate())
        .isInstanceOf(Check.Fail.class)
        .extracting(Check.Outcome::sentence)
        .asString()
        .contains("'three', 'three'");
  }

  @Test
  void check_layers_areIndependentOfEachOther() {
    int both = 0;
    LayerSlice ranking = LayerSlice.of("ranking", 0, 0.5);
    LayerSlice price = LayerSlice.of("price", 0, 0.5);
    for (String id : IDS) {
      both += ranking.contains(id) && price.contains(id) ? 1 : 0;
    }
    // A quarter of 100,000, deviation 137. One salt for all layers would give a half.
    assertThat(both).isCloseTo(25_000, within(600));
  }

  @Test
  void check_tooFewUnitsOrExperiments_saysSo() {
    assertThat(
            Orthogonality.check(
                    List.of(halves("a").build(), halves("b").build()), List.of("1", "2"))
                .evaluate())
        .isInstanceOf(Check.NoData.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Orthogonality.check(List.of(halves("a").build()), IDS))
        .withMessageContaining("expected: at least 2");
  }
}
