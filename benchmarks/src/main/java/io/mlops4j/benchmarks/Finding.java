package io.mlops4j.benchmarks;

/**
 * One number and the bound it was held against.
 *
 * @param bound what it must be
 * @param subject what was measured
 * @param control whether the subject is deliberately too slow, so that the bound must reject it
 * @param measured the number; NaN if there is none
 */
record Finding(Bound bound, String subject, boolean control, double measured) {
  static Finding check(Bound bound, String subject, double measured) {
    return new Finding(bound, subject, false, measured);
  }

  static Finding control(Bound bound, String subject, double measured) {
    return new Finding(bound, subject, true, measured);
  }

  /** Whether this is as it should be. */
  boolean ok() {
    return control ? bound.breaks(measured) : bound.keeps(measured);
  }

  String verdict() {
    if (control) {
      return ok() ? "rejected" : "NOT REJECTED";
    }
    return ok() ? "ok" : "FAILED";
  }
}
