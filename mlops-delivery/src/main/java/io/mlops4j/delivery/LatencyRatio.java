package io.mlops4j.delivery;

/**
 * A quantile of the latency, as a multiple of the champion's. Counts: answers per bucket, each 2 %
 * wider than the one before, from a microsecond to half an hour.
 */
record LatencyRatio(double quantile, double factor) implements Question {
  private static final double SMALLEST = 1_000; // a microsecond, in nanoseconds
  private static final double LOG_WIDTH = Math.log(1.02);
  private static final int BUCKETS = 1_080;

  @Override
  public String name() {
    return "p" + Words.number(quantile * 100) + " latency";
  }

  @Override
  public String requirement() {
    return "at most " + Words.number(factor) + " times the champion's";
  }

  @Override
  public int size() {
    return BUCKETS;
  }

  @Override
  public void answered(double[] counts, Sample sample) {
    double log = Math.log(Math.max(SMALLEST, (double) sample.nanos()) / SMALLEST) / LOG_WIDTH;
    counts[(int) Math.min(BUCKETS - 1.0, Math.floor(log))]++;
  }

  @Override
  public double observations(double[] counts) {
    double sum = 0;
    for (double count : counts) {
      sum += count;
    }
    return sum;
  }

  /** Requests are taken as independent: a slow unit's share of them is not known. */
  @Override
  public int spread(double[] counts) {
    return Clusters.COUNT;
  }

  @Override
  public Finding judge(double[] champion, double[] candidate, Look look) {
    Range a = Range.of(champion, quantile, look.alpha() / 2);
    Range b = Range.of(candidate, quantile, look.alpha() / 2);
    double low = b.low / a.high;
    double high =
        Range.of(candidate, quantile, look.beta() / 2).high
            / Range.of(champion, quantile, look.beta() / 2).low;
    return new Finding(
        a.value,
        b.value,
        low,
        high,
        Finding.verdict(low, high, factor),
        "Candidate %s, champion %s in the same period; the ratio is surely between %s and %s (allowed: %s)."
            .formatted(
                Words.nanos(b.value),
                Words.nanos(a.value),
                Words.number(low),
                Words.number(high),
                Words.number(factor)));
  }

  /** A quantile in nanoseconds, and between what it surely lies; edges of buckets. */
  private record Range(double low, double value, double high) {
    static Range of(double[] counts, double quantile, double alpha) {
      long n = 0;
      for (double count : counts) {
        n += (long) count;
      }
      long[] ranks = ProportionBounds.ranks(quantile, n, alpha);
      return new Range(
          ranks[0] < 1 ? 0 : edge(bucket(counts, ranks[0])),
          edge(bucket(counts, Math.max(1, Math.round(quantile * n)))),
          ranks[1] > n ? Double.POSITIVE_INFINITY : edge(bucket(counts, ranks[1]) + 1));
    }

    private static int bucket(double[] counts, long rank) {
      double seen = 0;
      for (int i = 0; i < counts.length; i++) {
        seen += counts[i];
        if (seen >= rank) {
          return i;
        }
      }
      return counts.length - 1;
    }

    private static double edge(int bucket) {
      return SMALLEST * Math.exp(bucket * LOG_WIDTH);
    }
  }
}
