package io.mlops4j.delivery;

/**
 * The share of requests that failed, against the champion's. Counts: requests per cluster, then
 * failures per cluster.
 */
record ErrorDifference(double margin) implements Question {
  @Override
  public String name() {
    return "error rate";
  }

  @Override
  public String requirement() {
    return "at most the champion's plus " + Words.number(margin);
  }

  @Override
  public boolean failures() {
    return true;
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
    Share a = Share.of(champion);
    Share b = Share.of(candidate);
    double low = b.bounds(look.alpha() / 2).low() - a.bounds(look.alpha() / 2).high();
    double high = b.bounds(look.beta() / 2).high() - a.bounds(look.beta() / 2).low();
    return new Finding(
        a.value(),
        b.value(),
        low,
        high,
        Finding.verdict(low, high, margin),
        "Failed: candidate %s, champion %s; the difference is surely between %s and %s (allowed: %s)."
            .formatted(b, a, Words.percent(low), Words.percent(high), Words.percent(margin)));
  }

  /** Failures of requests, corrected for units that are alike. */
  record Share(double failures, double requests, double effect) {
    static Share of(double[] counts) {
      return new Share(
          Clusters.sum(counts, Clusters.COUNT),
          Clusters.sum(counts, 0),
          Clusters.designEffect(counts, Clusters.COUNT, counts, 0));
    }

    double value() {
      return failures / requests;
    }

    ProportionBounds bounds(double alpha) {
      return ProportionBounds.of(failures / effect, requests / effect, alpha);
    }

    @Override
    public String toString() {
      return Words.percent(value())
          + " ("
          + Words.count(failures)
          + " of "
          + Words.count(requests)
          + ")";
    }
  }
}
