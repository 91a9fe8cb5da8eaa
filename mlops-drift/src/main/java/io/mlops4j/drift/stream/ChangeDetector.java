package io.mlops4j.drift.stream;

import java.util.Objects;

/**
 * Watches a stream of numbers, usually 1 for an error and 0 for none, and says when its mean (or
 * distribution) is no longer what it was. After a change it forgets everything and starts again.
 *
 * <p>Used by one thread at a time. Memory is bounded: at most a few hundred numbers. Parameters and
 * alarms are those of River 0.26, to the index, on the streams of its own tests.
 */
public interface ChangeDetector {

  /**
   * Takes the next value.
   *
   * @param value 0 or 1, or any finite number for the methods that say so
   * @return true if a change was detected with this value
   * @throws IllegalArgumentException if the value is not finite, or not 0 or 1 where that is needed
   */
  boolean add(double value);

  /**
   * Returns whether the last value looked like the beginning of a change. Only some methods warn.
   *
   * @return false for those that do not
   */
  default boolean warning() {
    return false;
  }

  /** The methods there are. */
  enum Method {
    /**
     * Adaptive windowing: cuts a window of any length where two parts differ. Any numbers.
     *
     * @see <a href="https://doi.org/10.1137/1.9781611972771.42">Bifet and Gavalda (2007)</a>
     */
    ADWIN,
    /**
     * The test of Page and Hinkley: the sum of deviations from the running mean, here in running
     * standard deviations. Any numbers.
     *
     * @see <a href="https://doi.org/10.1093/biomet/41.1-2.100">Page (1954)</a>
     */
    PAGE_HINKLEY,
    /**
     * The Kolmogorov-Smirnov test between the newest values and older ones of a window. Any
     * numbers.
     *
     * @see <a href="https://doi.org/10.1016/j.neucom.2019.11.111">Raab and others (2020)</a>
     */
    KSWIN,
    /**
     * An error rate above its lowest by several standard deviations. 0 and 1.
     *
     * @see <a href="https://doi.org/10.1007/978-3-540-28645-5_29">Gama and others (2004)</a>
     */
    DDM,
    /**
     * Errors that follow each other faster than before. 0 and 1; for slow changes.
     *
     * @see <a href="https://riverml.xyz/latest/api/drift/binary/EDDM/">Baena-Garcia and others
     *     (2006)</a>
     */
    EDDM,
    /**
     * Hoeffding's bound on a mean above its lowest. 0 to 1.
     *
     * @see <a href="https://doi.org/10.1109/TKDE.2014.2345382">Frias-Blanco and others (2015)</a>
     */
    HDDM_A,
    /** McDiarmid's bound on a weighted mean above its lowest: sees abrupt changes. 0 to 1. */
    HDDM_W
  }

  /**
   * Returns a detector of which at most about one false alarm is to be expected within so many
   * values from its start: by simulation of independent errors at constant rates from 2 % to 50 %,
   * at the worst of them. Values that depend on each other alarm more often.
   *
   * @param method how it looks
   * @param values how many are to pass between false alarms, 500 to 100,000
   * @return a new detector
   * @throws IllegalArgumentException if that is out of range, or the method cannot wait so long;
   *     says how long it can
   */
  static ChangeDetector expecting(Method method, long values) {
    Objects.requireNonNull(method, "method");
    return RunLengths.detector(method, values);
  }

  /**
   * Returns ADWIN by its own parameter.
   *
   * @param delta the confidence, above 0 and at most 1; River's default is 0.002
   * @return a new detector
   */
  static ChangeDetector adwin(double delta) {
    return new Adwin(delta);
  }

  /**
   * Returns Page and Hinkley's test in the unit of the values.
   *
   * @param threshold of the sum of deviations, above 0; River's default is 50
   * @param twoSided whether a falling mean is a change, too
   * @return a new detector
   */
  static ChangeDetector pageHinkley(double threshold, boolean twoSided) {
    return new PageHinkley(threshold, twoSided, false);
  }

  /**
   * Returns KSWIN by its own parameters.
   *
   * @param alpha the level of each test, above 0 and below 1; River's default is 0.005
   * @param window how many values are kept, 10 to 100,000; River's default is 100
   * @param recent how many of them are the newest, at most half; River's default is 30
   * @param seed of the choice of older values
   * @return a new detector
   */
  static ChangeDetector kswin(double alpha, int window, int recent, long seed) {
    return new Kswin(alpha, window, recent, seed);
  }

  /**
   * Returns DDM by its own parameter.
   *
   * @param deviations above the lowest rate, above 0; River's default is 3
   * @return a new detector that also warns, at two thirds of it
   */
  static ChangeDetector ddm(double deviations) {
    return new Ddm(deviations, 0);
  }

  /**
   * Returns EDDM by its own parameter.
   *
   * @param beta the part of the longest distance below which errors are too close, above 0 and at
   *     most 0.95; River's default is 0.9
   * @return a new detector that also warns, at 0.95
   */
  static ChangeDetector eddm(double beta) {
    return new Eddm(beta);
  }

  /**
   * Returns HDDM with averages.
   *
   * @param confidence above 0 and below 1; River's default is 0.001
   * @param twoSided whether a falling mean is a change, too
   * @return a new detector that also warns, at five times the confidence
   */
  static ChangeDetector hddmA(double confidence, boolean twoSided) {
    return new HddmA(confidence, twoSided);
  }

  /**
   * Returns HDDM with weighted averages, of weight 0.05 for each new value.
   *
   * @param confidence above 0 and below 1; River's default is 0.001
   * @param twoSided whether a falling mean is a change, too
   * @return a new detector that also warns, at five times the confidence
   */
  static ChangeDetector hddmW(double confidence, boolean twoSided) {
    return new HddmW(confidence, twoSided);
  }
}
