package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.stats.Bucketing;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  @Test
  void apportion_ties_goToTheEarlierArm() {
    assertThat(Apportionment.slots(new double[] {1 / 3.0, 1 / 3.0, 1 - 2 / 3.0}))
        .containsExactly(21846, 21845, 21845);
    // 1/6 is 10922.67 slots: four of six get the slots that are left.
    double sixth = 1 / 6.0;
    assertThat(Apportionment.slots(new double[] {sixth, sixth, sixth, sixth, sixth, sixth}))
        .containsExactly(10923, 10923, 10923, 10923, 10922, 10922);
  }

  @Test
  void apportion_remainders_goToTheLargest() {
    // 6553.6, 13107.2, 45875.2
    assertThat(Apportionment.slots(new double[] {0.1, 0.2, 0.7}))
        .containsExactly(6554, 13107, 45875);
    assertThat(Apportionment.slots(new double[] {0.7, 0.2, 0.1}))
        .containsExactly(45875, 13107, 6554);
    assertThat(Apportionment.slots(new double[] {0, 1, 0})).containsExactly(0, 65536, 0);
    assertThat(Apportionment.slots(new double[] {1 - 1e-10, 0, 0})).containsExactly(65536, 0, 0);
  }

  @Property(tries = 300)
  void apportion_anyWeights_sumsUpAndStaysWithinOneSlot(
      @ForAll @IntRange(min = 1, max = 127) int arms, @ForAll long seed) {
    double[] weights = weights(arms, new SplittableRandom(seed));
    int[] slots = Apportionment.slots(weights);
    assertThat(Arrays.stream(slots).sum()).isEqualTo(Bucketing.SLOTS);
    for (int i = 0; i < arms; i++) {
      assertThat(Math.abs(slots[i] - weights[i] * Bucketing.SLOTS)).isLessThan(1.000001);
      assertThat(weights[i] == 0 && slots[i] > 0).isFalse();
    }
  }

  @Property(tries = 200)
  void reweighted_anyWeights_movesTheTotalVariationDistanceAndNothingMore(
      @ForAll @IntRange(min = 2, max = 20) int arms, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SlotTable table = SlotTable.of(vector(0, weights(arms, random)));
    double[] old = shares(table, arms);
    for (int epoch = 1; epoch <= 5; epoch++) {
      double[] wanted = weights(arms, random);
      SlotTable next = table.reweighted(vector(epoch, wanted));
      int moved = 0;
      for (int slot = 0; slot < Bucketing.SLOTS; slot++) {
        if (table.arm(slot) != next.arm(slot)) {
          moved++;
          // Only from arms that shrink to arms that grow.
          assertThat(wanted[table.arm(slot)]).isLessThan(old[table.arm(slot)] + 2e-5);
          assertThat(wanted[next.arm(slot)]).isGreaterThan(old[next.arm(slot)] - 2e-5);
        }
      }
      double[] now = shares(next, arms);
      double variation = 0;
      double exact = 0;
      for (int i = 0; i < arms; i++) {
        assertThat(now[i] * Bucketing.SLOTS)
            .isEqualTo(Apportionment.slots(wanted)[i]); // counted slot by slot
        variation += Math.abs(now[i] - old[i]) / 2;
        exact += Math.abs(wanted[i] - old[i]) / 2;
      }
      assertThat(moved).isEqualTo((int) Math.rint(variation * Bucketing.SLOTS));
      assertThat(Math.abs(moved - exact * Bucketing.SLOTS)).isLessThan(arms);
      table = next;
      old = now;
    }
  }

  @Test
  void reweighted_thirdsToFifths_movesThirteenPercentWhereIntervalsMoveNineteen() {
    SlotTable before = SlotTable.of(vector(0, 0.33, 0.33, 0.34));
    assertThat(moved(before, before.reweighted(vector(1, 0.2, 0.4, 0.4))))
        .isEqualTo(0.13, within4());
    // Negative control: allocating afresh, which is what cumulative intervals do.
    assertThat(moved(before, SlotTable.of(vector(1, 0.2, 0.4, 0.4)))).isEqualTo(0.19, within4());
  }

  @Test
  void reweighted_thereAndBackTenTimes_touchesTheSameFewSlots() {
    SlotTable table = SlotTable.of(vector(0, 0.9, 0.1));
    boolean[] touched = new boolean[Bucketing.SLOTS];
    for (int epoch = 1; epoch <= 20; epoch++) {
      double weight = epoch % 2 == 0 ? 0.1 : 0.15;
      SlotTable next = table.reweighted(vector(epoch, 1 - weight, weight));
      for (int slot = 0; slot < Bucketing.SLOTS; slot++) {
        touched[slot] |= next.arm(slot) != table.arm(slot);
      }
      table = next;
    }
    // The twentieth that moves each time, and the tenth as many that challenger had among them.
    // Slots taken at random each time would touch about 40 %.
    long count = IntStream.range(0, Bucketing.SLOTS).filter(slot -> touched[slot]).count();
    assertThat(count / (double) Bucketing.SLOTS).isBetween(0.05, 0.06);
  }

  @Test
  void reweighted_pinnedHistory_neverChangesBetweenVersions() {
    // A restarted JVM replays its history: the order in which slots move is for ever. The checksums
    // are those of a Python version of this class: zlib.crc32(bytes(arm of each slot)), with
    //   for r in range(65536): s = r * 0x9E37 % 65536
    //     if give[old[s]] > 0: give[old[s]] -= 1; table[s] = next(takers in order of arms)
    SlotTable table = SlotTable.of(vector(0, 0.5, 0.3, 0.2));
    assertThat(crc(table)).isEqualTo(761759139L);
    table = table.reweighted(vector(1, 0.2, 0.4, 0.4));
    table = table.reweighted(vector(2, 0.6, 0.1, 0.3));
    table = table.reweighted(vector(3, 1 / 3.0, 1 / 3.0, 1 / 3.0));
    assertThat(crc(table)).isEqualTo(1080974027L);
  }

  private static long crc(SlotTable table) {
    CRC32 crc = new CRC32();
    for (int slot = 0; slot < Bucketing.SLOTS; slot++) {
      crc.update(table.arm(slot));
    }
    return crc.getValue();
  }

  private static double moved(SlotTable one, SlotTable other) {
    return IntStream.range(0, Bucketing.SLOTS).filter(s -> one.arm(s) != other.arm(s)).count()
        / (double) Bucketing.SLOTS;
  }

  private static org.assertj.core.data.Offset<Double> within4() {
    return org.assertj.core.data.Offset.offset(4.0 / Bucketing.SLOTS);
  }

  private static double[] shares(SlotTable table, int arms) {
    double[] counts = new double[arms];
    for (int slot = 0; slot < Bucketing.SLOTS; slot++) {
      counts[table.arm(slot)] += 1.0 / Bucketing.SLOTS;
    }
    return counts;
  }

  private static WeightVector vector(long epoch, double... weights) {
    List<String> names = IntStream.range(0, weights.length).mapToObj(i -> "arm" + i).toList();
    return WeightVector.of(epoch, names, weights);
  }

  /** Uneven weights, some of them 0. */
  private static double[] weights(int arms, SplittableRandom random) {
    double[] weights = new double[arms];
    for (int i = 0; i < arms; i++) {
      weights[i] = random.nextInt(5) == 0 ? 0 : -Math.log(1 - random.nextDouble());
    }
    weights[random.nextInt(arms)] += 0.1;
    double sum = Arrays.stream(weights).sum();
    for (int i = 0; i < arms; i++) {
      weights[i] /= sum;
    }
    return weights;
  }
}
