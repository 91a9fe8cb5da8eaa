package io.mlops4j.stats;

import java.util.Arrays;
import java.util.Comparator;

/**
 * How the p-values of several questions are corrected so that asking many does not make chance look
 * like news, and at which level each question's interval is drawn so that it says the same as the
 * corrected p-value.
 */
public enum Correction {
  /** No correction: every question stands alone. */
  NONE("none") {
    @Override
    double factor(int m, int rank) {
      return 1;
    }
  },
  /** Bonferroni: all intervals hold at once with the stated level. */
  BONFERRONI("Bonferroni") {
    @Override
    double factor(int m, int rank) {
      return m;
    }
  },
  /** Holm (1979): no false discovery with probability 1 - alpha, whatever the dependence. */
  HOLM("Holm") {
    @Override
    double factor(int m, int rank) {
      return m - rank + 1;
    }

    @Override
    boolean stepsDown() {
      return true;
    }
  },
  /** Hochberg (1988): as Holm and stronger, if the questions are independent or positively so. */
  HOCHBERG("Hochberg") {
    @Override
    double factor(int m, int rank) {
      return m - rank + 1;
    }
  },
  /**
   * Benjamini and Hochberg (1995): at most a share alpha of the discoveries is false, if the
   * questions are independent or positively dependent.
   */
  BENJAMINI_HOCHBERG("Benjamini-Hochberg") {
    @Override
    double factor(int m, int rank) {
      return (double) m / rank;
    }
  },
  /** Benjamini and Yekutieli (2001): the same under any dependence. */
  BENJAMINI_YEKUTIELI("Benjamini-Yekutieli") {
    @Override
    double factor(int m, int rank) {
      double harmonic = 0;
      for (int i = 1; i <= m; i++) {
        harmonic += 1.0 / i;
      }
      return harmonic * m / rank;
    }
  };

  private final String label;

  Correction(String label) {
    this.label = label;
  }

  /** What the rank-th smallest of m p-values is multiplied by. */
  abstract double factor(int m, int rank);

  /** Whether a p-value that fails ends the list, instead of one that passes settling the rest. */
  boolean stepsDown() {
    return false;
  }

  /**
   * Returns the authors' names, for reports.
   *
   * @return such as {@code "Benjamini-Hochberg"}
   */
  public String label() {
    return label;
  }

  /**
   * Returns the corrected p-values: a question is answered with yes at alpha when its corrected
   * p-value is at most alpha.
   *
   * @param pValues in [0, 1], in any order
   * @return as many, in the same order, each at least as large and at most 1
   * @throws IllegalArgumentException if a value is not in [0, 1]; names the position
   */
  public double[] adjust(double... pValues) {
    Integer[] order = order(pValues);
    int m = order.length;
    double[] adjusted = new double[m];
    double bound = stepsDown() ? 0 : 1;
    for (int i = 0; i < m; i++) {
      int rank = stepsDown() ? i + 1 : m - i;
      double scaled = Math.min(1, factor(m, rank) * pValues[order[rank - 1]]);
      bound = stepsDown() ? Math.max(bound, scaled) : Math.min(bound, scaled);
      adjusted[order[rank - 1]] = bound;
    }
    return this == NONE ? pValues.clone() : adjusted;
  }

  /**
   * Returns one less the level at which each question's interval must be drawn so that it excludes
   * "no effect" exactly when the corrected p-value is at most {@code alpha}.
   *
   * <p>Jointly: with {@link #BONFERRONI} all intervals hold at once. With {@link
   * #BENJAMINI_HOCHBERG} and {@link #BENJAMINI_YEKUTIELI} these are the false-coverage-rate
   * intervals of Benjamini and Yekutieli (2005): among the discoveries, at most a share alpha of
   * the intervals misses. With {@link #HOLM} and {@link #HOCHBERG} the decisions hold jointly; each
   * interval holds at its own level.
   *
   * @param alpha above 0 and below 1
   * @param pValues in [0, 1], in any order
   * @return as many, in the same order, each above 0 and at most alpha
   * @throws IllegalArgumentException if a value is out of range
   * @see <a href="https://doi.org/10.1198/016214504000001907">Benjamini and Yekutieli (2005)</a>
   */
  public double[] alphas(double alpha, double... pValues) {
    Levels.check("alpha", alpha);
    double[] adjusted = adjust(pValues);
    int m = pValues.length;
    int rejected = (int) Arrays.stream(adjusted).filter(p -> p <= alpha).count();
    Integer[] order = order(pValues);
    double[] alphas = new double[m];
    for (int i = 0; i < m; i++) {
      boolean yes = adjusted[order[i]] <= alpha;
      alphas[order[i]] = alpha / factor(m, rank(yes, i + 1, rejected, m));
    }
    return alphas;
  }

  /** The rank whose threshold separates the questions answered yes from the others. */
  private int rank(boolean yes, int own, int rejected, int m) {
    return switch (this) {
      case NONE, BONFERRONI -> 1;
      case HOLM -> yes ? own : Math.min(m, rejected + 1);
      case HOCHBERG -> yes ? rejected : Math.min(m, rejected + 1);
      case BENJAMINI_HOCHBERG, BENJAMINI_YEKUTIELI -> Math.max(1, rejected);
    };
  }

  private static Integer[] order(double[] pValues) {
    Integer[] order = new Integer[pValues.length];
    for (int i = 0; i < order.length; i++) {
      if (!(pValues[i] >= 0 && pValues[i] <= 1)) {
        throw new IllegalArgumentException(
            "p-value at " + i + ": " + pValues[i] + " (expected: 0..1)");
      }
      order[i] = i;
    }
    Arrays.sort(order, Comparator.comparingDouble(i -> pValues[i]));
    return order;
  }
}
