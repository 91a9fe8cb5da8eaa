package io.mlops4j.examples.continuous;

import io.mlops4j.core.Check;
import io.mlops4j.core.Time;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.pipeline.loop.LoopData;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/** What is expected of labels, fixed before anything went wrong. */
final class Labels {
  private static final double LEAST_DELAYED = 0.08;
  private static final double MOST_DELAYED = 0.5;

  private Labels() {}

  /** The labels of the last two weeks, for an alarm. */
  static Check check(Function<Instant, LoopData<Flight>> tables, Time time) {
    return new Check() {
      private Instant asked = Instant.MIN;
      private Outcome last = new NoData("Nobody has asked yet.");

      @Override
      public String name() {
        return "labels";
      }

      @Override
      public synchronized Outcome evaluate() {
        Instant hour = time.now().truncatedTo(ChronoUnit.HOURS);
        if (!hour.equals(asked)) {
          asked = hour;
          last = rate(tables.apply(hour).judge());
        }
        return last;
      }
    };
  }

  @SafeVarargs
  static Check.Outcome rate(LabeledDataset<Flight>... parts) {
    for (LabeledDataset<Flight> part : parts) {
      Check.Outcome outcome = outcome(Arrays.stream(part.labels()).average().orElse(Double.NaN));
      if (!(outcome instanceof Check.Pass)) {
        return outcome;
      }
    }
    return new Check.Pass("The shares of delayed flights are usual.");
  }

  private static Check.Outcome outcome(double share) {
    if (Double.isNaN(share)) {
      return new Check.NoData("No label is known.");
    }
    String sentence =
        String.format(
            Locale.ROOT,
            "%.1f %% of the flights are delayed (expected: %.0f to %.0f %%).",
            100 * share,
            100 * LEAST_DELAYED,
            100 * MOST_DELAYED);
    return share >= LEAST_DELAYED && share <= MOST_DELAYED
        ? new Check.Pass(sentence)
        : new Check.Fail(sentence);
  }

  /** A check's name as a trigger's. */
  static String word(String name) {
    return name.replaceAll("[^A-Za-z0-9._-]+", "-");
  }
}
