package io.mlops4j.drift;

import io.mlops4j.drift.DriftMeasures.CellShift;
import java.util.Locale;
import java.util.stream.LongStream;

/** The verdict on one feature, and the sentence that gives the reason with the numbers. */
final class VerdictWriter {
  private static final double CHANCE = 0.05;

  private final DriftRule rule;
  private final Question question;
  private final DriftMeasures measures;
  private final int cells;

  VerdictWriter(DriftRule rule, Question question, DriftMeasures measures, int cells) {
    this.rule = rule;
    this.question = question;
    this.measures = measures;
    this.cells = cells;
  }

  DriftVerdict verdict() {
    double effect = rule.effect().of(measures);
    double threshold = rule.threshold();
    long n = LongStream.of(question.reference()).sum();
    DriftEffect.Chance chance = rule.effect().chance(measures, cells, CHANCE);
    double critical = chance.at((double) n, (double) question.n());
    String numbers =
        String.format(
            Locale.ROOT,
            "%s: %s %.3f over %,d predictions",
            question.name(),
            rule.effect().label(),
            effect,
            question.n());
    if (effect > threshold && effect > critical) {
      return aboveThreshold(numbers);
    }
    if (critical > threshold) {
      return new DriftVerdict.InsufficientData(
          String.format(
              Locale.ROOT,
              "%s; chance alone can give %.3f: %s.",
              numbers,
              critical,
              needed(chance.needed((double) n, threshold), n)));
    }
    return new DriftVerdict.Stable(
        String.format(Locale.ROOT, "%s is not above %s.", numbers, threshold));
  }

  private DriftVerdict aboveThreshold(String numbers) {
    boolean tested = rule.correction() == DriftRule.Correction.BENJAMINI_HOCHBERG;
    String above = numbers + " is above " + rule.threshold();
    if (measures.logBayesFactor() >= measures.logBayesFactorNeeded()) {
      String evidence =
          tested
              ? String.format(
                  Locale.ROOT,
                  "and its chi-square p-value %.2g is small enough",
                  measures.distances().chiSquareP())
              : String.format(
                  Locale.ROOT,
                  "and the evidence (%.1f nats) above the %.1f needed",
                  measures.logBayesFactor(),
                  measures.logBayesFactorNeeded());
      return new DriftVerdict.Drifted(
          above + ", " + evidence + "; most: " + sentence(measures.why().get(0)) + ".");
    }
    String missing =
        tested
            ? "but the window is not over, or its p-value not small enough"
            : String.format(
                Locale.ROOT,
                "but the evidence (%.1f nats) is below the %.1f needed to rule out chance",
                measures.logBayesFactor(),
                measures.logBayesFactorNeeded());
    return new DriftVerdict.InsufficientData(above + ", " + missing + ".");
  }

  private static String needed(double live, long n) {
    return live > 0 && live < 1e15
        ? String.format(Locale.ROOT, "about %,d predictions are needed", (long) Math.ceil(live))
        : String.format(Locale.ROOT, "the baseline has only %,d rows", n);
  }

  static String sentence(CellShift shift) {
    return String.format(
        Locale.ROOT,
        "%s went from %.1f %% to %.1f %%",
        shift.label(),
        100 * shift.reference(),
        100 * shift.live());
  }

  /** Whether more categories were seen than allowed, four standard errors of the sketch granted. */
  static boolean tooManyDistinct(DataRule rule, Question question) {
    double seen = question.distinct().orElse(0);
    return seen * (1 - 4 * DataQuality.DISTINCT_ERROR) > rule.limit();
  }

  static boolean above(DataRule rule, Question question) {
    return question.quality().of(rule.measure()) > rule.limit();
  }

  static String sentence(DataRule rule, Question question) {
    double value = question.quality().of(rule.measure());
    if (rule.measure() == DataQuality.Measure.DISTINCT) {
      return String.format(
          Locale.ROOT,
          "%s: about %,.0f different values, more than %,.0f.",
          question.name(),
          value,
          rule.limit());
    }
    return String.format(
        Locale.ROOT,
        "%s: %.1f %% of %,d %s, more than %.1f %%.",
        question.name(),
        100 * value,
        question.trials(rule.measure()),
        switch (rule.measure()) {
          case MISSING -> "values are missing";
          case OUT_OF_RANGE -> "values are outside the range of training";
          case UNSEEN -> "values are no category of training";
          default -> "rows have no such feature, or of another kind";
        },
        100 * rule.limit());
  }
}
