package io.mlops4j.pipeline.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is on which side of a fold: nothing that a model could not have known. */
class FoldsTest {
  record Visit(String patient, Instant at, double value) {}

  private static final Schema<Visit> SCHEMA = Schema.of(Visit.class);

  private static LabeledDataset<Visit> visits(int n, long seed) {
    Random random = new Random(seed);
    List<Labeled<Visit>> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Instant at = Instant.ofEpochSecond(random.nextInt(2 * n));
      rows.add(new Labeled<>(new Visit("p" + random.nextInt(n / 4 + 2), at, i), random.nextInt(3)));
    }
    return LabeledDataset.of(SCHEMA, rows);
  }

  private static List<Visit> rows(LabeledDataset<Visit> data) {
    return data.features().toList();
  }

  @Property(tries = 60)
  void grouped_anyData_noGroupIsOnBothSidesAndEachRowIsTestedOnce(
      @ForAll @IntRange(min = 12, max = 80) int n, @ForAll long seed) {
    LabeledDataset<Visit> data = visits(n, seed);
    long groups = data.features().map(Visit::patient).distinct().count();
    Folds<Visit> folds = Folds.grouped(data, (int) Math.min(3, groups), Visit::patient);
    Set<Visit> tested = new HashSet<>();
    for (Fold<Visit> fold : folds.folds()) {
      Set<String> train = new HashSet<>();
      rows(fold.train()).forEach(v -> train.add(v.patient()));
      assertThat(rows(fold.test())).noneMatch(v -> train.contains(v.patient()));
      rows(fold.test()).forEach(v -> assertThat(tested.add(v)).isTrue());
      assertThat(fold.train().rows() + fold.test().rows()).isEqualTo(n);
    }
    assertThat(tested).hasSize(n);
  }

  @Property(tries = 60)
  void timeOrdered_anyData_everyTrainingLabelWasKnownBeforeTheFirstTest(
      @ForAll @IntRange(min = 30, max = 90) int n,
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 5) int horizon) {
    Duration known = Duration.ofSeconds(horizon);
    Folds<Visit> folds =
        Folds.timeOrdered(visits(n, seed), Visit::at, TimeFolds.of(3).withHorizon(known));
    for (Fold<Visit> fold : folds.folds()) {
      Instant first =
          rows(fold.test()).stream().map(Visit::at).min(Instant::compareTo).orElseThrow();
      assertThat(rows(fold.train()))
          .isNotEmpty()
          .allMatch(v -> v.at().isBefore(first) && !v.at().plus(known).isAfter(first));
    }
  }

  @Property(tries = 60)
  void purged_anyData_noLabelReachesFromOneSideToTheOther(
      @ForAll @IntRange(min = 40, max = 90) int n,
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 4) int horizon,
      @ForAll @IntRange(min = 0, max = 4) int embargo) {
    Duration known = Duration.ofSeconds(horizon);
    TimeFolds how = TimeFolds.of(4).withHorizon(known).withEmbargo(Duration.ofSeconds(embargo));
    Folds<Visit> folds = Folds.purged(visits(n, seed), Visit::at, how);
    long tested = 0;
    for (Fold<Visit> fold : folds.folds()) {
      List<Instant> test = rows(fold.test()).stream().map(Visit::at).sorted().toList();
      Instant first = test.get(0);
      Instant last = test.get(test.size() - 1);
      for (Visit v : rows(fold.train())) {
        boolean before = v.at().isBefore(first) && !v.at().plus(known).isAfter(first);
        boolean after =
            v.at().isAfter(last) && !v.at().isBefore(last.plus(known).plusSeconds(embargo));
        assertThat(before || after).isTrue();
      }
      assertThat(fold.train().rows() + fold.test().rows() + fold.purged()).isEqualTo(n);
      tested += fold.test().rows();
    }
    assertThat(tested).isEqualTo(n);
  }

  @Test
  void kFold_timeIgnored_leaksAndTimeOrderedDoesNot() {
    // The control of the two properties above: the same check fails for folds that ignore time.
    LabeledDataset<Visit> data = visits(60, 1);
    Fold<Visit> fold = Folds.kFold(data, 3, OptionalLong.of(1)).folds().get(0);
    Instant first = rows(fold.test()).stream().map(Visit::at).min(Instant::compareTo).orElseThrow();
    assertThat(rows(fold.train())).anyMatch(v -> !v.at().isBefore(first));
    assertThat(fold.purged()).isZero();
  }

  @Test
  void repeatedRows_copies_areCounted() {
    List<Labeled<Visit>> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(new Labeled<>(new Visit("p", Instant.EPOCH, Math.floorDiv(i, 2)), i % 2));
    }
    LabeledDataset<Visit> data = LabeledDataset.of(SCHEMA, rows);
    assertThat(Folds.kFold(data, 2, OptionalLong.of(3)).repeatedRows()).anyMatch(n -> n > 0);
    assertThat(Folds.grouped(data, 2, v -> "g" + v.value()).repeatedRows()).containsExactly(0L, 0L);
  }

  @Test
  void shuffled_sameSeed_sameFolds() {
    LabeledDataset<Visit> data = visits(50, 4);
    assertThat(rows(Folds.kFold(data, 5, OptionalLong.of(9)).folds().get(2).test()))
        .isEqualTo(rows(Folds.kFold(data, 5, OptionalLong.of(9)).folds().get(2).test()));
    assertThat(rows(Folds.stratified(data, 5, OptionalLong.of(9)).folds().get(2).test()))
        .isEqualTo(rows(Folds.stratified(data, 5, OptionalLong.of(9)).folds().get(2).test()))
        .isNotEqualTo(rows(Folds.stratified(data, 5, OptionalLong.of(8)).folds().get(2).test()));
  }

  @Test
  void score_folds_meanAndSpread() {
    Folds<Visit> folds = Folds.kFold(visits(30, 4), 3, OptionalLong.empty());
    CrossValidation scores = folds.score(fold -> List.of(0.7, 0.8, 0.6).get(fold.number()));
    assertThat(scores.mean()).isCloseTo(0.7, within(1e-12));
    assertThat(scores.standardDeviation()).isCloseTo(0.1, within(1e-12));
    assertThat(folds).hasToString("3 folds of 30 rows, train/test [20/10, 20/10, 20/10]");
    assertThatThrownBy(() -> new CrossValidation(Collections.emptyList()))
        .hasMessageContaining("one per fold");
  }

  @Test
  void folds_impossible_sayWhatIsExpected() {
    LabeledDataset<Visit> data = visits(12, 4);
    assertThatThrownBy(() -> Folds.kFold(data, 1, OptionalLong.empty()))
        .hasMessage("k: 1 (expected: 2..12, the number of rows)");
    assertThatThrownBy(() -> Folds.grouped(data, 9, v -> "one"))
        .hasMessage("k: 9 (expected: 2..1, the number of groups)");
    assertThatThrownBy(() -> Folds.stratified(data, 12, OptionalLong.empty()))
        .hasMessageContaining("most frequent class");
    assertThatThrownBy(() -> Folds.timeOrdered(data, Visit::at, TimeFolds.of(12)))
        .hasMessageContaining("more than 12 test periods");
    assertThatThrownBy(() -> Folds.purged(data, Visit::at, TimeFolds.of(1)))
        .hasMessageContaining("expected: 2..12");
    assertThatThrownBy(
            () ->
                Folds.timeOrdered(data, Visit::at, TimeFolds.of(3).withHorizon(Duration.ofDays(1))))
        .hasMessageContaining("no training row left");
    assertThatThrownBy(() -> TimeFolds.of(0)).hasMessageContaining("folds: 0");
    assertThatThrownBy(() -> TimeFolds.of(2).withHorizon(Duration.ofDays(-1)))
        .hasMessageContaining("horizon");
    assertThatThrownBy(() -> TimeFolds.of(2).withTestRows(-1)).hasMessageContaining("testRows");
  }
}
