package io.mlops4j.delivery;

import java.util.Arrays;

/**
 * The largest difference of the shares of answers at most an edge. Counts: answers per cluster and
 * cell, cells between the edges in order; an answer that is no number counts as an error elsewhere
 * and is left out here.
 */
final class ScoreShift implements Question {
  private static final int MAX_EDGES = 64;

  private final double limit;
  private final double[] edges;

  ScoreShift(double limit, double[] edges) {
    if (edges.length < 1 || edges.length > MAX_EDGES) {
      throw new IllegalArgumentException("edges: " + edges.length + " (expected: 1..64)");
    }
    for (int i = 0; i < edges.length; i++) {
      if (!Double.isFinite(edges[i]) || (i > 0 && edges[i] <= edges[i - 1])) {
        throw new IllegalArgumentException(
            "edges[" + i + "]: " + edges[i] + " (expected: finite and ascending)");
      }
    }
    this.limit = limit;
    this.edges = edges.clone();
  }

  @Override
  public String name() {
    return "score shift";
  }

  @Override
  public String requirement() {
    return "at most " + Words.number(limit);
  }

  private int cells() {
    return edges.length + 1;
  }

  @Override
  public int size() {
    return cells() * Clusters.COUNT;
  }

  @Override
  public void answered(double[] counts, Sample sample) {
    if (!Double.isNaN(sample.score())) {
      int at = Arrays.binarySearch(edges, sample.score());
      counts[(at >= 0 ? at : -at - 1) * Clusters.COUNT + sample.cluster()]++;
    }
  }

  @Override
  public double observations(double[] counts) {
    double sum = 0;
    for (double count : counts) {
      sum += count;
    }
    return sum;
  }

  @Override
  public int spread(double[] counts) {
    return Clusters.occupied(new Cumulative(counts).totals, 0);
  }

  @Override
  public Finding judge(double[] champion, double[] candidate, Look look) {
    // The bounds hold at every edge at once: the error is shared out among them.
    double alpha = look.alpha() / (2 * edges.length);
    double beta = look.beta() / (2 * edges.length);
    Cumulative a = new Cumulative(champion);
    Cumulative b = new Cumulative(candidate);
    double low = 0;
    double high = 0;
    int widest = 0;
    double distance = -1;
    for (int i = 0; i < edges.length; i++) {
      a.include(i);
      b.include(i);
      double apart = Math.abs(b.share() - a.share());
      if (apart > distance) {
        distance = apart;
        widest = i;
      }
      // What is at most the limit at its outermost cannot fail: most edges are settled by this.
      low = Math.max(low, apart > limit ? surely(a, b, alpha) : 0);
      high = Math.max(high, atMost(a, b, beta));
    }
    return finding(champion, candidate, widest, low, high);
  }

  private Finding finding(
      double[] champion, double[] candidate, int widest, double low, double high) {
    double atChampion = shareUpTo(champion, widest);
    double atCandidate = shareUpTo(candidate, widest);
    return new Finding(
        atChampion,
        atCandidate,
        low,
        high,
        Finding.verdict(low, high, limit),
        "Answers up to %s: candidate %s, champion %s, the largest difference; it is surely between %s and %s at every edge (allowed: %s)."
            .formatted(
                Words.number(edges[widest]),
                Words.percent(atCandidate),
                Words.percent(atChampion),
                Words.percent(low),
                Words.percent(high),
                Words.percent(limit)));
  }

  private double shareUpTo(double[] counts, int edge) {
    Cumulative shares = new Cumulative(counts);
    for (int i = 0; i <= edge; i++) {
      shares.include(i);
    }
    return shares.share();
  }

  private static double surely(Cumulative a, Cumulative b, double alpha) {
    ProportionBounds first = a.bounds(alpha);
    ProportionBounds second = b.bounds(alpha);
    return Math.max(second.low() - first.high(), first.low() - second.high());
  }

  private static double atMost(Cumulative a, Cumulative b, double beta) {
    ProportionBounds first = a.bounds(beta);
    ProportionBounds second = b.bounds(beta);
    return Math.max(second.high() - first.low(), first.high() - second.low());
  }

  /** Shares up to an edge that moves on. */
  private static final class Cumulative {
    private final double[] counts;
    private final double[] totals = new double[Clusters.COUNT];
    private final double[] below = new double[Clusters.COUNT];
    private final double total;

    Cumulative(double[] counts) {
      this.counts = counts;
      for (int i = 0; i < counts.length; i++) {
        totals[i % Clusters.COUNT] += counts[i];
      }
      this.total = Clusters.sum(totals, 0);
    }

    void include(int cell) {
      for (int g = 0; g < Clusters.COUNT; g++) {
        below[g] += counts[cell * Clusters.COUNT + g];
      }
    }

    double share() {
      return Clusters.sum(below, 0) / total;
    }

    ProportionBounds bounds(double alpha) {
      double effect = Clusters.designEffect(below, 0, totals, 0);
      return ProportionBounds.of(Clusters.sum(below, 0) / effect, total / effect, alpha);
    }
  }

  @Override
  public String identity() {
    return Arrays.toString(edges);
  }
}
