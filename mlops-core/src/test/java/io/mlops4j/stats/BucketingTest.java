package io.mlops4j.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class BucketingTest {
  private static final int IDS = 100_000;

  /** 0.9999 quantile of chi-square with 1 degree of freedom: scipy.stats.chi2.ppf(1 - 1e-4, 1). */
  private static final double CHI2_1_UPPER = 15.136705;

  // Vectors: oracles/bucketing.py, a second implementation written from the design note.

  @Test
  void hashAndSlot_stringVectors_matchTheSecondImplementation() {
    int count = 0;
    for (JsonNode row : vectors().get("strings")) {
      Bucketing bucketing = Bucketing.salted(text(row.get("salt")));
      if (!row.get("purpose").isNull()) {
        bucketing = bucketing.derive(row.get("purpose").textValue());
      }
      String id = text(row.get("id"));
      assertThat(bucketing.hash(id)).as(row.toString()).isEqualTo(hex(row));
      assertThat(bucketing.slot(id)).as(row.toString()).isEqualTo(row.get("slot").intValue());
      count++;
    }
    assertThat(count).isGreaterThan(400);
  }

  @Test
  void hashAndSlot_numberVectors_matchTheSecondImplementation() {
    int count = 0;
    for (JsonNode row : vectors().get("numbers")) {
      Bucketing bucketing = Bucketing.salted(row.get("salt").textValue());
      long id = Long.parseLong(row.get("id").textValue());
      assertThat(bucketing.hash(id)).as(row.toString()).isEqualTo(hex(row));
      assertThat(bucketing.slot(id)).as(row.toString()).isEqualTo(row.get("slot").intValue());
      count++;
    }
    assertThat(count).isEqualTo(10);
  }

  @Test
  void slot_anyId_isTheHigh16BitsOfItsHash() {
    Bucketing bucketing = Bucketing.salted("new-model");
    for (int i = 0; i < 1000; i++) {
      String id = "user-" + i;
      assertThat((long) bucketing.slot(id)).isEqualTo(bucketing.hash(id) >>> 48);
      assertThat((long) bucketing.slot(i)).isEqualTo(bucketing.hash(i) >>> 48);
    }
  }

  // Every unit counts: lengths, positions, surrogates.

  @Test
  void hash_oneUnitChangedAnywhere_changes() {
    Bucketing bucketing = Bucketing.salted("positions");
    for (int length = 1; length <= 40; length++) {
      char[] units = "abcdefghijklmnopqrstuvwxyz0123456789ABCD".substring(0, length).toCharArray();
      Set<Long> seen = new HashSet<>();
      seen.add(bucketing.hash(new String(units)));
      for (int position = 0; position < length; position++) {
        for (int bit = 0; bit < 16; bit++) {
          units[position] ^= (char) (1 << bit);
          assertThat(seen.add(bucketing.hash(new String(units))))
              .as("length %d, unit %d, bit %d", length, position, bit)
              .isTrue();
          units[position] ^= (char) (1 << bit);
        }
      }
    }
  }

  @Test
  void hash_runsOfOneUnit_differByLength() {
    Bucketing bucketing = Bucketing.salted("lengths");
    Set<Long> seen = new HashSet<>();
    for (char unit : new char[] {'\0', 'a', '\uffff'}) {
      for (int length = unit == '\0' ? 0 : 1; length <= 100; length++) {
        assertThat(seen.add(bucketing.hash(String.valueOf(unit).repeat(length)))).isTrue();
      }
    }
  }

  @Test
  void hash_loneSurrogatesAndReplacementCharacters_areAllDifferent() {
    // In UTF-8 a lone surrogate becomes '?', so all of these would collapse into one user.
    Bucketing bucketing = Bucketing.salted("surrogates");
    List<String> ids =
        List.of("\ud800", "\udc00", "\ud800\ud800", "\udc00\ud800", "\ud800\udc00", "?", "\ufffd");
    assertThat(ids.stream().map(bucketing::hash).distinct()).hasSize(ids.size());
  }

  @Test
  void slot_composedAndDecomposedText_areDifferentIds() {
    Bucketing bucketing = Bucketing.salted("new-model");
    assertThat(bucketing.slot("zo\u00eb")).isNotEqualTo(bucketing.slot("zoe\u0308"));
  }

  @Test
  void slot_null_throws() {
    assertThatNullPointerException().isThrownBy(() -> Bucketing.salted("s").slot(nothing()));
  }

  // Uniform.

  @Test
  void slot_sequentialAndUserLikeIds_areUniformOver65536Slots() {
    for (String salt : List.of("", "new-model", "checkout", "zo\u00eb")) {
      Bucketing bucketing = Bucketing.salted(salt);
      List<IntFunction<String>> kinds =
          List.of(
              Integer::toString,
              i -> "user-" + i,
              i -> String.format("%08d-0000-4000-8000-%012d", i, i),
              i -> "customer" + i + "@example.com");
      for (IntFunction<String> kind : kinds) {
        int[] counts = new int[Bucketing.SLOTS];
        for (int i = 0; i < IDS; i++) {
          counts[bucketing.slot(kind.apply(i))]++;
        }
        // 65,535 degrees of freedom: chi-square has mean 65,535 and deviation sqrt(2 * 65,535) =
        // 362.
        assertThat((chiSquare(counts, IDS) - 65_535) / 362.0)
            .as("salt '%s', ids like %s", salt, kind.apply(7))
            .isBetween(-4.5, 4.5);
      }
    }
  }

  @Test
  void slot_sequentialNumbers_areUniformInHighBitsAndInLowBits() {
    Bucketing bucketing = Bucketing.salted("new-model");
    for (int shift : new int[] {0, 8}) {
      int[] counts = new int[256];
      for (int i = 0; i < IDS; i++) {
        counts[bucketing.slot((long) i) >> shift & 255]++;
      }
      // scipy.stats.chi2.ppf([1e-4, 1 - 1e-4], 255) = 179.4, 347.7
      assertThat(chiSquare(counts, IDS)).isBetween(179.4, 347.7);
    }
  }

  @Test
  void uniformity_stringHashCodeModulo100_failsTheSameTest() {
    int[] counts = new int[100];
    for (int i = 0; i < IDS; i++) {
      counts[Math.floorMod(("new-model" + i).hashCode(), 100)]++;
    }
    // scipy.stats.chi2.ppf([1e-4, 1 - 1e-4], 99) = 55.0, 160.1
    assertThat(chiSquare(counts, IDS)).satisfies(x -> assertThat(x < 55.0 || x > 160.1).isTrue());
  }

  // Independent.

  @Test
  void slot_28PairsOf8Experiments_areIndependentOnSequentialIds() {
    for (String purpose : List.of("traffic", "split")) {
      List<Double> statistics = pairStatistics((name, id) -> half(name, purpose, id));
      assertThat(statistics).hasSize(28);
      assertThat(statistics).allSatisfy(x -> assertThat(x).isLessThan(CHI2_1_UPPER));
    }
  }

  @Test
  void independence_stringHashCodeModulo100_failsTheSameTest() {
    List<Double> statistics =
        pairStatistics((name, id) -> Math.floorMod((name + id).hashCode(), 100) < 50);
    assertThat(statistics).anySatisfy(x -> assertThat(x).isGreaterThan(1000));
    assertThat(statistics.stream().filter(x -> x > CHI2_1_UPPER).count()).isGreaterThan(14);
  }

  @Test
  void independence_fnvModulo1000OfIdPlusName_failsTheSameTest() {
    List<Double> statistics = pairStatistics((name, id) -> fnv1a(id + name) % 1000 < 500);
    assertThat(statistics.stream().filter(x -> x > CHI2_1_UPPER).count()).isGreaterThan(14);
  }

  @Test
  void derive_trafficAndSplitOfOneExperiment_areIndependent() {
    for (String name : names()) {
      boolean[] in = new boolean[IDS];
      boolean[] which = new boolean[IDS];
      for (int i = 0; i < IDS; i++) {
        in[i] = half(name, "traffic", Integer.toString(i));
        which[i] = half(name, "split", Integer.toString(i));
      }
      assertThat(independence(in, which)).as(name).isLessThan(CHI2_1_UPPER);
    }
  }

  @Test
  void derive_unitsInTenPercentTraffic_fillAllSplitSlotsEvenly() {
    Bucketing root = Bucketing.salted("new-model");
    Bucketing traffic = root.derive("traffic");
    Bucketing split = root.derive("split");
    int[] counts = new int[100];
    int in = 0;
    for (int i = 0; i < IDS; i++) {
      String id = Integer.toString(i);
      if (traffic.slot(id) < Bucketing.SLOTS / 10) {
        counts[split.slot(id) * 100 / Bucketing.SLOTS]++;
        in++;
      }
    }
    assertThat(in).isBetween(9_600, 10_400);
    assertThat(chiSquare(counts, in)).isBetween(55.0, 160.1);
  }

  @Test
  void derive_concatenatedSaltAndPurpose_isAnotherBucketing() {
    ToIntFunction<Bucketing> slot = bucketing -> bucketing.slot("user-1");
    assertThat(slot.applyAsInt(Bucketing.salted("a").derive("b")))
        .isNotEqualTo(slot.applyAsInt(Bucketing.salted("ab")))
        .isNotEqualTo(slot.applyAsInt(Bucketing.salted("ab").derive("")))
        .isNotEqualTo(slot.applyAsInt(Bucketing.salted("").derive("ab")));
  }

  private static boolean half(String name, String purpose, String id) {
    return Bucketing.salted(name).derive(purpose).slot(id) < Bucketing.SLOTS / 2;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      names.add("experiment-" + i);
    }
    return names;
  }

  /** The 2 x 2 chi-square statistic of every pair of eight experiments over 100,000 ids. */
  private static List<Double> pairStatistics(BiPredicate<String, String> inTreatment) {
    List<boolean[]> arms = new ArrayList<>();
    for (String name : names()) {
      boolean[] arm = new boolean[IDS];
      for (int i = 0; i < IDS; i++) {
        arm[i] = inTreatment.test(name, Integer.toString(i));
      }
      arms.add(arm);
    }
    List<Double> result = new ArrayList<>();
    for (int i = 0; i < arms.size(); i++) {
      for (int j = i + 1; j < arms.size(); j++) {
        result.add(independence(arms.get(i), arms.get(j)));
      }
    }
    return result;
  }

  private static double independence(boolean[] x, boolean[] y) {
    double[][] table = new double[2][2];
    for (int i = 0; i < x.length; i++) {
      table[x[i] ? 1 : 0][y[i] ? 1 : 0]++;
    }
    double n = x.length;
    double determinant = table[0][0] * table[1][1] - table[0][1] * table[1][0];
    return n
        * determinant
        * determinant
        / ((table[0][0] + table[0][1])
            * (table[1][0] + table[1][1])
            * (table[0][0] + table[1][0])
            * (table[0][1] + table[1][1]));
  }

  private static double chiSquare(int[] counts, int total) {
    double expected = (double) total / counts.length;
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  private static long fnv1a(String text) {
    int h = 0x811c9dc5;
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * 0x01000193;
    }
    return Integer.toUnsignedLong(h);
  }

  private static JsonNode vectors() {
    try (var in = BucketingTest.class.getResourceAsStream("/bucketing.json")) {
      return Json.parse(in.readAllBytes(), "bucketing.json");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(JsonNode units) {
    char[] chars = new char[units.size()];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) units.get(i).intValue();
    }
    return new String(chars);
  }

  private static long hex(JsonNode row) {
    return Long.parseUnsignedLong(row.get("hash").textValue(), 16);
  }

  @SuppressWarnings("NullAway") // tests what happens to callers without NullAway
  private static String nothing() {
    return null;
  }
}
