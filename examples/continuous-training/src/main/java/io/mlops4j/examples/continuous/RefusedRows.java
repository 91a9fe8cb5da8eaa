package io.mlops4j.examples.continuous;

import io.mlops4j.core.Check;
import java.util.Locale;

/** How many rows could not be read since it was last asked. Used by one thread. */
final class RefusedRows implements Check {
  private static final double LIMIT = 0.01;

  private long asked;
  private long refused;
  private Outcome last = new NoData("Nobody has asked yet.");

  void asked(boolean readable) {
    asked++;
    refused += readable ? 0 : 1;
  }

  /** Ends a period. */
  void look() {
    String sentence =
        String.format(Locale.ROOT, "%d of %d rows could not be read.", refused, asked);
    last =
        asked == 0
            ? new NoData(sentence)
            : refused > LIMIT * asked ? new Fail(sentence) : new Pass(sentence);
    asked = 0;
    refused = 0;
  }

  @Override
  public String name() {
    return "refused rows";
  }

  @Override
  public Outcome evaluate() {
    return last;
  }
}
