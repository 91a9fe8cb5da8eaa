package io.mlops4j.serving;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Several models as one. Every member gets the whole batch once, in the order given, on the calling
 * thread; the answers are put together row by row. So a predictor batches, swaps, caches and
 * measures an ensemble like any other model.
 *
 * <p>The members are handed over: closing the ensemble closes each of them once. Members that know
 * their schema must agree on it. A member that answers another number of rows than it was asked, or
 * throws, fails the run; a predictor then finds the row.
 */
public final class Ensemble {
  private static final double SUM_SLACK = 1e-6;

  private Ensemble() {}

  /**
   * Returns the arithmetic mean of the members' answers.
   *
   * @param members at least one
   * @param <I> one input row
   * @return the ensemble; NaN where a member answers NaN
   * @throws IllegalArgumentException if there is no member, or two schemas differ
   */
  public static <I> Model<I, Double> average(List<? extends Model<I, Double>> members) {
    return new Members<>(
        members,
        answers -> {
          double sum = 0;
          for (Double answer : answers) {
            sum += answer;
          }
          return sum / answers.size();
        });
  }

  /**
   * Returns the weighted mean of the members' answers.
   *
   * @param members at least one
   * @param weights one per member, not negative, sum 1 (within 1e-6)
   * @param <I> one input row
   * @return the ensemble; NaN where a member answers NaN
   * @throws IllegalArgumentException if the weights do not fit; says which or what they add up to
   */
  public static <I> Model<I, Double> weighted(
      List<? extends Model<I, Double>> members, double... weights) {
    double[] shares = shares(members, weights);
    return new Members<>(
        members,
        answers -> {
          double sum = 0;
          for (int i = 0; i < shares.length; i++) {
            sum += shares[i] * answers.get(i);
          }
          return sum;
        });
  }

  /**
   * Returns the arithmetic mean of the members' class probabilities.
   *
   * @param members at least one, all over the same classes in the same order
   * @param <I> one input row
   * @return the ensemble
   */
  public static <I> Model<I, ClassProbabilities> averageProbabilities(
      List<? extends Model<I, ClassProbabilities>> members) {
    return weightedProbabilities(members, equal(Objects.requireNonNull(members, "members").size()));
  }

  /**
   * Returns the weighted mean of the members' class probabilities.
   *
   * @param members at least one, all over the same classes in the same order
   * @param weights one per member, not negative, sum 1 (within 1e-6)
   * @param <I> one input row
   * @return the ensemble
   */
  public static <I> Model<I, ClassProbabilities> weightedProbabilities(
      List<? extends Model<I, ClassProbabilities>> members, double... weights) {
    double[] shares = shares(members, weights);
    return new Members<>(members, answers -> mixed(answers, shares));
  }

  private static ClassProbabilities mixed(List<ClassProbabilities> answers, double[] shares) {
    double[] sum = new double[answers.get(0).size()];
    for (int i = 0; i < shares.length; i++) {
      ClassProbabilities answer = answers.get(i);
      if (answer.size() != sum.length) {
        throw new PredictionFailedException(
            "Ensemble member "
                + i
                + " answered "
                + answer.size()
                + " classes, member 0 answered "
                + sum.length
                + ". Members share their classes and the order of these.");
      }
      for (int c = 0; c < sum.length; c++) {
        sum[c] += shares[i] * answer.of(c);
      }
    }
    return ClassProbabilities.named(answers.get(0).labels(), sum);
  }

  /**
   * Returns what a model makes of the members' answers.
   *
   * @param members at least one
   * @param top gets, for each row, the members' answers in the order of the members; it is handed
   *     over, too
   * @param <I> one input row
   * @param <M> what members answer
   * @param <O> what the ensemble answers
   * @return the ensemble
   */
  public static <I, M, O> Model<I, O> stacked(
      List<? extends Model<I, M>> members, Model<List<M>, O> top) {
    Objects.requireNonNull(top, "top");
    List<AutoCloseable> all = new ArrayList<>(Elements.list("members", members));
    all.add(top);
    Members<I, M, List<M>> base = new Members<>(members, answers -> answers);
    return new Steps<>(base, rows -> Members.counted(top.predict(rows), rows.size(), "top"), all);
  }

  private static double[] equal(int members) {
    double[] shares = new double[members];
    Arrays.fill(shares, 1.0 / members);
    return shares;
  }

  private static double[] shares(List<?> of, double[] weights) {
    int members = Objects.requireNonNull(of, "members").size();
    Objects.requireNonNull(weights, "weights");
    if (weights.length != members) {
      throw new IllegalArgumentException(
          "weights: " + weights.length + " (expected: one for each of " + members + " members)");
    }
    double sum = 0;
    for (int i = 0; i < members; i++) {
      if (!(weights[i] >= 0 && Double.isFinite(weights[i]))) {
        throw new IllegalArgumentException(
            "weights[" + i + "]: " + weights[i] + " (expected: finite, 0 or more)");
      }
      sum += weights[i];
    }
    if (members > 0 && Math.abs(sum - 1) > SUM_SLACK) {
      throw new IllegalArgumentException("weights: sum " + sum + " (expected: 1)");
    }
    return weights.clone();
  }
}
