package io.mlops4j.experiments.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.VirtualTime;
import io.mlops4j.experiments.WeightVector;
import io.mlops4j.stats.Correction;
import io.mlops4j.stats.JointMoments;
import io.mlops4j.stats.TwoSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Simulations with known truths: false positives and coverage of every kind of interval, each
 * within four binomial errors. {@code -Pproof} runs the counts that docs/experiments.md shows; the
 * table is written to {@code target/experiments-proof.md}.
 */
class CoverageTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private static final Map<String, String> TABLE = new LinkedHashMap<>();

  /** What approximations may add to the binomial error at these sample sizes. */
  private static final double APPROXIMATION = 0.006;

  @AfterAll
  static void write() throws IOException {
    StringBuilder lines =
        new StringBuilder("| what | runs | stated | measured |\n|---|---|---|---|\n");
    TABLE.forEach((what, rest) -> lines.append("| ").append(what).append(rest).append('\n'));
    Files.writeString(Path.of("target", "experiments-proof.md"), lines);
  }

  private static double note(String what, int hits, int runs, String stated) {
    double share = (double) hits / runs;
    TABLE.put(
        what,
        String.format(
            Locale.ROOT,
            " | %,d | %s | %.4f ± %.4f |",
            runs,
            stated,
            share,
            Math.sqrt(share * (1 - share) / runs)));
    return share;
  }

  /**
   * Nothing differs; 10 units arrive every virtual minute, for 1,000 minutes; looked at every
   * minute.
   */
  @Test
  void aa_oneLookAndAThousandLooks_keepFivePercent() {
    int runs = PROOF ? 1_000 : 40;
    int fixedOnce = 0;
    int fixedAlways = 0;
    int validOnce = 0;
    int validAlways = 0;
    int mismatchFixed = 0;
    int mismatchValid = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run);
      VirtualTime time = VirtualTime.startingAt(START);
      ExperimentSums once = aa().oneLook(10_000).build().sums();
      ExperimentSums always = aa().alwaysValid(5_000).build().sums();
      boolean fixed = false;
      boolean valid = false;
      boolean ratioFixed = false;
      boolean ratioValid = false;
      boolean fixedNow = false;
      boolean validNow = false;
      for (int look = 0; look < 1_000; look++) {
        time.advance(Duration.ofMinutes(1));
        for (int unit = 0; unit < 10; unit++) {
          UnitRow row =
              UnitRow.of(Simulated.arm(random)).value("m", random.nextDouble() < 0.2 ? 1 : 0);
          once.add(row);
          always.add(row);
        }
        ExperimentAnalysis one = once.analyse(time.now());
        ExperimentAnalysis any = always.analyse(time.now());
        fixedNow = isClear(one.of("m", "treatment").absolute());
        validNow = isClear(any.of("m", "treatment").absolute());
        fixed |= fixedNow;
        valid |= validNow;
        ratioFixed |= one.traffic().pValue() < 0.05;
        ratioValid |= any.traffic().logEvidence() >= Math.log(20);
      }
      fixedOnce += fixedNow ? 1 : 0;
      fixedAlways += fixed ? 1 : 0;
      validOnce += validNow ? 1 : 0;
      validAlways += valid ? 1 : 0;
      mismatchFixed += ratioFixed ? 1 : 0;
      mismatchValid += ratioValid ? 1 : 0;
    }

    double bound = 0.05 + Simulated.bound(0.05, runs) + APPROXIMATION;
    assertThat(note("A/A, one look: Welch", fixedOnce, runs, "0.05")).isLessThan(bound);
    assertThat(note("A/A, one look: always valid", validOnce, runs, "at most 0.05"))
        .isLessThan(bound);
    assertThat(note("A/A, 1,000 looks: always valid", validAlways, runs, "at most 0.05"))
        .isLessThan(bound);
    assertThat(note("A/A, 1,000 looks: sample ratio, anytime", mismatchValid, runs, "at most 0.05"))
        .isLessThan(bound);
    // Controls: what is only valid once cries wolf.
    assertThat(note("control: A/A, 1,000 looks with Welch", fixedAlways, runs, "not valid"))
        .isGreaterThan(0.25);
    assertThat(
            note(
                "control: sample ratio, chi-square at 1,000 looks",
                mismatchFixed,
                runs,
                "not valid"))
        .isGreaterThan(0.25);
  }

  @Test
  void intervals_everyMetric_coverTheTruth() {
    int runs = PROOF ? 10_000 : 400;
    Tally tally = new Tally();
    for (int run = 0; run < runs; run++) {
      Population population = new Population(new SplittableRandom(run * 31L + 7));
      ExperimentSums once = population.plan().oneLook(800).build().sums();
      ExperimentSums any = population.plan().alwaysValid(800).build().sums();
      for (int unit = 0; unit < 800; unit++) {
        UnitRow row = population.next();
        once.add(row);
        any.add(row);
      }
      tally.count("one look", once.analyse(START));
      tally.count("always valid, at one look", any.analyse(START));
      population.countControls(tally);
    }
    tally.covered.forEach(
        (what, hits) -> {
          boolean control = what.startsWith("control");
          double share =
              note(
                  what,
                  hits,
                  runs,
                  control ? "not valid" : what.contains("always") ? "at least 0.95" : "0.95");
          if (control) {
            assertThat(share).as(what).isLessThan(0.93);
          } else if (what.contains("always")) {
            assertThat(share).as(what).isGreaterThan(0.95 - Simulated.bound(0.95, runs));
          } else {
            assertThat(share)
                .as(what)
                .isBetween(
                    0.95 - Simulated.bound(0.95, runs) - APPROXIMATION,
                    0.95 + Simulated.bound(0.95, runs) + APPROXIMATION);
          }
        });
    assertThat(tally.covered).hasSize(22);
  }

  /** The truth must be in all of 100 intervals at once, of difference and lift. */
  @Test
  void confidenceSequence_hundredLooks_coversAllAtOnce() {
    int runs = PROOF ? 4_000 : 200;
    int missed = 0;
    int missedLift = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run * 17L + 3);
      ExperimentSums sums = plan().metric(Metric.continuous("m")).alwaysValid(2_000).build().sums();
      boolean out = false;
      boolean outLift = false;
      for (int look = 0; look < 100; look++) {
        for (int unit = 0; unit < 50; unit++) {
          String arm = Simulated.arm(random);
          double shift = arm.equals("treatment") ? 1.2 : 1;
          sums.add(UnitRow.of(arm).value("m", -Math.log(1 - random.nextDouble()) * shift));
        }
        Comparison one = sums.analyse(START).of("m", "treatment");
        out |= misses(one.absolute(), 0.2);
        outLift |= misses(one.relative(), 0.2);
      }
      missed += out ? 1 : 0;
      missedLift += outLift ? 1 : 0;
    }

    double bound = 0.05 + Simulated.bound(0.05, runs);
    assertThat(
            note(
                "always valid, misses at any of 100 looks, difference",
                missed,
                runs,
                "at most 0.05"))
        .isLessThan(bound);
    assertThat(
            note(
                "always valid, misses at any of 100 looks, lift", missedLift, runs, "at most 0.05"))
        .isLessThan(bound);
  }

  /** A true loss of exactly the margin, in one segment, must seldom be called safe. */
  @Test
  void guardrail_lossOfTheMargin_isSeldomCalledSafe() {
    int runs = PROOF ? 10_000 : 400;
    int safe = 0;
    int safeAnytime = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run * 13L + 1);
      Metric latency = Metric.continuous("latency").lowerBetter();
      ExperimentSums once =
          plan()
              .metric(Metric.binary("m"))
              .guardrail(latency, Margin.relative(0.1))
              .oneLook(400)
              .build()
              .sums();
      ExperimentSums any =
          plan()
              .metric(Metric.binary("m"))
              .guardrail(latency, Margin.relative(0.1))
              .alwaysValid(400)
              .build()
              .sums();
      for (int unit = 0; unit < 400; unit++) {
        String arm = Simulated.arm(random);
        double mean = arm.equals("treatment") ? 110 : 100;
        UnitRow row = UnitRow.of(arm).value("latency", mean + 40 * random.nextGaussian());
        once.add(row);
        any.add(row);
      }
      safe += isSafe(once) ? 1 : 0;
      safeAnytime += isSafe(any) ? 1 : 0;
    }

    double bound = 0.05 + Simulated.bound(0.05, runs) + APPROXIMATION;
    assertThat(note("guardrail at the margin called safe, one look", safe, runs, "0.05"))
        .isBetween(0.05 - Simulated.bound(0.05, runs) - APPROXIMATION, bound);
    assertThat(
            note(
                "guardrail at the margin called safe, always valid",
                safeAnytime,
                runs,
                "at most 0.05"))
        .isLessThan(bound);
  }

  /** 20 questions, 5 with an effect: families of discoveries and of intervals keep their rates. */
  @Test
  void corrections_twentyQuestions_keepTheirRates() {
    int runs = PROOF ? 20_000 : 1_000;
    int falseHolm = 0;
    int missedBonferroni = 0;
    double falseShare = 0;
    double missedShare = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run * 7L + 5);
      double[] z = new double[20];
      double[] p = new double[20];
      for (int q = 0; q < 20; q++) {
        z[q] = random.nextGaussian() + (q < 5 ? 3 : 0);
        p[q] = TwoSample.difference(z[q], 1, Double.POSITIVE_INFINITY, 0.95).pValue();
      }
      falseHolm += rejected(Correction.HOLM.adjust(p), 5, 20) > 0 ? 1 : 0;
      missedBonferroni += missed(z, Correction.BONFERRONI.alphas(0.05, p), null) > 0 ? 1 : 0;
      double[] adjusted = Correction.BENJAMINI_HOCHBERG.adjust(p);
      int discoveries = rejected(adjusted, 0, 20);
      falseShare += discoveries == 0 ? 0 : (double) rejected(adjusted, 5, 20) / discoveries;
      missedShare +=
          discoveries == 0
              ? 0
              : (double) missed(z, Correction.BENJAMINI_HOCHBERG.alphas(0.05, p), adjusted)
                  / discoveries;
    }

    double bound = 0.05 + Simulated.bound(0.05, runs);
    assertThat(note("Holm: any false discovery", falseHolm, runs, "at most 0.05"))
        .isLessThan(bound);
    assertThat(note("Bonferroni: any interval misses", missedBonferroni, runs, "at most 0.05"))
        .isLessThan(bound);
    assertThat(
            note(
                "Benjamini-Hochberg: share of false discoveries",
                (int) falseShare,
                runs,
                "at most 0.05"))
        .isLessThan(bound);
    assertThat(
            note(
                "Benjamini-Hochberg: share of discoveries' intervals that miss",
                (int) missedShare,
                runs,
                "at most 0.05"))
        .isLessThan(bound);
  }

  /** Effects drawn from the prior: the credible interval and P(better) mean what they say. */
  @Test
  void posterior_effectsFromThePrior_isCalibrated() {
    int runs = PROOF ? 4_000 : 300;
    int covered = 0;
    double claimed = 0;
    int better = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run * 3L + 2);
      ExperimentSums sums =
          plan().metric(Metric.continuous("m")).prior(0.1).oneLook(400).build().sums();
      double lift = 0.1 * random.nextGaussian();
      for (int unit = 0; unit < 400; unit++) {
        String arm = Simulated.arm(random);
        double mean = arm.equals("treatment") ? 10 * (1 + lift) : 10;
        sums.add(UnitRow.of(arm).value("m", mean + 10 * random.nextGaussian()));
      }
      Posterior posterior = sums.analyse(START).of("m", "treatment").posterior().orElseThrow();
      covered += posterior.credible().contains(10 * lift) ? 1 : 0;
      claimed += Math.max(posterior.probabilityBetter(), 1 - posterior.probabilityBetter());
      better += (posterior.probabilityBetter() > 0.5) == (lift > 0) ? 1 : 0;
    }

    assertThat(note("credible interval, effects from the prior", covered, runs, "0.95"))
        .isBetween(0.95 - Simulated.bound(0.95, runs) - APPROXIMATION, 1.0);
    assertThat(
            note(
                "side that P(better) favours is right (claimed on average "
                    + Words.number(claimed / runs)
                    + ")",
                better,
                runs,
                Words.number(claimed / runs)))
        .isBetween(
            claimed / runs - Simulated.bound(0.75, runs) - APPROXIMATION,
            claimed / runs + Simulated.bound(0.75, runs) + APPROXIMATION);
  }

  /** Users with tastes make several decisions each; the candidate's true value is known. */
  @Test
  void offPolicy_simulatedLogs_coverTheTruth() {
    int runs = PROOF ? 4_000 : 250;
    Map<String, Integer> covered = new LinkedHashMap<>();
    int refused = 0;
    int naive = 0;
    for (int run = 0; run < runs; run++) {
      OffPolicyLog log = new OffPolicyLog(new SplittableRandom(run * 5L + 4));
      OffPolicyResult result = log.evaluate(600);
      if (result instanceof OffPolicyResult.Answered answer) {
        for (OffPolicyEstimate estimate : answer.estimates()) {
          covered.merge(
              estimate.estimator(),
              estimate.interval().contains(log.truth()) ? 1 : 0,
              Integer::sum);
          covered.merge(
              estimate.estimator() + ", gain",
              estimate.gain().contains(log.truth() - log.current()) ? 1 : 0,
              Integer::sum);
        }
        naive += log.naiveCovers() ? 1 : 0;
      } else {
        refused++;
      }
    }
    // A mean weight four errors off is refused: by chance one time in some thousands.
    assertThat(refused).isLessThanOrEqualTo(runs / 1_000);
    int answered = runs - refused;
    covered.forEach(
        (what, hits) ->
            assertThat(note("off-policy, " + what, hits, answered, "0.95"))
                .as(what)
                .isBetween(
                    0.95 - Simulated.bound(0.95, runs) - APPROXIMATION,
                    0.95 + Simulated.bound(0.95, runs) + APPROXIMATION));
    assertThat(covered).hasSize(6);
    assertThat(note("control: IPS, decisions as if independent", naive, answered, "not valid"))
        .isLessThan(0.9);
  }

  /** A normal prior: its posterior costs nothing, and nothing here reads it. */
  private static AnalysisBuilder aa() {
    return plan().metric(Metric.binary("m")).prior(1);
  }

  private static AnalysisBuilder plan() {
    return Analysis.named("simulated", Simulated.HALVES);
  }

  private static boolean isClear(Effect effect) {
    return effect instanceof Effect.Measured measured && measured.isClear();
  }

  private static boolean misses(Effect effect, double truth) {
    return effect instanceof Effect.Measured measured && !measured.interval().contains(truth);
  }

  private static boolean isSafe(ExperimentSums sums) {
    return sums.analyse(START).guardrails().get(0).verdict() == GuardrailResult.Verdict.SAFE;
  }

  private static int rejected(double[] adjusted, int from, int to) {
    int count = 0;
    for (int q = from; q < to; q++) {
      count += adjusted[q] <= 0.05 ? 1 : 0;
    }
    return count;
  }

  /** Intervals that miss; of discoveries only, if corrected p-values are given. */
  private static int missed(double[] z, double[] alphas, double @Nullable [] adjusted) {
    int count = 0;
    for (int q = 0; q < z.length; q++) {
      double half = TwoSample.critical(alphas[q], Double.POSITIVE_INFINITY);
      boolean counts = adjusted == null || adjusted[q] <= 0.05;
      count += counts && Math.abs(z[q] - (q < 5 ? 3 : 0)) > half ? 1 : 0;
    }
    return count;
  }

  /** Hits per kind of interval. */
  private static final class Tally {
    final Map<String, Integer> covered = new LinkedHashMap<>();

    void count(String looks, ExperimentAnalysis analysis) {
      for (Comparison one : analysis.overall()) {
        String metric = one.metric().name();
        add(metric + ", " + looks, one.absolute(), Population.truth(metric)[0]);
        add(metric + ", relative, " + looks, one.relative(), Population.truth(metric)[1]);
      }
    }

    private void add(String what, Effect effect, double truth) {
      add(what, effect instanceof Effect.Measured measured && measured.interval().contains(truth));
    }

    void add(String what, boolean hit) {
      covered.merge(what, hit ? 1 : 0, Integer::sum);
    }
  }

  /**
   * Users with a taste: events per user are Poisson in it, spend per event depends on it, and the
   * period before the experiment shares it. All true values are known.
   */
  private static final class Population {
    // Taste t is uniform in (0.5, 1.5); views are 1 + Poisson(3 t). The treatment adds 10 % to the
    // spend per view, 5 points to the binary rate, and 10 % to every latency.
    private static final double MEAN_SPEND = mean(t -> (1 + 3 * t) * t);
    private static final double MEAN_VIEWS = mean(t -> 1 + 3 * t);
    private static final Map<String, double[]> TRUTH =
        Map.of(
            "binary", new double[] {0.05, 0.25},
            "continuous", new double[] {0.1 * MEAN_SPEND, 0.1},
            "ratio", new double[] {0.1 * MEAN_SPEND / MEAN_VIEWS, 0.1},
            "quantile", new double[] {0.1 * Population.median(), 0.1},
            "continuous with CUPED", new double[] {0.1 * MEAN_SPEND, 0.1});

    private final SplittableRandom random;
    private final JointMoments[] views = {JointMoments.of(1), JointMoments.of(1)};
    private final JointMoments[] users = {JointMoments.of(1), JointMoments.of(1)};

    Population(SplittableRandom random) {
      this.random = random;
    }

    AnalysisBuilder plan() {
      return CoverageTest.plan()
          .correcting(Correction.NONE)
          .prior(1)
          .metric(Metric.binary("binary"))
          .metric(Metric.continuous("continuous"))
          .metric(Metric.ratio("ratio"))
          .metric(Metric.quantile("quantile", 0.5))
          .metric(Metric.continuous("continuous with CUPED").withCuped());
    }

    UnitRow next() {
      int arm = random.nextInt(2);
      double lift = arm == 1 ? 1.1 : 1;
      double taste = 0.5 + random.nextDouble();
      int count = 1 + Simulated.poisson(random, 3 * taste);
      double spend = 0;
      double[] latencies = new double[count];
      for (int view = 0; view < count; view++) {
        double one = taste * lift * 2 * random.nextDouble();
        spend += one;
        latencies[view] = lift * taste * (1 + random.nextDouble());
        views[arm].add(one);
      }
      users[arm].add(spend);
      double before = 0;
      for (int view = Simulated.poisson(random, 12 * taste); view >= 0; view--) {
        before += taste * 2 * random.nextDouble();
      }
      return UnitRow.of(Simulated.ARMS.get(arm))
          .value("binary", random.nextDouble() < (arm == 1 ? 0.25 : 0.2) ? 1 : 0)
          .value("continuous", spend)
          .value("continuous with CUPED", spend)
          .before("continuous with CUPED", before)
          .ratio("ratio", spend, count)
          .values("quantile", latencies);
    }

    /** What intervals would be without the clusters, and without control's own error in a lift. */
    void countControls(Tally tally) {
      double truth = truth("ratio")[0];
      tally.add(
          "control: ratio, views as if independent",
          TwoSample.welch(views[0], views[1], 0.95).interval().contains(truth));
      double base = users[0].mean(0);
      double half =
          1.96 * Math.sqrt(users[1].variance(0) / users[1].count()) / base; // control as if known
      double lift = users[1].mean(0) / base - 1;
      tally.add("control: lift, control as if known", Math.abs(lift - 0.1) <= half);
    }

    /** The true difference and the true lift. */
    static double[] truth(String metric) {
      return Objects.requireNonNull(TRUTH.get(metric), metric);
    }

    private static double mean(DoubleUnaryOperator f) {
      int steps = 10_000;
      double sum = 0;
      for (int i = 0; i < steps; i++) {
        sum += f.applyAsDouble(0.5 + (i + 0.5) / steps);
      }
      return sum / steps;
    }

    /** The median of taste times uniform(1, 2), every taste weighted by its views. */
    private static double median() {
      double low = 0.5;
      double high = 3;
      for (int i = 0; i < 60; i++) {
        double x = (low + high) / 2;
        double below = mean(t -> (1 + 3 * t) * Math.max(0, Math.min(1, x / t - 1))) / MEAN_VIEWS;
        if (below < 0.5) {
          low = x;
        } else {
          high = x;
        }
      }
      return low;
    }
  }

  /** A log of a policy that explores by context, and a candidate that is greedier. */
  private static final class OffPolicyLog {
    private static final double[][] LOGGED = {{0.5, 0.3, 0.2}, {0.2, 0.3, 0.5}};
    private static final double[][] CANDIDATE = {{0.8, 0.1, 0.1}, {0.1, 0.1, 0.8}};
    private static final double[][] REWARD = {{0.6, 0.4, 0.3}, {0.2, 0.4, 0.7}};
    private final SplittableRandom random;
    private final JointMoments naive = JointMoments.of(1);

    OffPolicyLog(SplittableRandom random) {
      this.random = random;
    }

    double truth() {
      return value(CANDIDATE);
    }

    double current() {
      return value(LOGGED);
    }

    private static double value(double[][] policy) {
      double sum = 0;
      for (int context = 0; context < 2; context++) {
        for (int arm = 0; arm < 3; arm++) {
          sum += policy[context][arm] * REWARD[context][arm] / 2;
        }
      }
      return sum;
    }

    OffPolicyResult evaluate(int users) {
      OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("greedier");
      List<String> arms = List.of("a", "b", "c");
      for (int user = 0; user < users; user++) {
        double taste = random.nextGaussian();
        int context = random.nextInt(2);
        WeightVector logged = WeightVector.of(context, arms, LOGGED[context]);
        int arm = logged.draw(random.nextDouble()); // sticky: all decisions of a user are one draw
        for (int decision = 0; decision < 5; decision++) {
          double reward = REWARD[context][arm] + taste + 0.3 * random.nextGaussian();
          // A model that is wrong by a constant: DR must not mind.
          double[] model = {0.5, 0.5, 0.5};
          evaluation.add("u" + user, logged, arm, reward, CANDIDATE[context], model);
          naive.add(CANDIDATE[context][arm] / LOGGED[context][arm] * reward);
        }
      }
      return evaluation.result(0.95);
    }

    boolean naiveCovers() {
      double half = 1.96 * Math.sqrt(naive.variance(0) / naive.count());
      return Math.abs(naive.mean(0) - truth()) <= half;
    }
  }
}
