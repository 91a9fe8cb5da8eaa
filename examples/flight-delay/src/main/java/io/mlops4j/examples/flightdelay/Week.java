package io.mlops4j.examples.flightdelay;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One week of live traffic, as it looked when the week was over.
 *
 * @param from its first instant
 * @param version the version in production when it ended
 * @param flights how many were asked for
 * @param rollingAuc AUC of the production answers of the week whose truth is known, if defined
 * @param psi per feature, against the baseline of the version that served
 * @param drifted which of them are called drifted
 * @param action what was done about it, or empty
 */
record Week(
    Instant from,
    String version,
    long flights,
    OptionalDouble rollingAuc,
    Map<String, Double> psi,
    String drifted,
    String action) {

  Week withAction(String what) {
    return new Week(from, version, flights, rollingAuc, psi, drifted, what);
  }
}
