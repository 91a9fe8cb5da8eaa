package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.drift.Quality.CalibrationBin;
import io.mlops4j.drift.Quality.Estimate;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LabelledScoresTest {
  private static WindowQuality window(int bins) {
    return new WindowQuality(new WindowQuality.Shape(Task.BINARY, bins, null));
  }

  private static Quality quality(double[] scores, double[] labels, int bins) {
    WindowQuality counts = window(bins);
    for (int i = 0; i < scores.length; i++) {
      counts.predicted(scores[i]);
      counts.labelled(scores[i], labels[i], 1);
    }
    return counts.quality(START, START);
  }

  // python oracles/evaluation.py: sklearn.metrics roc_auc_score, log_loss, brier_score_loss
  @Test
  void quality_samples_equalsScikitLearn() {
    for (JsonNode c : Oracle.read("classification.json").get("classification")) {
      String name = c.get("name").asText();
      Quality quality =
          quality(Oracle.doubles(c.get("scores")), Oracle.doubles(c.get("labels")), 10_000);
      assertThat(quality.logLoss().orElseThrow().value())
          .as(name)
          .isCloseTo(c.get("logLoss").doubleValue(), within(1e-12));
      assertThat(quality.brier().orElseThrow().value())
          .as(name)
          .isCloseTo(c.get("brier").doubleValue(), within(1e-12));
      assertThat(quality.calibrationError().orElseThrow())
          .as(name)
          .isCloseTo(c.get("ece").doubleValue(), within(1e-12));
      if (c.get("rocAuc").isNull() || quality.positives() < 2) {
        assertThat(quality.auc()).as(name).isEmpty();
      } else {
        Estimate auc = quality.auc().orElseThrow();
        assertThat(auc.value())
            .as(name)
            .isCloseTo(c.get("rocAuc").doubleValue(), within(auc.roundingError() + 1e-12));
      }
    }
  }

  // sklearn rocAuc of "small with ties": all scores that share a bin are equal, so no error at all.
  @Test
  void auc_tiesOnly_isExact() {
    double[] scores = {0.1, 0.4, 0.4, 0.35, 0.8, 0.5, 0.5, 0.7, 0.3, 0.9, 0.3, 0.1};
    double[] labels = {0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0};
    assertThat(quality(scores, labels, 1_000).auc().orElseThrow().value())
        .isCloseTo(0.8472222222222223, within(1e-15));
  }

  @Property(tries = 200)
  void auc_anyScores_liesWithinItsRoundingError(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 200) int bins) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] scores = random.doubles(60).toArray();
    double[] labels = random.ints(60, 0, 2).asDoubleStream().toArray();
    labels[0] = labels[1] = 0;
    labels[2] = labels[3] = 1;
    Estimate auc = quality(scores, labels, bins).auc().orElseThrow();
    assertThat(auc.value())
        .isCloseTo(exactAuc(scores, labels), within(auc.roundingError() + 1e-12));
    assertThat(auc.standardError()).isBetween(0.0, 0.5);
  }

  private static double exactAuc(double[] scores, double[] labels) {
    double wins = 0;
    double pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          pairs++;
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    return wins / pairs;
  }

  @Test
  void auc_standardError_equalsTheSpreadOfRepeatedSamples() {
    SplittableRandom random = new SplittableRandom(1);
    double sum = 0;
    double squares = 0;
    double stated = 0;
    int runs = 2_000;
    for (int run = 0; run < runs; run++) {
      double[] scores = new double[300];
      double[] labels = new double[300];
      for (int i = 0; i < 300; i++) {
        scores[i] = random.nextDouble();
        labels[i] = random.nextDouble() < 0.2 + 0.5 * scores[i] ? 1 : 0;
      }
      Estimate auc = quality(scores, labels, 1_000).auc().orElseThrow();
      sum += auc.value();
      squares += auc.value() * auc.value();
      stated += auc.standardError() / runs;
    }
    double spread = Math.sqrt(squares / runs - (sum / runs) * (sum / runs));
    assertThat(stated).isCloseTo(spread, within(0.05 * spread));
  }

  // By hand: bins [0.1, 0.2) and [0.8, 0.9): |0.3 - 1| + |1.7 - 1| over 4.
  @Test
  void calibrationError_twoBins_isTheWeightedGap() {
    Quality quality =
        quality(new double[] {0.15, 0.15, 0.85, 0.85}, new double[] {0, 1, 1, 0}, 100);
    assertThat(quality.calibrationError().orElseThrow()).isCloseTo(0.35, within(1e-12));
    assertThat(quality.calibration())
        .containsExactly(new CalibrationBin(0.15, 0.5, 2), new CalibrationBin(0.85, 0.5, 2));
  }

  @Test
  void quality_nothing_isUndefinedNotZero() {
    Quality quality = quality(new double[0], new double[0], 10);
    assertThat(quality.auc()).isEmpty();
    assertThat(quality.logLoss()).isEmpty();
    assertThat(quality.brier()).isEmpty();
    assertThat(quality.calibrationError()).isEmpty();
    assertThat(quality.coverage()).isZero();
  }

  @Test
  void add_twoHalves_equalsTheWhole() {
    double[] scores = {0, 1, 0.5, 0.25, 0.75, 0.1};
    double[] labels = {0, 1, 1, 0, 0, 1};
    WindowQuality left = window(50);
    WindowQuality right = window(50);
    for (int i = 0; i < scores.length; i++) {
      WindowQuality half = i % 2 == 0 ? left : right;
      half.predicted(scores[i]);
      half.labelled(scores[i], labels[i], 1);
    }
    left.addAll(right);
    Quality whole = quality(scores, labels, 50);
    Quality sum = left.quality(START, START);
    assertThat(sum.auc()).isEqualTo(whole.auc());
    assertThat(sum.predictions()).isEqualTo(6);
    assertThat(sum.brier()).isEqualTo(whole.brier());
  }
}
