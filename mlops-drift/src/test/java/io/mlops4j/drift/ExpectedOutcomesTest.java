package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.drift.Quality.Estimate;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExpectedOutcomesTest {
  private static final JsonNode ORACLE = Oracle.read("quality.json");

  private static ScoreCurve curve(JsonNode c) {
    return new ScoreCurve(
        Oracle.longs(c.get("referencePositives")), Oracle.longs(c.get("referenceNegatives")));
  }

  // python oracles/quality.py: sklearn.isotonic.IsotonicRegression
  @Test
  void calibration_labelledScores_equalsScikitLearn() {
    for (JsonNode c : ORACLE.get("estimates")) {
      ScoreCalibration calibration = ScoreCalibration.fit(curve(c));
      double[] expected = Oracle.doubles(c.get("isotonic"));
      for (int i = 0; i < expected.length; i++) {
        assertThat(calibration.probability(i))
            .as("%s, bin %d", c.get("name"), i)
            .isCloseTo(expected[i], within(1e-12));
      }
    }
  }

  // python oracles/quality.py: nannyml.CBPE, which calibrates these itself, and rounds running sums
  // to five digits
  @Test
  void estimates_liveScores_equalNannyMl() {
    for (JsonNode c : ORACLE.get("estimates")) {
      ExpectedOutcomes expected =
          new ExpectedOutcomes(Oracle.longs(c.get("liveScores")), ScoreCalibration.fit(curve(c)));
      assertThat(c.get("nannyml").get("calibrated").asBoolean()).isTrue();
      assertThat(expected.auc().orElseThrow().value())
          .as("AUC, %s", c.get("name"))
          .isCloseTo(c.get("nannyml").get("rocAuc").asDouble(), within(1e-7));
      assertThat(expected.accuracyAt(0.5).orElseThrow().value())
          .as("accuracy, %s", c.get("name"))
          .isCloseTo(c.get("nannyml").get("accuracy").asDouble(), within(1e-9));
    }
  }

  // By hand: p = .9 .8 .3 .1, so TP 1.7, FP .3, FN .4, TN 1.6; AUC by scikit-learn with weights.
  @Test
  void estimates_fourScores_areThoseByHand() {
    long[] scores = new long[200];
    ScoreCurve labelled = labelledAt(new int[] {20, 60, 160, 180}, new double[] {.1, .3, .8, .9});
    for (int bin : new int[] {20, 60, 160, 180}) {
      scores[bin] = 1;
    }
    ExpectedOutcomes expected = new ExpectedOutcomes(scores, ScoreCalibration.fit(labelled));
    assertThat(expected.accuracyAt(0.5).orElseThrow().value()).isCloseTo(0.825, within(1e-12));
    assertThat(expected.auc().orElseThrow().value()).isCloseTo(0.8634085213, within(1e-9));
    assertThat(expected.unseenShare()).isZero();
  }

  private static ScoreCurve labelledAt(int[] bins, double[] shares) {
    long[] positives = new long[200];
    long[] negatives = new long[200];
    for (int i = 0; i < bins.length; i++) {
      positives[bins[i]] = Math.round(1_000_000 * shares[i]);
      negatives[bins[i]] = 1_000_000 - positives[bins[i]];
    }
    return new ScoreCurve(positives, negatives);
  }

  @Test
  void standardErrors_labelsDrawnAsExpected_coverNinetyFivePercent() {
    SplittableRandom random = new SplittableRandom(8);
    int[] covered = new int[4];
    int runs = 300;
    for (int run = 0; run < runs; run++) {
      WindowQuality reference = window();
      WindowQuality live = window();
      draw(reference, 2_000, random);
      draw(live, 500, random);
      Quality truth = live.quality(Fleet.START, Fleet.START);
      ExpectedOutcomes expected =
          new ExpectedOutcomes(
              live.scores(), ScoreCalibration.fit(reference.curve().orElseThrow()));
      QualityMetric[] metrics = {
        QualityMetric.AUC, QualityMetric.ACCURACY, QualityMetric.BRIER, QualityMetric.LOG_LOSS
      };
      for (int m = 0; m < 4; m++) {
        Estimate estimate = metrics[m].of(expected).orElseThrow();
        double off = estimate.value() - metrics[m].of(truth).orElseThrow().value();
        covered[m] += Math.abs(off) <= 1.96 * estimate.standardError() ? 1 : 0;
      }
    }
    // 95 % of 300 runs, less four standard errors of 1.3 %; isotonic fits are a little too sharp.
    for (int c : covered) {
      assertThat(c).isBetween((int) (0.88 * runs), runs - 1);
    }
  }

  private static WindowQuality window() {
    return new WindowQuality(new WindowQuality.Shape(Task.BINARY, 50, null));
  }

  private static void draw(WindowQuality window, int n, SplittableRandom random) {
    for (int i = 0; i < n; i++) {
      double score = random.nextDouble();
      window.predicted(score);
      window.labelled(score, random.nextDouble() < 0.2 + 0.5 * score ? 1 : 0, 1);
    }
  }

  @Test
  void estimates_scoresNoLabelVouchesFor_areSaid() {
    long[] scores = new long[200];
    scores[10] = 30;
    scores[60] = 70;
    ExpectedOutcomes expected =
        new ExpectedOutcomes(
            scores, ScoreCalibration.fit(labelledAt(new int[] {60}, new double[] {.3})));
    assertThat(expected.unseenShare()).isEqualTo(0.3);
    assertThat(new ExpectedOutcomes(new long[200], ScoreCalibration.identity(200)).auc()).isEmpty();
    assertThat(new ExpectedOutcomes(new long[200], ScoreCalibration.identity(200)).brier())
        .isEmpty();
    ScoreCalibration nothing = ScoreCalibration.fit(new ScoreCurve(new long[200], new long[200]));
    assertThat(nothing.probability(100)).isEqualTo(0.5025);
  }
}
