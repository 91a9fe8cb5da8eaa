package io.mlops4j.delivery.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.delivery.shadow.Loans.Loan;
import io.mlops4j.serving.MirroredRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShadowFleetTest {
  private static final Comparison<Double> COMPARISON =
      Comparison.probability(Tolerance.absolute(0.05));

  private static ShadowBuilder<Loan, Double> builder() {
    return Shadow.of(Loans.SCHEMA, COMPARISON)
        .minimumRows(10)
        .disagreementAtMost(0.9)
        .segmentBy("branch", "north");
  }

  private static Shadow<Loan, Double> of(ObjectStore store, String instance) {
    return builder().fleet(store, instance).build();
  }

  private static MirroredRow<Loan, Double> random(SplittableRandom random, int id) {
    double live = random.nextDouble();
    return random.nextInt(20) == 0
        ? Loans.failed(id, live, Loans.failure(random.nextInt(3)))
        : Loans.row(id, live, random.nextInt(9) == 0 ? Double.NaN : random.nextDouble());
  }

  /** Text of everything but the time and the number of instances. */
  private static String text(ShadowReport report) {
    return report.toString().replaceAll("instances=\\d+", "");
  }

  private static ShadowReport report(Shadow<Loan, Double> shadow) {
    return shadow.report(Loans.LIVE, Loans.CANDIDATE).orElseThrow();
  }

  @Test
  void counts_ofAnyPartsInAnyOrder_addUpToThoseOfOne() {
    SplittableRandom random = new SplittableRandom(20261126);
    List<MirroredRow<Loan, Double>> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(random(random, i));
    }
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    Shadow<Loan, Double> one = builder().time(time).build();
    rows.forEach(one::onMirrored);
    for (int round = 0; round < 10; round++) {
      Collections.shuffle(rows, new Random(round));
      ObjectStore store = ObjectStore.inMemory();
      List<Shadow<Loan, Double>> fleet = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        fleet.add(builder().time(time).fleet(store, "instance-" + i).build());
      }
      for (MirroredRow<Loan, Double> row : rows) {
        Shadow<Loan, Double> shadow = fleet.get(random.nextInt(4));
        shadow.onMirrored(row);
        if (random.nextInt(50) == 0) {
          shadow.save();
        }
      }
      fleet.forEach(Shadow::save);
      for (Shadow<Loan, Double> shadow : fleet) {
        assertThat(text(report(shadow))).isEqualTo(text(report(one)));
        assertThat(report(shadow).instances()).isEqualTo(4);
      }
      assertThat(store.list("ephemeral/shadow/counts")).as("older objects go").hasSize(4);
    }
  }

  @Test
  void restart_countsNothingTwiceAndLosesNothingSaved() {
    ObjectStore store = ObjectStore.inMemory();
    Shadow<Loan, Double> first = of(store, "a");
    first.onMirrored(Loans.row(1, 0.5, 0.5));
    first.save();
    Shadow<Loan, Double> second = of(store, "a");
    assertThat(report(second).rows()).isEqualTo(1);
    second.onMirrored(Loans.row(2, 0.5, 0.5));
    second.save();
    second.save();
    assertThat(report(second).rows()).isEqualTo(2);
    assertThat(report(second).instances()).isEqualTo(1);
    assertThat(report(of(store, "b")).rows()).isEqualTo(2);
  }

  @Test
  void otherComparison_isAnotherShadow() {
    ObjectStore store = ObjectStore.inMemory();
    Shadow<Loan, Double> first = of(store, "a");
    first.onMirrored(Loans.row(1, 0.5, 0.5));
    first.save();
    Shadow<Loan, Double> other =
        Shadow.of(Loans.SCHEMA, Comparison.probability(Tolerance.absolute(0.06)))
            .segmentBy("branch", "north")
            .fleet(store, "b")
            .build();
    assertThat(other.report(Loans.LIVE, Loans.CANDIDATE)).isEmpty();
  }

  @Test
  void save_happensByItself_onceTheIntervalIsOver() {
    ObjectStore store = ObjectStore.inMemory();
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    Shadow<Loan, Double> shadow =
        builder().fleet(store, "a").time(time).saveEvery(Duration.ofSeconds(10)).build();
    shadow.onMirrored(Loans.row(1, 0.5, 0.5));
    time.advance(Duration.ofMillis(9_999));
    shadow.onMirrored(Loans.row(2, 0.5, 0.5));
    assertThat(store.list("ephemeral/shadow/counts")).isEmpty();
    time.advance(Duration.ofMillis(1));
    shadow.onMirrored(Loans.row(3, 0.5, 0.5));
    assertThat(store.list("ephemeral/shadow/counts")).hasSize(1);
    assertThat(report(of(store, "b")).rows()).isEqualTo(3);
  }

  /** A store that keeps everything, or fails. */
  private static final class Awkward implements ObjectStore {
    final ObjectStore store = ObjectStore.inMemory();
    boolean broken;

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      if (broken) {
        throw new MlopsException("The store is away.");
      }
      return store.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      if (broken) {
        throw new MlopsException("The store is away.");
      }
      return store.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return store.list(prefix);
    }
  }

  @Test
  void store_thatRemovesNothing_isReadRight() {
    Awkward store = new Awkward();
    Shadow<Loan, Double> shadow = of(store, "a");
    for (int i = 0; i < 5; i++) {
      shadow.onMirrored(Loans.row(i, 0.5, 0.5));
      shadow.save();
    }
    assertThat(store.list("ephemeral/shadow/counts")).hasSize(5);
    assertThat(report(of(store, "b")).rows()).isEqualTo(5);
  }

  @Test
  void store_thatIsAway_harmsNobodyAndIsNoData() {
    Awkward store = new Awkward();
    Shadow<Loan, Double> other = of(store, "b");
    other.onMirrored(Loans.row(1, 0.5, 0.5));
    other.save();
    Shadow<Loan, Double> shadow = of(store, "a");
    for (int i = 0; i < 100; i++) {
      shadow.onMirrored(Loans.row(i, 0.5, 0.5));
    }
    assertThat(shadow.evaluate()).isInstanceOf(Check.Pass.class);
    store.broken = true;
    assertThatCode(shadow::save).doesNotThrowAnyException();
    assertThat(shadow.evaluate()).isEqualTo(new Check.NoData("shadow: The store is away."));
    assertThat(shadow.check(Loans.LIVE, Loans.CANDIDATE).evaluate())
        .isInstanceOf(Check.NoData.class);
  }

  // Hostile bytes.

  private static PairCounts empty() {
    return new PairCounts(COMPARISON, 2);
  }

  private static byte[] some() {
    PairCounts counts = empty();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 30; i++) {
      counts.add(random(random, i), COMPARISON, List.of(i % 2));
    }
    return ShadowJson.write(counts);
  }

  @Test
  void counts_writtenAndRead_areTheSameBytes() {
    PairCounts read = empty();
    ShadowJson.read(some(), read);
    assertThat(ShadowJson.write(read)).isEqualTo(some());
  }

  @Test
  void hostileDocuments_areRefusedWithoutQuotingThem() {
    String good = new String(some(), StandardCharsets.UTF_8);
    List<String> hostile =
        List.of(
            "",
            "[]",
            "{}",
            "\u0000",
            good.substring(0, good.length() / 2),
            good.replace("\"format\":1", "\"format\":2"),
            good.replace("\"rows\":30", "\"rows\":-1"),
            good.replace("\"rows\":30", "\"rows\":1"),
            good.replace("\"rows\":30", "\"rows\":1e3"),
            good.replace("\"rows\":30", "\"rows\":9223372036854775807"),
            good.replaceFirst("\"compared\":\\d+", "\"compared\":0"),
            good.replaceFirst("\"outside\":\\d+", "\"outside\":999"),
            good.replaceFirst("\"differences\":\\[\\[\\d+,", "\"differences\":[[99999,"),
            good.replaceFirst("\"scores\":\\[\\[\\d+,", "\"scores\":[[211,"),
            good.replaceFirst("\"scores\":\\[", "\"scores\":[[1],"),
            good.replaceFirst("\"liveNanos\":\\[", "\"liveNanos\":[[1,-5],"),
            good.replaceFirst("\"segments\":\\[", "\"segments\":[[1,1,1],"),
            good.replaceFirst("\"severity\":[0-9.E]+", "\"severity\":-1"),
            good.replaceFirst("\"id\":\"[^\"]*\"", "\"id\":7"),
            good.replaceFirst("\"fields\":\\[", "\"fields\":[{},"));
    for (String document : hostile) {
      assertThat(document).isNotEqualTo(good);
      assertThatThrownBy(() -> ShadowJson.read(document.getBytes(StandardCharsets.UTF_8), empty()))
          .as(document.length() > 200 ? document.substring(0, 200) : document)
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Shadow counts");
    }
  }

  @Test
  void randomBytes_areRefusedOrRead_neverAnythingElse() {
    SplittableRandom random = new SplittableRandom(4);
    byte[] good = some();
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      try {
        ShadowJson.read(bytes, empty());
      } catch (MlopsException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  @Test
  void store_withDamagedCounts_isNoData() {
    ObjectStore store = ObjectStore.inMemory();
    Shadow<Loan, Double> shadow = of(store, "a");
    shadow.onMirrored(Loans.row(1, 0.5, 0.5));
    shadow.save();
    String key = store.list("ephemeral/shadow/counts").get(0);
    store.putIfAbsent(key.replace("/a/", "/b/"), new byte[] {'{', '}'});
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(shadow.evaluate().sentence()).contains("another format");
  }
}
