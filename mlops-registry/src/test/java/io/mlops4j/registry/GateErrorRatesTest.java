package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.evaluation.Confidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.evaluation.PairedDifference;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.stats.Correction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * How often gates are wrong, by simulation: models whose true difference is known are judged on
 * rows drawn anew each time. docs/promotion.md has the numbers of the long run ({@code -Pproof}).
 *
 * <p>Both models see one signal, each with noise of its own: score = mu label + z + sigma e, so AUC
 * = Phi(mu / sqrt(2 (1 + sigma^2))). Rates are compared with what the test's theory says, and with
 * {@code oracles/gates.py}, which computes DeLong's variance in another way.
 */
class GateErrorRatesTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int EQUAL = PROOF ? 10_000 : 400;

  /** Four standard deviations: a wrong alarm of this test once in 16,000 seeds. */
  private static final double SIGMAS = 4;

  private static final double SHARE = 0.2;
  // norm.ppf(0.75) * np.sqrt(2 * 1.25)
  private static final double MU = 1.06646193452881;
  private static final double ALPHA = 0.05;
  private static final Metric ACCURACY = Metric.accuracyAt(1.5);
  private static final GatePolicy AUC_GATE =
      policy(Gate.significantlyBetter(Correction.HOLM, ALPHA, Metric.AUC));

  private static GatePolicy policy(Gate gate) {
    return GatePolicy.named("simulated").require(gate);
  }

  /** Scores of two models on the same rows. */
  private static final class Scores {
    final double[] candidate;
    final double[] champion;
    final boolean[] labels;

    Scores(int n) {
      candidate = new double[n];
      champion = new double[n];
      labels = new boolean[n];
    }
  }

  /** What a run of many candidates came to: the share that each policy passed. */
  private record Rates(Map<GatePolicy, Double> shares, double covered) {
    double passed(GatePolicy policy) {
      return shares.getOrDefault(policy, Double.NaN);
    }
  }

  private static Scores scores(Random random, int n, double sigma) {
    Scores scores = new Scores(n);
    for (int i = 0; i < n; i++) {
      scores.labels[i] = i < Math.round(SHARE * n);
      double signal = (scores.labels[i] ? MU : 0) + random.nextGaussian();
      scores.candidate[i] = signal + sigma * random.nextGaussian();
      scores.champion[i] = signal + 0.5 * random.nextGaussian();
    }
    return scores;
  }

  /** The noise with which a model has this AUC; {@code mu / Phi^-1(auc)}, from SciPy. */
  private static double noise(double quantile) {
    return Math.sqrt(MU / quantile * (MU / quantile) / 2 - 1);
  }

  private static final double EQUAL_NOISE = 0.5;
  private static final double BETTER_NOISE = noise(0.7063025628400874); // norm.ppf(0.76)
  private static final double WORSE_NOISE = noise(0.643345405392917); // norm.ppf(0.74)

  /** Judges many candidates; each policy sees the same evidence. */
  private static Rates run(
      int candidates,
      Supplier<Scores> drawn,
      Metric accuracy,
      double truth,
      GatePolicy... policies) {
    Map<GatePolicy, int[]> passed = new LinkedHashMap<>();
    for (GatePolicy policy : policies) {
      passed.put(policy, new int[1]);
    }
    int covered = 0;
    for (int i = 0; i < candidates; i++) {
      Scores scores = drawn.get();
      PairedComparison comparison =
          PairedComparison.binary(
              "m:1",
              "champion",
              scores.candidate,
              scores.champion,
              scores.labels,
              0.5,
              List.of(Metric.AUC, accuracy),
              Confidence.withDefaults());
      PairedDifference auc = Objects.requireNonNull(comparison.differences().get(Metric.AUC));
      covered +=
          auc.interval().orElseThrow().low() <= truth && truth <= auc.interval().get().high()
              ? 1
              : 0;
      EvaluationReport candidate = report("m:2", comparison, true).with(comparison);
      EvaluationReport champion = report("m:1", comparison, false);
      passed.forEach(
          (policy, count) ->
              count[0] += policy.judge(candidate, champion).verdict() == Verdict.PASS ? 1 : 0);
    }
    Map<GatePolicy, Double> shares = new LinkedHashMap<>();
    passed.forEach((policy, count) -> shares.put(policy, (double) count[0] / candidates));
    return new Rates(shares, (double) covered / candidates);
  }

  private static EvaluationReport report(String version, PairedComparison of, boolean candidate) {
    Map<Metric, io.mlops4j.evaluation.MetricValue> values = new LinkedHashMap<>();
    of.differences()
        .forEach((metric, d) -> values.put(metric, candidate ? d.candidate() : d.champion()));
    return new EvaluationReport(
        version,
        "simulated",
        Models.DATASET,
        of.rows(),
        OptionalLong.empty(),
        values,
        "test",
        "1",
        Models.NOON);
  }

  private static double error(double rate, int n) {
    return SIGMAS * Math.sqrt(rate * (1 - rate) / n);
  }

  @Test
  void significance_equalCandidates_passesNoMoreOftenThanStated() {
    Random random = new Random(20261126);
    GatePolicy accuracy = policy(Gate.significantlyBetter(Correction.NONE, ALPHA, ACCURACY));
    GatePolicy both =
        policy(Gate.significantlyBetter(Correction.HOLM, ALPHA, Metric.AUC, ACCURACY));
    GatePolicy point = policy(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0)));

    Rates rates =
        run(
            EQUAL,
            () -> scores(random, 500, EQUAL_NOISE),
            ACCURACY,
            0,
            AUC_GATE,
            accuracy,
            both,
            point);

    double most = ALPHA + error(ALPHA, EQUAL);
    show("equal, n = 500", rates);
    assertThat(rates.passed(AUC_GATE)).isLessThan(most);
    assertThat(rates.passed(accuracy)).isLessThan(most);
    assertThat(rates.passed(both)).isLessThan(most);
    // The test is two-sided and only "better" passes: half of alpha, and not never.
    assertThat(rates.passed(AUC_GATE)).isCloseTo(ALPHA / 2, within(error(ALPHA / 2, EQUAL)));
    assertThat(rates.covered()).isCloseTo(0.95, within(error(0.95, EQUAL)));
    // Negative control: whoever looks at the point estimate promotes every second equal candidate.
    assertThat(rates.passed(point)).isCloseTo(0.5, within(error(0.5, EQUAL))).isGreaterThan(most);
  }

  @Test
  void significance_betterCandidate_passesAsOftenAsTheOracleSays() throws IOException {
    JsonNode oracle = oracle();
    assertThat(oracle.path("mu").asDouble()).isCloseTo(MU, within(1e-9));
    assertThat(oracle.path("sigma").asDouble()).isCloseTo(BETTER_NOISE, within(1e-9));
    for (JsonNode row : oracle.path("rows")) {
      int n = row.path("n").asInt();
      if (row.path("auc").asDouble() != 0.76 || (n > 4_000 && !PROOF)) {
        continue;
      }
      int runs = PROOF ? 2_000 : 200_000 / n;
      Random random = new Random(n);

      Rates rates = run(runs, () -> scores(random, n, BETTER_NOISE), ACCURACY, 0.01, AUC_GATE);

      show("better by 0.01, n = " + n + ", " + runs + " runs", rates);
      double expected = row.path("passes").asDouble();
      double spread = Math.hypot(error(expected, runs), error(expected, row.path("runs").asInt()));
      assertThat(rates.passed(AUC_GATE)).as("n = %d", n).isCloseTo(expected, within(spread));
      assertThat(rates.covered()).as("n = %d", n).isCloseTo(0.95, within(error(0.95, runs)));
    }
  }

  @Test
  void notInferior_candidateWorseByTheMargin_passesNoMoreOftenThanStated() {
    Random random = new Random(7);
    GatePolicy gate = policy(Gate.metric(Metric.AUC).notInferiorBy(Margin.absolute(0.01)));
    GatePolicy point = policy(Gate.metric(Metric.AUC).atLeast(0.74));

    Rates rates = run(EQUAL, () -> scores(random, 500, WORSE_NOISE), ACCURACY, -0.01, gate, point);

    show("worse by 0.01, margin 0.01, n = 500", rates);
    // One side of a 95 % interval.
    assertThat(rates.passed(gate)).isCloseTo(0.025, within(error(0.025, EQUAL)));
    assertThat(rates.covered()).isCloseTo(0.95, within(error(0.95, EQUAL)));
    // Negative control: a bound on the estimate is kept every second time.
    assertThat(rates.passed(point)).isBetween(0.4, 0.6);
  }

  /** Held-out flights with the answers of two real models. */
  record Answer(double linear, double lightgbm, int late) {}

  /**
   * On real scores: which of the two models gave which answer is drawn anew for each row, so that
   * neither is better, whatever the scores look like.
   */
  @Test
  void significance_realScoresOfEqualModels_passesNoMoreOftenThanStated() {
    List<Answer> flights =
        Dataset.csv(
                Path.of("../examples/from-python/data/flights-heldout.csv"),
                Schema.of(Answer.class))
            .inMemory()
            .stream()
            .toList();
    Random random = new Random(11);
    Metric late = Metric.accuracyAt(0.25);
    GatePolicy accuracy = policy(Gate.significantlyBetter(Correction.NONE, ALPHA, late));

    Rates rates = run(EQUAL, () -> swapped(random, flights), late, 0, AUC_GATE, accuracy);

    show("real scores, swapped, n = " + flights.size(), rates);
    assertThat(rates.passed(AUC_GATE)).isCloseTo(0.025, within(error(0.025, EQUAL)));
    // McNemar's exact test is on the safe side: below the half of alpha, and not never.
    assertThat(rates.passed(accuracy)).isLessThan(ALPHA / 2 + error(ALPHA / 2, EQUAL)).isPositive();
  }

  private static Scores swapped(Random random, List<Answer> flights) {
    int n = flights.size();
    Scores scores = new Scores(n);
    for (int i = 0; i < n; i++) {
      Answer answer = flights.get(i);
      boolean swap = random.nextBoolean();
      scores.candidate[i] = swap ? answer.linear() : answer.lightgbm();
      scores.champion[i] = swap ? answer.lightgbm() : answer.linear();
      scores.labels[i] = answer.late() == 1;
    }
    return scores;
  }

  /** What the page has: shown by the long run only. */
  private static void show(String what, Rates rates) {
    if (PROOF) {
      rates
          .shares()
          .forEach(
              (policy, share) ->
                  System.out.printf(
                      "%s: %s passes %.4f, interval covers %.4f%n",
                      what, policy.gates().get(0).requirement(), share, rates.covered()));
    }
  }

  private static JsonNode oracle() throws IOException {
    return Json.parse(Files.readAllBytes(Path.of("../oracles/gates.json")), "oracles/gates.json");
  }
}
