package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How well scores put the relevant items of each query first. 12 bytes an item. Items of equal
 * score share their ranks, so neither their order nor a random choice changes a number. Immutable,
 * thread-safe.
 */
public final class RankingEvaluation implements Evaluation {
  /** What a report shows unless told otherwise. */
  public static final List<Metric> STANDARD =
      List.of(Metric.ndcgAt(10), Metric.rankPrecisionAt(10), Metric.rankRecallAt(10));

  private final List<Query> queries;

  private RankingEvaluation(List<Query> queries) {
    this.queries = List.copyOf(queries);
  }

  /** Relevances, best score first, and after how many items each run of equal scores ends. */
  private static final class Query {
    private final double[] relevance;
    private final int[] ends;

    Query(double[] relevance, int[] ends) {
      this.relevance = relevance;
      this.ends = ends;
    }
  }

  /**
   * Returns an empty collector, for queries that arrive one by one.
   *
   * @return a collector; not thread-safe
   */
  public static Collector collector() {
    return new Collector();
  }

  /** Returns how many queries were evaluated. */
  @Override
  public long rows() {
    return queries.size();
  }

  @Override
  public MetricValue value(Metric metric) {
    checked(metric);
    var sum = new CompensatedSum();
    long n = 0;
    for (Query query : queries) {
      OptionalDouble one = of(metric, query);
      if (one.isPresent()) {
        sum.add(one.getAsDouble());
        n++;
      }
    }
    return n == 0
        ? new Undefined("'" + metric.id() + "' needs a query with a relevant item; there is none.")
        : new Defined(sum.value() / n, n);
  }

  @Override
  public Map<Metric, MetricInterval> intervals(Collection<Metric> metrics, Confidence confidence) {
    Map<Metric, MetricInterval> intervals = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      checked(metric);
      var values = new Formulas.Losses();
      queries.forEach(query -> of(metric, query).ifPresent(values::add));
      Formulas.ofMean(values, 0, confidence.level())
          .ifPresent(interval -> intervals.put(metric, interval));
    }
    return intervals;
  }

  /** By the paired bootstrap over queries, which must be the same and in the same order. */
  Map<Metric, PairedDifference> against(
      RankingEvaluation champion, Collection<Metric> metrics, Confidence confidence) {
    return PairedBootstrap.of(
        metrics, queries.size(), confidence, this, champion, this::resampled, champion::resampled);
  }

  private RankingEvaluation resampled(int[] counts) {
    List<Query> drawn = new ArrayList<>(queries.size());
    for (int q = 0; q < counts.length; q++) {
      for (int k = counts[q]; k > 0; k--) {
        drawn.add(queries.get(q));
      }
    }
    return new RankingEvaluation(drawn);
  }

  private static OptionalDouble of(Metric metric, Query query) {
    int k = (int) metric.argument();
    MetricFamily family = metric.family();
    if (family == MetricFamily.RANK_PRECISION) {
      return OptionalDouble.of(relevantWithin(query, k) / k);
    }
    double relevant = 0;
    for (double relevance : query.relevance) {
      relevant += family == MetricFamily.NDCG ? relevance : relevance > 0 ? 1 : 0;
    }
    if (relevant == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        family == MetricFamily.NDCG
            ? gain(query.relevance, query.ends, k) / ideal(query.relevance, k)
            : relevantWithin(query, k) / relevant);
  }

  private static double relevantWithin(Query query, int k) {
    double found = 0;
    int from = 0;
    for (int end : query.ends) {
      int slots = Math.min(end, k) - from;
      if (slots <= 0) {
        break;
      }
      int relevant = 0;
      for (int i = from; i < end; i++) {
        relevant += query.relevance[i] > 0 ? 1 : 0;
      }
      found += relevant * (double) slots / (end - from);
      from = end;
    }
    return found;
  }

  /** Each item of a run of equal scores gets the mean of the run's discounts. */
  private static double gain(double[] relevance, int[] ends, int k) {
    double gain = 0;
    int from = 0;
    for (int end : ends) {
      double discounts = 0;
      double relevances = 0;
      for (int i = from; i < end; i++) {
        discounts += i < k ? discount(i) : 0;
        relevances += relevance[i];
      }
      gain += relevances / (end - from) * discounts;
      from = end;
    }
    return gain;
  }

  private static double ideal(double[] relevance, int k) {
    double[] sorted = relevance.clone();
    Arrays.sort(sorted);
    double gain = 0;
    for (int i = 0; i < Math.min(k, sorted.length); i++) {
      gain += sorted[sorted.length - 1 - i] * discount(i);
    }
    return gain;
  }

  private static double discount(int position) {
    return StrictMath.log(2) / StrictMath.log(position + 2.0);
  }

  private static void checked(Metric metric) {
    MetricFamily family = metric.family();
    if (family == null || family.needs != MetricFamily.Needs.RANKS) {
      throw new IllegalArgumentException(
          "Metric '" + metric.id() + "' is not computed from rankings.");
    }
  }

  /** Takes queries one by one, in any order. Not thread-safe. */
  public static final class Collector {
    private final List<Query> queries = new ArrayList<>();

    private Collector() {}

    /**
     * Adds a query.
     *
     * @param scores one per item, finite, higher first. Not kept
     * @param relevance one per item, 0 or more; above 0 is relevant. Not kept
     * @throws IllegalArgumentException if there is no item, the lengths differ or a number is out
     *     of range; names query and item, counted from 0
     */
    public void add(double[] scores, double[] relevance) {
      String where = "query " + queries.size();
      if (scores.length != relevance.length || scores.length == 0) {
        throw new IllegalArgumentException(
            where
                + ": "
                + scores.length
                + " scores, "
                + relevance.length
                + " relevances (expected: as many, at least 1)");
      }
      Integer[] order = new Integer[scores.length];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
        if (!Double.isFinite(scores[i]) || !(relevance[i] >= 0) || relevance[i] > 1e12) {
          throw new IllegalArgumentException(
              where
                  + ", item "
                  + i
                  + ": score "
                  + scores[i]
                  + ", relevance "
                  + relevance[i]
                  + " (expected: finite; 0..1e12)");
        }
      }
      Arrays.sort(order, Comparator.comparingDouble((Integer i) -> scores[i]).reversed());
      double[] sorted = new double[order.length];
      int[] ends = new int[order.length];
      int runs = 0;
      for (int i = 0; i < order.length; i++) {
        sorted[i] = relevance[order[i]];
        if (i + 1 == order.length || scores[order[i]] != scores[order[i + 1]]) {
          ends[runs++] = i + 1;
        }
      }
      queries.add(new Query(sorted, Arrays.copyOf(ends, runs)));
    }

    /**
     * Returns the evaluation of the queries added so far; more may follow.
     *
     * @return a snapshot
     */
    public RankingEvaluation evaluate() {
      return new RankingEvaluation(queries);
    }
  }
}
