package io.mlops4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.ModelSource;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.Predictor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What is compared must do the same, or the comparison means nothing. */
class SubjectsTest {

  @Test
  void mlp_rawAndOurs_answerTheSame() {
    float[][] rows = Inputs.rows(128, Mlp.WIDTH);
    try (RawOnnx one = RawOnnx.open(1);
        RawOnnx many = RawOnnx.open(128);
        Predictor<float[], Double> ours = Mlp.serving().build()) {
      double sum = 0;
      for (float[] row : rows) {
        double answer = ours.predict(row);
        assertThat(one.pinned(row)).isCloseTo(answer, within(1e-6));
        assertThat(one.obvious(new float[][] {row})).isCloseTo(answer, within(1e-6));
        sum += answer;
      }
      double together =
          ours.predictAll(List.of(rows)).stream().mapToDouble(Double::doubleValue).sum();
      assertThat(together).isCloseTo(sum, within(1e-4));
      assertThat(many.pinned(rows)).isCloseTo(sum, within(1e-4));
      assertThat(many.obvious(rows)).isCloseTo(sum, within(1e-4));
      assertThat(sum).isBetween(1.0, 127.0);
    }
  }

  @Test
  void arms_weightsAndPosteriors_chooseAlike() {
    Arms arms = new Arms(5);
    int n = 40_000;
    double[] drawn = new double[5];
    double[] decided = new double[5];
    for (int i = 0; i < n; i++) {
      drawn[arms.drawPosteriors()] += 1.0 / n;
      decided[arms.decide()] += 1.0 / n;
    }
    double[] expected = arms.probabilities();
    for (int i = 0; i < 5; i++) {
      assertThat(decided[i]).isCloseTo(expected[i], within(0.015));
      // The published weights have a floor of 0.01 for every arm.
      assertThat(0.01 + 0.95 * drawn[i]).isCloseTo(expected[i], within(0.015));
    }
  }

  @Test
  void splits_oursAndPeers_giveATenthToTheChallenger() {
    String[] ids = Inputs.ids(Inputs.COUNT);
    var experiment = BucketingBenchmark.split();
    try (OptimizelySplit optimizely = new OptimizelySplit();
        VendorSplits vendors = new VendorSplits()) {
      double ours = Arrays.stream(ids).mapToInt(experiment::armIndex).sum();
      double theirs =
          Arrays.stream(ids).filter(id -> optimizely.variation(id).equals("challenger")).count();
      double md5 = Arrays.stream(ids).mapToInt(RatioChecks::md5Arm).sum();
      assertThat(ours / ids.length).isCloseTo(0.1, within(0.025));
      assertThat(theirs / ids.length).isCloseTo(0.1, within(0.025));
      assertThat(md5 / ids.length).isCloseTo(0.1, within(0.025));
      assertThat(share(ids, id -> vendors.launchDarkly(id).equals("challenger")))
          .isCloseTo(0.1, within(0.025));
      assertThat(share(ids, id -> vendors.planOut(id).equals("challenger")))
          .isCloseTo(0.1, within(0.025));
      assertThat(share(ids, id -> vendors.eppoShard(id) < 1_000)).isCloseTo(0.1, within(0.025));
      assertThat(share(ids, id -> vendors.unleashNumber(id) <= 10)).isCloseTo(0.1, within(0.025));
    }
    assertThat(ids).hasSize(4096).doesNotHaveDuplicates().allMatch(id -> id.length() == 36);
  }

  private static double share(String[] ids, Predicate<String> challenger) {
    return (double) Arrays.stream(ids).filter(challenger).count() / ids.length;
  }

  @Test
  void driftCells_values_fallIntoTwentyCells() {
    DriftCells cells = new DriftCells();
    double[] values = Inputs.numbers(Inputs.COUNT);
    for (double value : values) {
      cells.count(value);
    }
    assertThat(cells.counted()).isEqualTo(values.length);
    assertThat(cells.cellsHit()).isEqualTo(20);
    assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(0, within(0.05));
  }

  @Test
  void champion_inMemory_isSelected() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      assertThat(Champion.of(registry).current()).isInstanceOf(ModelSource.Selected.class);
    }
  }

  @Test
  void flights_release_answersProbabilities() {
    Flights flights = new Flights();
    try (Predictor<Flights.Flight, Double> predictor =
        Predictor.from(new SwitchedSource<>(flights.release(1))).build()) {
      for (int i = 0; i < 100; i++) {
        assertThat(predictor.predict(flights.flight(i))).isBetween(0.0, 1.0);
      }
    }
  }
}
