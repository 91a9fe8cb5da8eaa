package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.analysis.Judge.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/*
 * Design note. For one look: Cochran's Q, the weighted squared distances of the segments' effects from
 * their mean, chi-square with one degree less than there are segments. For many looks Q would have to
 * be corrected for looking; instead every segment is contrasted with the rest by the mixture evidence
 * of the confidence sequence, and the evidence is averaged: an average of e-processes is one again.
 */

/** Tests whether the effect differs between segments. */
final class Differing {
  private final Plan plan;

  Differing(Plan plan) {
    this.plan = plan;
  }

  List<Heterogeneity> test(List<Question> overall, List<Question> parts) {
    List<Heterogeneity> results = new ArrayList<>();
    for (Question question : overall) {
      for (String dimension : plan.dimensions()) {
        List<Pair.Estimated> pairs = new ArrayList<>();
        for (Question part : parts) {
          if (part.metric().equals(question.metric())
              && part.treatment() == question.treatment()
              && part.segment().dimension().equals(dimension)
              && part.pair() instanceof Pair.Estimated pair) {
            pairs.add(pair);
          }
        }
        results.add(result(question, dimension, pairs));
      }
    }
    return corrected(results);
  }

  private Heterogeneity result(Question question, String dimension, List<Pair.Estimated> pairs) {
    String arm = plan.arms().get(question.treatment());
    if (pairs.size() < 2) {
      return new Heterogeneity(
          question.metric(), arm, dimension, pairs.size(), Optional.empty(), 0);
    }
    double q = cochran(pairs);
    int freedom = pairs.size() - 1;
    double pValue =
        plan.looks() instanceof Looks.Always always
            ? anytime(pairs, always)
            : ChiSquaredDistribution.of(freedom).survivalProbability(q);
    double inconsistency = q > freedom ? (q - freedom) / q : 0;
    return new Heterogeneity(
        question.metric(), arm, dimension, pairs.size(), Optional.of(pValue), inconsistency);
  }

  static double cochran(List<Pair.Estimated> pairs) {
    double weights = 0;
    double sum = 0;
    for (Pair.Estimated pair : pairs) {
      weights += 1 / pair.variance();
      sum += pair.difference() / pair.variance();
    }
    double q = 0;
    for (Pair.Estimated pair : pairs) {
      double distance = pair.difference() - sum / weights;
      q += distance * distance / pair.variance();
    }
    return q;
  }

  private static double anytime(List<Pair.Estimated> pairs, Looks.Always always) {
    double weights = 0;
    double sum = 0;
    long units = 0;
    for (Pair.Estimated pair : pairs) {
      weights += 1 / pair.variance();
      sum += pair.difference() / pair.variance();
      units += pair.units();
    }
    double[] logs = new double[pairs.size()];
    double largest = Double.NEGATIVE_INFINITY;
    for (int s = 0; s < logs.length; s++) {
      Pair.Estimated pair = pairs.get(s);
      double others = weights - 1 / pair.variance();
      double rest = (sum - pair.difference() / pair.variance()) / others;
      double error = Math.sqrt(pair.variance() + 1 / others);
      logs[s] = always.sequence().logEvidence(pair.difference() - rest, error, (double) units);
      largest = Math.max(largest, logs[s]);
    }
    double mean = 0;
    for (double log : logs) {
      mean += Math.exp(log - largest) / logs.length;
    }
    return Math.min(1, Math.exp(-largest) / mean);
  }

  private List<Heterogeneity> corrected(List<Heterogeneity> results) {
    double[] pValues = results.stream().mapToDouble(one -> one.pValue().orElse(1.0)).toArray();
    double[] corrected = plan.correction().adjust(pValues);
    List<Heterogeneity> answers = new ArrayList<>();
    for (int i = 0; i < corrected.length; i++) {
      Heterogeneity one = results.get(i);
      double pValue = corrected[i];
      answers.add(
          new Heterogeneity(
              one.metric(),
              one.treatment(),
              one.dimension(),
              one.segments(),
              one.pValue().map(old -> pValue),
              one.inconsistency()));
    }
    return answers;
  }
}
