package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DriftCountsTest {
  private static final Baseline BASELINE = Fleet.baseline(1).withScores(.1, .2, .3, .4);
  private static final List<Fleet.Trip> TRIPS = Fleet.trips(3_000, 9, 0.3);

  private static DriftCounts count(List<Fleet.Trip> trips) {
    DriftCounter counter = new DriftCounter(Fleet.version(1), BASELINE);
    for (Fleet.Trip trip : trips) {
      counter.observe(Fleet.SCHEMA.encode(trip));
      counter.observeScore(0.25);
    }
    return counter.snapshot();
  }

  @Property(tries = 30)
  void plus_anySplitInAnyOrder_equalsOneCount(
      @ForAll @IntRange(min = 1, max = 12) int parts, @ForAll long seed) {
    List<List<Fleet.Trip>> split = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      split.add(new ArrayList<>());
    }
    Random random = new Random(seed);
    TRIPS.forEach(trip -> split.get(random.nextInt(parts)).add(trip));
    List<DriftCounts> counts = new ArrayList<>(split.stream().map(DriftCountsTest::count).toList());
    Collections.shuffle(counts, random);
    DriftCounts sum = counts.stream().reduce(DriftCounts::plus).orElseThrow();
    assertThat(sum).isEqualTo(count(TRIPS));
    assertThat(sum.toBytes()).isEqualTo(count(TRIPS).toBytes());
  }

  @Test
  void psi_batch_isThatOfEachFeatureOverTheSameBaselineOnly() {
    DriftCounts counts = count(TRIPS);
    Map<String, Double> distances = counts.psi(BASELINE);
    assertThat(distances.keySet()).contains(Baseline.SCORE);
    BASELINE
        .all()
        .forEach(
            cells ->
                assertThat(distances.get(cells.feature()))
                    .isEqualTo(
                        DriftStatistics.psi(
                            cells.reference(), counts.cells(cells.feature()).orElseThrow())));
    assertThat(new DriftCounter(Fleet.version(1), BASELINE).snapshot().psi(BASELINE)).isEmpty();
    Baseline other = Fleet.baseline(2);
    assertThatThrownBy(() -> counts.psi(other)).hasMessageContaining(other.fingerprint());
  }

  @Test
  void plus_otherBaselineOrVersion_isRefusedNamingBoth() {
    DriftCounts mine = count(TRIPS);
    Baseline other = Fleet.baseline(2);
    DriftCounts theirs = new DriftCounter(Fleet.version(1), other).snapshot();
    assertThatThrownBy(() -> mine.plus(theirs))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(BASELINE.fingerprint())
        .hasMessageContaining(other.fingerprint());
    assertThatThrownBy(() -> mine.plus(new DriftCounter(Fleet.version(2), BASELINE).snapshot()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("trips:1 and trips:2");
  }

  @Test
  void toBytes_throughAStore_comesBackEqual() {
    DriftCounts counts = count(TRIPS);
    ObjectStore store = ObjectStore.inMemory();
    store.putIfAbsent("drift/trips/1/a", counts.toBytes());
    DriftCounts read = DriftCounts.fromBytes(store.get("drift/trips/1/a").orElseThrow());
    assertThat(read).isEqualTo(counts).hasSameHashCodeAs(counts);
    assertThat(read.predictions()).isEqualTo(3_000);
    assertThat(read.plus(counts).predictions()).isEqualTo(6_000);
    assertThat(read.cells("distance").orElseThrow().length)
        .isEqualTo(BASELINE.features().get(0).size());
    assertThat(read.cells("nothing")).isEmpty();
    assertThat(LongStream.of(read.cells(Baseline.SCORE).orElseThrow()).sum()).isEqualTo(3_000);
    assertThat(read.toString()).contains("trips:1", "3000");
  }

  @Test
  void fromBytes_everyFormatEverWritten_isRead() throws IOException {
    DriftCounts now = count(TRIPS);
    for (String name : List.of("drift-counts-1.json", "drift-counts-2.bin")) {
      DriftCounts kept = DriftCounts.fromBytes(resource(name));
      assertThat(kept.version()).as(name).isEqualTo(now.version());
      assertThat(kept.baseline()).as(name).isEqualTo(now.baseline());
      assertThat(kept.cells("distance").orElseThrow())
          .as(name)
          .isEqualTo(now.cells("distance").orElseThrow());
      assertThat(kept.plus(now).predictions()).as(name).isEqualTo(6_000);
      assertThat(now.plus(kept).toBytes()).as(name).isEqualTo(kept.plus(now).toBytes());
    }
    assertThat(DriftCounts.fromBytes(resource("drift-counts-1.json")).distinct("airport"))
        .isEmpty();
    assertThat(DriftCounts.fromBytes(resource("drift-counts-2.bin"))).isEqualTo(now);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(DriftCountsTest.class.getResourceAsStream("/formats/" + name))) {
      return in.readAllBytes();
    }
  }

  @Test
  void fromBytes_damagedFirstFormat_isRefused() throws IOException {
    String good = new String(resource("drift-counts-1.json"), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            good.replace("\"format\":1", "\"format\":9"),
            good.replace("\"predictions\":3000", "\"predictions\":-1"),
            good.replace("\"predictions\":3000", "\"predictions\":0.5"),
            good.replace("\"version\":1", "\"version\":\"x\""),
            good.replace("\"model\":\"trips\"", "\"model\":\"../x\""),
            good.replace(BASELINE.fingerprint(), "abc"),
            good.replaceFirst("\\[[0-9]+,", "[null,"),
            "{}",
            "nothing")) {
      assertThat(bad).isNotEqualTo(good);
      assertThatThrownBy(() -> DriftCounts.fromBytes(bad.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(MlopsException.class);
    }
    String shorter = good.replaceFirst("\\[[0-9]+,", "[");
    DriftCounts damaged = DriftCounts.fromBytes(shorter.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> count(TRIPS).plus(damaged)).hasMessageContaining("damaged");
  }

  @Test
  void fromBytes_anyByteChangedOrCutOff_isRefused() {
    byte[] good = count(TRIPS).toBytes();
    assertThat(good.length).isLessThan(700); // 38 cells, a sketch of ten values
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= 0x10;
      byte[] cut = Arrays.copyOf(good, i);
      for (byte[] bad : List.of(flipped, cut)) {
        assertThatThrownBy(() -> DriftCounts.fromBytes(bad)).isInstanceOf(MlopsException.class);
      }
    }
  }

  @Test
  void fromBytes_wellSealedNonsense_isRefusedWithoutMemory() {
    SplittableRandom random = new SplittableRandom(5);
    byte[] good = count(TRIPS).toBytes();
    for (int run = 0; run < 2_000; run++) {
      byte[] bad = good.clone();
      for (int i = 0; i < 3; i++) {
        bad[4 + random.nextInt(bad.length - 8)] = (byte) random.nextInt();
      }
      CRC32 crc = new CRC32();
      crc.update(bad, 0, bad.length - 4);
      for (int i = 0; i < 4; i++) {
        bad[bad.length - 4 + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
      }
      try {
        assertThat(DriftCounts.fromBytes(bad).predictions()).isNotNegative();
      } catch (MlopsException e) {
        assertThat(e).hasMessageStartingWith("Drift counts cannot be read");
      }
    }
  }

  @Property(tries = 200)
  void toBytes_anyCounts_comeBackEqual(@ForAll long seed, @ForAll @IntRange(max = 5) int segments) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, long[]> cells = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      cells.put("f" + i + "\u00e9", random.longs(random.nextInt(40), 0, Long.MAX_VALUE).toArray());
    }
    List<DriftCounts.Part> parts = new ArrayList<>();
    for (int i = 0; i < segments; i++) {
      parts.add(new DriftCounts.Part(i, new long[][] {{1, i}, {}, {1_000_000_000_000L}}));
    }
    DriftCounts counts =
        new DriftCounts(
            Fleet.version(3),
            "0123456789abcdef".repeat(4),
            random.nextLong(0, Long.MAX_VALUE),
            cells,
            Map.of("f0", new Cardinality()),
            new long[] {0, 5, Long.MAX_VALUE},
            parts);
    DriftCounts read = DriftCounts.fromBytes(counts.toBytes());
    assertThat(read.toBytes()).isEqualTo(counts.toBytes());
    assertThat(read.slots()).isEqualTo(counts.slots());
  }

  @Test
  void observe_rowsWithoutTheFeature_countNothingForIt() {
    Schema<Fleet.Trip> only = Fleet.SCHEMA.only("airport");
    DriftCounter counter = new DriftCounter(Fleet.version(1), BASELINE);
    counter.observe(only.encode(TRIPS.get(0)));
    counter.observe(Fleet.SCHEMA.encode(TRIPS.get(0)));
    DriftCounts counts = counter.snapshot();
    assertThat(LongStream.of(counts.cells("airport").orElseThrow()).sum()).isEqualTo(2);
    assertThat(LongStream.of(counts.cells("distance").orElseThrow()).sum()).isEqualTo(1);
  }

  @Test
  void observe_manyRows_allocatesNothing() {
    DriftCounter counter = new DriftCounter(Fleet.version(1), BASELINE);
    List<EncodedRow<Fleet.Trip>> rows = TRIPS.stream().map(Fleet.SCHEMA::encode).toList();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < rows.size(); i++) {
        counter.observe(rows.get(i));
        counter.observeScore(0.5);
      }
      best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Nothing per row; a few bytes belong to the measurement.
    assertThat(best).isLessThan(rows.size());
  }

  @Test
  void observe_tenMillionDistinctCategories_needsNoMemory() {
    DriftCounter counter = new DriftCounter(Fleet.version(1), BASELINE);
    String megabyte = "x".repeat(1 << 20);
    counter.observe(Fleet.SCHEMA.encode(new Fleet.Trip(1.0, megabyte)));
    IntStream.range(0, 10_000_000)
        .forEach(
            i -> counter.observe(Fleet.SCHEMA.encode(new Fleet.Trip(1.0, Integer.toString(i)))));
    long[] airports = counter.snapshot().cells("airport").orElseThrow();
    assertThat(airports[BASELINE.features().get(1).unseen()]).isEqualTo(10_000_001);
    assertThat(counter.snapshot().distinct("airport").orElseThrow() / 10_000_001)
        .isBetween(1 - 4 * DataQuality.DISTINCT_ERROR, 1 + 4 * DataQuality.DISTINCT_ERROR);
    assertThat(counter.snapshot().toBytes().length).isLessThan(5_000);
    counter.clear();
    assertThat(counter.snapshot().predictions()).isZero();
  }
}
