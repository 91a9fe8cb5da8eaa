package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.DataQuality.Measure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Segments, data rules, classes and embeddings, from the same counts. */
class DriftSegmentsTest {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Baseline BASELINE =
      Baseline.of(Fleet.SCHEMA)
          .options(Baseline.Options.withDefaults().withBins(10))
          .segmentBy("airport", 3)
          .segment("long", DriftSegmentsTest::isLong)
          .fit(Fleet.trips(40_000, 1, 0)::stream);

  private final Fleet fleet = new Fleet();

  private static boolean isLong(EncodedRow<Fleet.Trip> row) {
    return row.number(0) > 50;
  }

  private DriftMonitorBuilder<Fleet.Trip, Double> builder() {
    return DriftMonitor.following(fleet)
        .time(VirtualTime.startingAt(START))
        .segment("long", DriftSegmentsTest::isLong);
  }

  private void feed(DriftMonitor<Fleet.Trip, Double> monitor, List<Fleet.Trip> trips) {
    trips.forEach(trip -> monitor.onPrediction(fleet.prediction(1, trip, 0.5, START)));
  }

  @Test
  void segments_driftInOneOfThem_isNamedAndNotDiluted() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    List<Fleet.Trip> trips = new ArrayList<>();
    for (Fleet.Trip trip : Fleet.trips(20_000, 2, 0)) {
      boolean broken = "A8".equals(trip.airport());
      trips.add(
          broken && trip.distance() != null
              ? new Fleet.Trip(trip.distance() + 150, trip.airport())
              : trip);
    }
    feed(monitor, trips);
    DriftReport report = monitor.report().orElseThrow();
    assertThat(
            report.features().stream()
                .filter(f -> f.verdict() instanceof DriftVerdict.Drifted)
                .map(FeatureDrift::segment)
                .toList())
        .contains("airport: A8")
        .doesNotContain("", "airport: A9");
    assertThat(report.outcome().sentence()).contains("distance of airport: A8: PSI");
    assertThat(report.toText()).contains("distance of airport: A8");
  }

  @Test
  void segments_noDrift_areStableAndShareTheBudget() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, Fleet.trips(20_000, 2, 0));
    DriftReport report = monitor.report().orElseThrow();
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    // Two features of all rows; distance of four airport segments; two features of "long".
    assertThat(report.features()).hasSize(8);
    double needed = report.features().get(0).measures().orElseThrow().logBayesFactorNeeded();
    assertThat(needed).isCloseTo(-Math.log(7.0 / 365 / 8), within(1e-9));
  }

  @Test
  void segments_oneMillionValues_goToOther() {
    DriftCounter counter = new DriftCounter(version(1), BASELINE);
    int before = counter.snapshot().toBytes().length;
    for (int i = 0; i < 1_000_000; i++) {
      counter.observe(Fleet.SCHEMA.encode(new Fleet.Trip(1.0, "tag-" + i)));
    }
    DriftCounts counts = counter.snapshot();
    assertThat(counts.segments()).hasSize(5);
    assertThat(counts.segments().get(3).predictions()).isEqualTo(1_000_000); // airport: other
    assertThat(counts.toBytes().length).isLessThan(before + 5_000);
  }

  @Test
  void segments_conditionNotGiven_haveNoRows() {
    DriftCounter counter = new DriftCounter(version(1), BASELINE);
    counter.observe(Fleet.SCHEMA.encode(new Fleet.Trip(500.0, "A1")));
    assertThat(counter.snapshot().segments().get(4).predictions()).isZero();
    List<FeatureDrift> judged =
        DriftReport.judge(BASELINE, counter.snapshot(), DriftRule.psi(), WEEK, Set.of());
    assertThat(judged.get(7).verdict().sentence())
        .isEqualTo("airport of long: no value has arrived.");
    assertThatThrownBy(() -> builder().segment("long", DriftSegmentsTest::isLong))
        .hasMessageContaining("segment long");
  }

  @Property(tries = 30)
  void plus_withSegmentsAnySplitAnyOrder_equalsOneCount(
      @ForAll @IntRange(min = 1, max = 8) int parts, @ForAll long seed) {
    List<Fleet.Trip> trips = Fleet.trips(800, 9, 0.3);
    Random random = new Random(seed);
    List<DriftCounter> split = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      split.add(new DriftCounter(version(1), BASELINE));
    }
    DriftCounter whole = new DriftCounter(version(1), BASELINE);
    for (Fleet.Trip trip : trips) {
      split.get(random.nextInt(parts)).observe(Fleet.SCHEMA.encode(trip), START);
      whole.observe(Fleet.SCHEMA.encode(trip), START);
    }
    List<DriftCounts> counts = new ArrayList<>(split.stream().map(DriftCounter::snapshot).toList());
    Collections.shuffle(counts, random);
    assertThat(counts.stream().reduce(DriftCounts::plus).orElseThrow().toBytes())
        .isEqualTo(whole.snapshot().toBytes());
  }

  @Test
  void dataRules_eachMeasure_alarmsOnlyAboveItsLimit() {
    fleet.serve(1, BASELINE);
    DataRule[] rules = {
      DataRule.atMost(Measure.MISSING, .05),
      DataRule.atMost(Measure.OUT_OF_RANGE, .05).on("distance"),
      DataRule.atMost(Measure.UNSEEN, .05).on("airport"),
      DataRule.atMost(Measure.DISTINCT, 500).on("airport")
    };
    var clean = builder().alertWhenData(rules).build();
    feed(clean, Fleet.trips(20_000, 3, 0));
    assertThat(clean.evaluate()).isInstanceOf(Check.Pass.class);

    var dirty = builder().alertWhenData(rules).build();
    List<Fleet.Trip> trips = Fleet.trips(20_000, 3, 0);
    for (int i = 0; i < 1_500; i++) {
      trips.add(new Fleet.Trip(1e9, "new-" + i));
      trips.add(new Fleet.Trip(null, "A9"));
    }
    feed(dirty, trips);
    String sentence = dirty.evaluate().sentence();
    assertThat(sentence)
        .contains("distance: 6.5 % of 23,000 values are missing, more than 5.0 %.")
        .contains("distance: 6.5 % of 23,000 values are outside the range of training")
        .contains("airport: 6.5 % of 23,000 values are no category of training")
        .contains("airport: about 1,5")
        .contains("different values, more than 500.");
    DataQuality quality = dirty.report().orElseThrow().features().get(1).quality();
    assertThat(quality.unseen()).isCloseTo(1_500 / 23_000.0, within(1e-12));
    assertThat(quality.distinct().orElseThrow()).isBetween(1_360.0, 1_660.0);
    assertThat(quality.missing()).isZero();
  }

  @Test
  void dataRules_aFeatureThatIsNotThere_isMistyped() {
    fleet.serve(1, BASELINE);
    var monitor =
        builder().alertWhenData(DataRule.atMost(Measure.MISTYPED, .01).on("distance")).build();
    Schema<Fleet.Trip> only = Fleet.SCHEMA.only("airport");
    for (Fleet.Trip trip : Fleet.trips(500, 1, 0)) {
      monitor.onPrediction(Fleet.prediction("p", null, 1, only.encode(trip), 0.5, START));
    }
    assertThat(monitor.evaluate().sentence())
        .contains("distance: 100.0 % of 500 rows have no such feature");
  }

  @Test
  void dataRules_aFewBadRows_areNoEvidence() {
    fleet.serve(1, BASELINE);
    var monitor = builder().alertWhenData(DataRule.atMost(Measure.MISSING, .05)).build();
    feed(monitor, List.of(new Fleet.Trip(null, "A9"), new Fleet.Trip(null, "A9")));
    feed(monitor, Fleet.trips(20, 1, 0)); // 2 of 22 is 9 %, and may be chance
    assertThat(monitor.evaluate().sentence()).doesNotContain("values are missing, more than");
  }

  @Test
  void classes_otherProportions_drift() {
    List<String> labels =
        Collections.nCopies(500, List.of("ham", "ham", "ham", "spam")).stream()
            .flatMap(List::stream)
            .toList();
    Baseline baseline = BASELINE.withClasses(labels);
    fleet.serve(1, baseline);
    var monitor = builder().predictedClass(p -> p > 0.3 ? "spam" : "ham").build();
    int i = 0;
    for (Fleet.Trip trip : Fleet.trips(2_000, 5, 0)) {
      monitor.onPrediction(fleet.prediction(1, trip, i++ % 2, START)); // half of it is spam now
    }
    FeatureDrift classes =
        monitor.report().orElseThrow().features().stream()
            .filter(f -> f.feature().equals(Baseline.CLASS))
            .findFirst()
            .orElseThrow();
    assertThat(classes.verdict().sentence()).contains("(class): PSI", "spam went from 25.0 % to");
    assertThat(classes.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(Settings.label(ClassProbabilities.named(List.of("a", "b"), .2, .8))).isEqualTo("b");
    assertThat(Settings.label(ClassProbabilities.unnamed(.9, .1))).isEqualTo("0");
    assertThat(Settings.label("x")).isEqualTo("x");
    assertThat(Settings.label(WEEK)).isNull();
  }

  @SuppressWarnings("ArrayRecordComponent")
  record Text(float[] embedding) {}

  private static final Schema<Text> TEXTS = Schema.of(Text.class).withLength("embedding", 64);

  private static List<Text> texts(int n, long seed, double shift) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Text> texts = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      float[] vector = new float[64];
      for (int j = 0; j < 64; j++) {
        vector[j] = (float) (random.nextGaussian() + (j < 16 ? shift : 0));
      }
      texts.add(new Text(vector));
    }
    return texts;
  }

  private static List<FeatureDrift> judgeTexts(Baseline baseline, List<Text> live) {
    DriftCounter counter = new DriftCounter(new ModelVersion("texts", 1), baseline);
    live.forEach(text -> counter.observe(TEXTS.encode(text)));
    return DriftReport.judge(
        baseline, counter.snapshot(), DriftRule.psi().above(0.1), WEEK, Set.of());
  }

  @Test
  void embeddings_shiftOfSomeCoordinates_isSeenInSomeDirection() {
    Baseline baseline = Baseline.fit(TEXTS, texts(20_000, 1, 0)::stream);
    assertThat(baseline.features()).hasSize(4);
    assertThat(judgeTexts(baseline, texts(5_000, 2, 0)))
        .allSatisfy(f -> assertThat(f.verdict()).isInstanceOf(DriftVerdict.Stable.class));
    List<FeatureDrift> shifted = judgeTexts(baseline, texts(5_000, 3, 1.5));
    assertThat(shifted)
        .anySatisfy(f -> assertThat(f.verdict()).isInstanceOf(DriftVerdict.Drifted.class));
    assertThat(shifted.get(0).feature()).isEqualTo("embedding~1");
  }
}
