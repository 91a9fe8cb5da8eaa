package io.mlops4j.delivery.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against scipy: oracles/shadow.py. */
class ShadowStatisticsTest {
  private static final JsonNode ORACLE = read();

  private static JsonNode read() {
    try (InputStream in = ShadowStatisticsTest.class.getResourceAsStream("/shadow.json")) {
      return Json.parse(Objects.requireNonNull(in).readAllBytes(), "shadow.json");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ScoreCells cells(JsonNode of) {
    return of.get("liveCells").size() == 300 || "edges".equals(of.get("name").textValue())
        ? ScoreCells.NUMBERS
        : ScoreCells.PROBABILITIES;
  }

  private static JointCells joint(JsonNode of) {
    ScoreCells cells = cells(of);
    JointCells joint = new JointCells(cells.size());
    for (int i = 0; i < of.get("live").size(); i++) {
      joint.add(
          cells.cellOf(of.get("live").get(i).doubleValue()),
          cells.cellOf(of.get("candidate").get(i).doubleValue()),
          1);
    }
    return joint;
  }

  @Test
  void cells_ofScores_areThoseOfTheDefinition() {
    for (JsonNode of : ORACLE.get("cases")) {
      for (String side : new String[] {"live", "candidate"}) {
        for (int i = 0; i < of.get(side).size(); i++) {
          assertThat(cells(of).cellOf(of.get(side).get(i).doubleValue()))
              .as("%s %s %d", of.get("name"), side, i)
              .isEqualTo(of.get(side + "Cells").get(i).intValue());
        }
      }
    }
  }

  @Test
  void cells_ascendWithScores_andStayInside() {
    SplittableRandom random = new SplittableRandom(5);
    for (ScoreCells cells : ScoreCells.values()) {
      for (int i = 0; i < 20_000; i++) {
        double scale = Math.scalb(1.0, random.nextInt(cells == ScoreCells.NUMBERS ? 80 : 20) - 40);
        double a =
            cells == ScoreCells.NUMBERS ? random.nextDouble(-1, 1) * scale : random.nextDouble();
        double b = random.nextBoolean() ? a * random.nextDouble() : random.nextDouble();
        assertThat(cells.cellOf(a)).isBetween(0, cells.size() - 1);
        assertThat(Integer.compare(cells.cellOf(a), cells.cellOf(b))).isIn(0, Double.compare(a, b));
      }
      assertThat(cells.cellOf(Double.POSITIVE_INFINITY)).isEqualTo(cells.size() - 1);
      assertThat(cells.cellOf(Double.NEGATIVE_INFINITY)).isZero();
    }
  }

  @Test
  void rankAgreementAndPsi_areThoseOfScipy() {
    for (JsonNode of : ORACLE.get("cases")) {
      JointCells joint = joint(of);
      assertThat(joint.rankAgreement().orElseThrow())
          .as("tau of %s", of.get("name"))
          .isCloseTo(of.get("tau").doubleValue(), within(1e-12));
      assertThat(joint.psi().orElseThrow())
          .as("psi of %s", of.get("name"))
          .isCloseTo(of.get("psi").doubleValue(), within(1e-12));
      if (of.get("live").size() > 100) {
        // What the cells cost.
        assertThat(joint.rankAgreement().orElseThrow())
            .isCloseTo(of.get("tauOfScores").doubleValue(), within(0.02));
      }
    }
  }

  @Test
  void rankAgreement_oneSideAllAlike_isUndefined() {
    JointCells joint = new JointCells(5);
    assertThat(joint.rankAgreement()).isEmpty();
    assertThat(joint.psi()).isEmpty();
    joint.add(1, 2, 10);
    joint.add(3, 2, 10);
    assertThat(joint.rankAgreement()).isEmpty();
  }

  @Test
  void logEvidence_isThatOfScipy() {
    for (JsonNode of : ORACLE.get("shares")) {
      assertThat(
              Shares.logEvidence(
                  of.get("hits").longValue(),
                  of.get("rows").longValue(),
                  of.get("limit").doubleValue()))
          .isCloseTo(of.get("logEvidence").doubleValue(), within(1e-7));
    }
  }

  /**
   * A share exactly on its limit, looked at after every row: at most 5 % of shadows are ever told
   * something. Negative control: a fixed-sample test at the same level, looked at as often, tells
   * something in far more.
   */
  @Test
  void side_lookedAtAfterEveryRow_isWrongAtMostInOneOfTwenty() {
    SplittableRandom random = new SplittableRandom(20261126);
    int told = 0;
    int naive = 0;
    int runs = 400;
    for (int run = 0; run < runs; run++) {
      boolean evidence = false;
      boolean fixed = false;
      long hits = 0;
      for (int n = 1; n <= 2_000; n++) {
        hits += random.nextDouble() < 0.1 ? 1 : 0;
        evidence |= Shares.side(hits, n, 0.1, Shares.ALPHA) != Shares.Side.UNKNOWN;
        fixed |= n > 30 && Math.abs(hits / (double) n - 0.1) > 1.96 * Math.sqrt(0.09 / n);
      }
      told += evidence ? 1 : 0;
      naive += fixed ? 1 : 0;
    }
    assertThat(told).isLessThanOrEqualTo(runs / 20);
    assertThat(naive).isGreaterThan(runs / 5);
  }

  @Test
  void magnitudes_quantiles_areAtMostASixteenthTooHigh() {
    SplittableRandom random = new SplittableRandom(3);
    Magnitudes counts = new Magnitudes();
    double[] values = new double[2_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb(random.nextDouble(1, 2), random.nextInt(60) - 25);
      counts.add(values[i]);
    }
    Arrays.sort(values);
    for (double share : new double[] {0.01, 0.5, 0.99}) {
      double exact = values[(int) Math.ceil(share * values.length) - 1];
      assertThat(counts.quantile(share) / exact).isBetween(1.0, 1.0625);
    }
    assertThat(new Magnitudes().quantile(0.5)).isZero();
  }
}
