package io.mlops4j.drift.log;

import java.time.Instant;
import java.util.Objects;

/**
 * A truth as somebody reported it. Of several for one prediction a correction beats a report; the
 * earliest report and the latest correction win; of two with one time, the larger value. So the
 * outcome does not depend on the order in which they arrive, nor on how often.
 *
 * @param name a prediction's id, or its key
 * @param byKey whether the name is a key
 * @param value the truth; NaN takes back every label known before, and is always a correction
 * @param at when it became known, cut to microseconds
 * @param correction whether it replaces what was reported before
 */
public record ReportedLabel(
    String name, boolean byKey, double value, Instant at, boolean correction) {
  /** Checks name and value, and cuts the time. */
  public ReportedLabel {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(at, "at");
    LoggedPrediction.requireName(byKey ? "key" : "id", name);
    if (Double.isInfinite(value) || (Double.isNaN(value) && !correction)) {
      throw new IllegalArgumentException("label: " + value + " (expected: finite)");
    }
    value += 0.0; // -0.0 is 0.0
    at = Micros.cut(at);
  }

  /**
   * Returns whether this label counts rather than another one of the same prediction.
   *
   * @param other the other one
   * @return false if they are equal in everything that decides
   */
  public boolean beats(ReportedLabel other) {
    if (correction != other.correction) {
      return correction;
    }
    int later = at.compareTo(other.at);
    if (later != 0) {
      return correction == later > 0;
    }
    return Double.compare(value, other.value) > 0;
  }

  /** Returns time and value; not the name, which may be a person's. */
  @Override
  public String toString() {
    return (correction ? "correction " : "label ") + value + " of " + at;
  }
}
