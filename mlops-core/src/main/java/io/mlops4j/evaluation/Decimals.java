package io.mlops4j.evaluation;

import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.databind.node.DecimalNode;
import java.math.BigDecimal;

/**
 * The shortest decimal that reads back as the same double.
 *
 * <p>{@code Double.toString} is not it: before JDK 19 it often wrote a digit too many (JDK-4511638:
 * 2^-44 had 17 digits, now 16), so ids and digests made from it would differ between the JDKs we
 * run on.
 */
final class Decimals {
  private Decimals() {}

  /** Returns the shortest text of a finite double, such as {@code 0.5} or {@code 1.0E-5}. */
  static String text(double value) {
    return NumberOutput.toString(value, true);
  }

  /** Returns a JSON number that is written as the shortest decimal on every JDK. */
  static DecimalNode node(double value) {
    return DecimalNode.valueOf(new BigDecimal(text(value)));
  }
}
