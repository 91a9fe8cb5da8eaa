package io.mlops4j.delivery;

/** The share of requests that failed, against a number. Counted as {@link ErrorDifference} does. */
record ErrorLimit(double limit) implements Question {
  @Override
  public String name() {
    return "error rate limit";
  }

  @Override
  public String requirement() {
    return "at most " + Words.number(limit);
  }

  @Override
  public boolean failures() {
    return true;
  }

  @Override
  public boolean comparative() {
    return false;
  }

  @Override
  public int size() {
    return 2 * Clusters.COUNT;
  }

  @Override
  public void answered(double[] counts, Sample sample) {
    counts[sample.cluster()]++;
    if (!sample.usable()) {
      counts[Clusters.COUNT + sample.cluster()]++;
    }
  }

  @Override
  public void failed(double[] counts, int cluster) {
    counts[cluster]++;
    counts[Clusters.COUNT + cluster]++;
  }

  @Override
  public double observations(double[] counts) {
    return Clusters.sum(counts, 0);
  }

  @Override
  public Finding judge(double[] champion, double[] candidate, Look look) {
    ErrorDifference.Share share = ErrorDifference.Share.of(candidate);
    double low = share.bounds(look.alpha()).low();
    double high = share.bounds(look.beta()).high();
    return new Finding(
        Double.NaN,
        share.value(),
        low,
        high,
        Finding.verdict(low, high, limit),
        "Failed: candidate %s, surely between %s and %s (allowed: %s)."
            .formatted(share, Words.percent(low), Words.percent(high), Words.percent(limit)));
  }
}
