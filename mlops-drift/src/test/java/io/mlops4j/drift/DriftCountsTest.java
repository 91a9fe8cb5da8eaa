package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
  void fromBytes_damaged_isRefused() {
    String good = new String(count(List.of()).toBytes(), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            good.replace("\"format\":1", "\"format\":9"),
            good.replace("\"predictions\":0", "\"predictions\":-1"),
            good.replace("\"predictions\":0", "\"predictions\":0.5"),
            good.replace("\"version\":1", "\"version\":\"x\""),
            good.replace("\"model\":\"trips\"", "\"model\":\"../x\""),
            good.replace(BASELINE.fingerprint(), "abc"),
            good.replace("[0,", "[null,"),
            "{}",
            "nothing")) {
      assertThat(bad).isNotEqualTo(good);
      assertThatThrownBy(() -> DriftCounts.fromBytes(bad.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(MlopsException.class);
    }
    String shorter = good.replaceFirst("\\[0,", "[");
    DriftCounts damaged = DriftCounts.fromBytes(shorter.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> count(TRIPS).plus(damaged)).hasMessageContaining("damaged");
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
    assertThat(counter.snapshot().toBytes().length).isLessThan(2_000);
    counter.clear();
    assertThat(counter.snapshot().predictions()).isZero();
  }
}
