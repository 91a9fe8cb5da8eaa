package io.mlops4j.drift;

/**
 * What is measured when a feature is asked how far it drifted: the size of a change, whatever the
 * number of rows. Each is computed from the same counts, so a report shows them all.
 */
public enum DriftEffect {
  /** Population stability index, in nats, smoothed: 0.1 is often called moderate, 0.2 large. */
  PSI("PSI"),
  /**
   * What the Kolmogorov-Smirnov distance of the values is at least, 0 to 1; or the change in the
   * share of missing or infinite values, if that is larger. Of a category: its total variation.
   */
  KOLMOGOROV_SMIRNOV("KS distance"),
  /** The Jensen-Shannon distance to base 2, 0 to 1: the root of the divergence. */
  JENSEN_SHANNON("Jensen-Shannon distance"),
  /** Hellinger's distance, 0 to 1. */
  HELLINGER("Hellinger distance"),
  /** The share of rows that would have to be in another cell, 0 to 1. */
  TOTAL_VARIATION("total variation"),
  /** The largest change in the share of any one cell, 0 to 1. */
  L_INFINITY("largest change of a cell"),
  /**
   * The first Wasserstein distance in standard deviations of the reference, of values clamped to
   * the inner range of the reference; or the change in the share of missing or infinite values, if
   * that is larger. Of a category: its total variation.
   */
  WASSERSTEIN("Wasserstein distance");

  private final String label;

  DriftEffect(String label) {
    this.label = label;
  }

  /** What reports call it. */
  String label() {
    return label;
  }

  /** The size of the change. */
  double of(DriftMeasures measures) {
    DriftMeasures.Distances d = measures.distances();
    return switch (this) {
      case PSI -> measures.psi();
      case KOLMOGOROV_SMIRNOV ->
          measures
              .ks()
              .map(ks -> Math.max(ks.low(), uncounted(measures)))
              .orElse(d.totalVariation());
      case JENSEN_SHANNON -> d.jensenShannon();
      case HELLINGER -> d.hellinger();
      case TOTAL_VARIATION -> d.totalVariation();
      case L_INFINITY -> d.lInfinity();
      case WASSERSTEIN ->
          d.wasserstein()
              .map(w -> Math.max(w.value(), uncounted(measures)))
              .orElse(d.totalVariation());
    };
  }

  /** What the distances of finite values cannot see. */
  private static double uncounted(DriftMeasures m) {
    return Math.max(
        Math.abs(m.missingLive() - m.missingReference()),
        Math.abs(m.unseenLive() - m.unseenReference()));
  }

  /**
   * What chance gives in one look of 20 without drift. For PSI, Jensen-Shannon and Hellinger the
   * limit law; for the others an upper bound of it, so that they ask for more data than they must.
   */
  Chance chance(DriftMeasures measures, int cells, double alpha) {
    double quantile = cells < 2 ? 0 : DriftStatistics.chiSquare(cells, alpha);
    double variation = Math.sqrt(quantile) / 2; // Cauchy and Schwarz
    double kolmogorov = Math.sqrt(-Math.log(alpha / 2) / 2);
    return switch (this) {
      case PSI -> new Chance(quantile, false);
      case JENSEN_SHANNON -> new Chance(Math.sqrt(quantile / (8 * Math.log(2))), true);
      case HELLINGER -> new Chance(Math.sqrt(quantile / 8), true);
      case TOTAL_VARIATION, L_INFINITY -> new Chance(variation, true);
      case KOLMOGOROV_SMIRNOV ->
          new Chance(measures.ks().isPresent() ? kolmogorov : variation, true);
      case WASSERSTEIN ->
          new Chance(
              measures.distances().wasserstein().map(w -> w.range() * kolmogorov).orElse(variation),
              true);
    };
  }

  /**
   * A critical value as a function of both sample sizes.
   *
   * @param factor of {@code 1/n + 1/m}, or of its root
   * @param root which of them
   */
  record Chance(double factor, boolean root) {
    double at(double n, double m) {
      double sizes = 1 / n + 1 / m;
      return factor * (root ? Math.sqrt(sizes) : sizes);
    }

    /** The live size from which chance stays below a threshold; 0 or less if none does. */
    double needed(double n, double threshold) {
      double sizes = threshold / factor;
      return 1 / ((root ? sizes * sizes : sizes) - 1 / n);
    }
  }
}
