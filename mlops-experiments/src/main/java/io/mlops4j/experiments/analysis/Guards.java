package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.analysis.GuardrailResult.Verdict;
import io.mlops4j.stats.Correction;
import java.util.ArrayList;
import java.util.List;

/*
 * Design note. Shipping needs every guardrail shown safe, so no correction is due there: the chance
 * that all of several tests err is not larger than that one does (intersection-union). Harm is claimed
 * when any of them shows it, so those tests share alpha by Holm.
 *
 * With a relative margin k, "lift above -k" is tested as: difference + k * control > 0, a sum, which
 * needs no division and is as normal as its parts.
 */

/** One-sided non-inferiority of every guardrail in every segment. */
final class Guards {
  private final Plan plan;
  private final ExperimentSums sums;
  private final List<Segment> where;

  Guards(Plan plan, ExperimentSums sums, List<Segment> segments) {
    this.plan = plan;
    this.sums = sums;
    this.where = new ArrayList<>();
    where.add(Segment.ALL);
    where.addAll(segments);
  }

  private record Question(Plan.Guardrail guardrail, int arm, Segment segment, Pair pair) {}

  List<GuardrailResult> judge() {
    List<Question> questions = new ArrayList<>();
    for (Plan.Guardrail guardrail : plan.guardrails()) {
      for (int arm = 1; arm < plan.arms().size(); arm++) {
        for (Segment segment : where) {
          Pair pair =
              Pair.of(
                  plan.metric(guardrail),
                  guardrail.metric(),
                  sums.cells(segment, 0),
                  sums.cells(segment, arm),
                  plan.minUnits());
          questions.add(new Question(guardrail, arm, segment, pair));
        }
      }
    }
    double[] harm = questions.stream().mapToDouble(this::harm).toArray();
    double[] corrected = Correction.HOLM.adjust(harm);
    List<GuardrailResult> results = new ArrayList<>();
    for (int q = 0; q < corrected.length; q++) {
      results.add(result(questions.get(q), corrected[q]));
    }
    return results;
  }

  /** The p-value of "not worse at all". */
  private double harm(Question question) {
    if (question.pair() instanceof Pair.Estimated pair) {
      int direction = plan.metric(question.guardrail()).direction();
      return plan.looks()
          .pBelowZero(direction * pair.difference(), Math.sqrt(pair.variance()), pair);
    }
    return 1;
  }

  private GuardrailResult result(Question question, double harm) {
    Metric metric = plan.metric(question.guardrail());
    Margin margin = question.guardrail().margin();
    Verdict verdict = Verdict.UNCERTAIN;
    String sentence;
    if (question.pair() instanceof Pair.Estimated pair) {
      double good = metric.direction() * pair.difference();
      double error = Math.sqrt(pair.variance());
      double critical = plan.looks().criticalOneSided(plan.alpha(), pair);
      if (slack(pair, margin, good, critical, metric.direction()) > 0) {
        verdict = Verdict.SAFE;
      } else if (harm <= plan.alpha()) {
        verdict = Verdict.HARMED;
      }
      double scale = margin.relative() ? 100 / Math.abs(pair.control().raw()) : 1;
      String unit = margin.relative() ? " %" : "";
      sentence =
          "%s by %s%s, at worst %s%s (margin %s%s%s)"
              .formatted(
                  good >= 0 ? "better" : "worse",
                  Words.number(Math.abs(good) * scale),
                  unit,
                  Words.number(Math.max(0, (critical * error - good) * scale)),
                  unit,
                  Words.number(margin.size() * (margin.relative() ? 100 : 1)),
                  unit,
                  verdict == Verdict.HARMED ? ", p of no harm " + Words.number(harm) : "");
    } else {
      sentence = "not enough data: " + ((Pair.Missing) question.pair()).reason();
    }
    return new GuardrailResult(
        metric, margin, plan.arms().get(question.arm()), question.segment(), verdict, sentence);
  }

  /** By how much the one-sided bound clears the margin; positive is safe. */
  private static double slack(
      Pair.Estimated pair, Margin margin, double good, double critical, int direction) {
    if (!margin.relative()) {
      return good + margin.size() - critical * Math.sqrt(pair.variance());
    }
    double k = margin.size();
    double sign = Math.signum(pair.control().raw());
    double variance =
        pair.variance()
            + k * k * pair.control().varianceOfRaw()
            - 2 * k * direction * sign * pair.control().covariance();
    return good + k * Math.abs(pair.control().raw()) - critical * Math.sqrt(Math.max(0, variance));
  }
}
