package io.mlops4j.experiments;

import io.mlops4j.stats.Bucketing;
import java.util.HexFormat;

/** Names of decisions: 128 bits of hash, so that a billion decisions share none. */
final class DecisionIds {
  private static final Bucketing FIRST = Bucketing.salted("decision");
  private static final Bucketing SECOND = Bucketing.salted("decision, second half");

  private DecisionIds() {}

  static String of(String experiment, long epoch, String unit) {
    String number = Long.toString(epoch);
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(FIRST.derive(experiment).derive(number).hash(unit))
        + hex.toHexDigits(SECOND.derive(experiment).derive(number).hash(unit));
  }
}
