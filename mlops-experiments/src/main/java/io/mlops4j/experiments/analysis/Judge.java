package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.WeightVector;
import io.mlops4j.stats.SampleRatio;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns sums into results, by a plan. Used once, by one thread. */
final class Judge {
  /** Broken traffic is rare and a false alarm stops an experiment: one in a thousand. */
  static final double MISMATCH_ALPHA = 0.001;

  private final Plan plan;
  private final ExperimentSums sums;
  private final List<Segment> segments;

  Judge(Plan plan, ExperimentSums sums) {
    this.plan = plan;
    this.sums = sums;
    this.segments = sums.segments().stream().filter(segment -> !segment.isAll()).toList();
  }

  ExperimentAnalysis judge(Instant when) {
    List<Question> overall = questions(List.of(Segment.ALL));
    List<Question> parts = questions(segments);
    List<Comparison> all = answers(overall);
    List<Comparison> divided = answers(parts);
    List<Heterogeneity> differing = new Differing(plan).test(overall, parts);
    List<GuardrailResult> guardrails = new Guards(plan, sums, segments).judge();
    Traffic traffic = traffic();
    Recommendation recommendation =
        new Recommender(plan, traffic, all, divided, differing, guardrails).recommend();
    return new ExperimentAnalysis(
        plan.experiment(),
        when,
        plan.looks().label(),
        plan.looks().plannedUnits(),
        1 - plan.alpha(),
        plan.correction(),
        traffic,
        all,
        divided,
        differing,
        guardrails,
        recommendation);
  }

  /** One metric of one treatment in one segment, with what the data say about it. */
  record Question(
      Metric metric, int treatment, Segment segment, Pair pair, long control, long treated) {}

  private List<Question> questions(List<Segment> where) {
    List<Question> questions = new ArrayList<>();
    for (int m = 0; m < plan.successes(); m++) {
      for (int arm = 1; arm < plan.arms().size(); arm++) {
        for (Segment segment : where) {
          List<Cell> control = sums.cells(segment, 0);
          List<Cell> treated = sums.cells(segment, arm);
          Pair pair = Pair.of(plan.metrics().get(m), m, control, treated, plan.minUnits());
          questions.add(
              new Question(
                  plan.metrics().get(m), arm, segment, pair, units(control), units(treated)));
        }
      }
    }
    return questions;
  }

  private static long units(List<Cell> cells) {
    return cells.stream().mapToLong(cell -> cell.units).sum();
  }

  /** Questions that cannot be answered yet are still asked: they count in the correction as 1. */
  private List<Comparison> answers(List<Question> questions) {
    double[] pValues = new double[questions.size()];
    for (int q = 0; q < pValues.length; q++) {
      pValues[q] =
          questions.get(q).pair() instanceof Pair.Estimated pair ? plan.looks().pValue(pair) : 1;
    }
    double[] corrected = plan.correction().adjust(pValues);
    double[] alphas = plan.correction().alphas(plan.alpha(), pValues);
    List<Comparison> answers = new ArrayList<>();
    for (int q = 0; q < pValues.length; q++) {
      answers.add(answer(questions.get(q), pValues[q], corrected[q], alphas[q]));
    }
    return answers;
  }

  private Comparison answer(Question question, double pValue, double corrected, double alpha) {
    Effect absolute;
    Effect relative;
    Optional<Double> control = Optional.empty();
    Optional<Double> treated = Optional.empty();
    Optional<Posterior> posterior = Optional.empty();
    if (question.pair() instanceof Pair.Estimated pair) {
      double critical = plan.looks().critical(alpha, pair);
      absolute = Effects.absolute(pair, critical, alpha, pValue, corrected);
      relative = Effects.relative(pair, critical, alpha, pValue, corrected);
      control = Optional.of(pair.control().raw());
      treated = Optional.of(pair.treatment().raw());
      posterior =
          Optional.of(
              Beliefs.of(
                  question.metric(),
                  pair,
                  sums.epochs().size(),
                  plan.priorDeviation(),
                  plan.alpha()));
    } else {
      absolute = new Effect.NotEnoughData(((Pair.Missing) question.pair()).reason());
      relative = absolute;
    }
    return new Comparison(
        question.metric(),
        plan.arms().get(question.treatment()),
        question.segment(),
        question.control(),
        question.treated(),
        control,
        treated,
        absolute,
        relative,
        posterior);
  }

  private Traffic traffic() {
    int arms = plan.arms().size();
    long[] units = new long[arms];
    double[] expected = new double[arms];
    double log = 0;
    long total = 0;
    for (Map.Entry<Long, WeightVector> epoch : sums.epochs().entrySet()) {
      long[] counts = new long[arms];
      long inEpoch = 0;
      for (int arm = 0; arm < arms; arm++) {
        counts[arm] = sums.units(epoch.getKey(), arm);
        units[arm] += counts[arm];
        inEpoch += counts[arm];
      }
      for (int arm = 0; arm < arms; arm++) {
        expected[arm] += inEpoch * epoch.getValue().probability(arm);
      }
      total += inEpoch;
      // Epochs are independent: their evidence multiplies.
      log += SampleRatio.logEvidence(counts, epoch.getValue().toArray());
    }
    double[] shares = plan.shares().toArray();
    for (int arm = 0; arm < arms && total > 0; arm++) {
      shares[arm] = expected[arm] / total;
    }
    double pValue = SampleRatio.pValue(units, shares);
    boolean mismatch =
        plan.looks() instanceof Looks.Once
            ? pValue < MISMATCH_ALPHA
            : log >= -Math.log(MISMATCH_ALPHA);
    List<Long> counts = new ArrayList<>();
    List<Double> promised = new ArrayList<>();
    for (int arm = 0; arm < arms; arm++) {
      counts.add(units[arm]);
      promised.add(expected[arm]);
    }
    long[] counters = sums.counters();
    return new Traffic(
        plan.arms(),
        counts,
        promised,
        pValue,
        log,
        mismatch,
        counters[0],
        counters[1],
        counters[2],
        counters[3]);
  }
}
