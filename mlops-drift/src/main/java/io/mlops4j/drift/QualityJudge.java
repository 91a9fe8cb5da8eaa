package io.mlops4j.drift;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.Quality.Estimate;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Decides whether a stretch is worse than its reference. A pure function.
 *
 * <p>Labels trickle in, so a stretch is judged again and again. Its bound is therefore that of an
 * asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of
 * Statistics 52(6)): about 1.5 times as wide as a bound for one look, valid at all looks together.
 */
final class QualityJudge {
  private final QualityRule rule;
  private final double alpha;

  QualityJudge(QualityRule rule, double falseAlarmProbability) {
    this.rule = rule;
    this.alpha = falseAlarmProbability;
  }

  /** Judges the newest stretch with enough labels of a version or segment. */
  static Check.Outcome judge(
      ModelVersion version, VersionQuality quality, QualityRule rule, int rolling) {
    Optional<Quality> now = quality.newestMature(rolling, rule.minCoverage(), rule.minLabels());
    Optional<Estimate> reference = reference(version, quality, rule);
    if (reference.isEmpty()) {
      return new Check.NoData(version + ": the reference " + rule.metric() + " is not known yet.");
    }
    if (now.isEmpty()) {
      return new Check.NoData(
          String.format(
              Locale.ROOT,
              "%s: no stretch of %d windows has %,d labels for %.0f %% of its predictions yet.",
              version,
              rolling,
              rule.minLabels(),
              100 * rule.minCoverage()));
    }
    double alpha = rule.falseAlarms().perLook(quality.windowLength(), 1);
    return new QualityJudge(rule, alpha).judge(version, now.get(), reference.get());
  }

  static Optional<Estimate> reference(
      ModelVersion version, VersionQuality quality, QualityRule rule) {
    if (rule.reference() instanceof QualityRule.Known known) {
      OptionalDouble value = known.of().apply(version);
      return value.isPresent() && Double.isFinite(value.getAsDouble())
          ? Optional.of(new Estimate(value.getAsDouble(), 0, 0))
          : Optional.empty();
    }
    Quality first = quality.reference();
    return first.labels() >= rule.minLabels() && first.coverage() >= rule.minCoverage()
        ? rule.metric().of(first)
        : Optional.empty();
  }

  /** Says whose outcome it is. */
  static Check.Outcome named(Check.Outcome outcome, Optional<String> segment) {
    if (segment.isEmpty()) {
      return outcome;
    }
    String sentence = segment.get() + ": " + outcome.sentence();
    if (outcome instanceof Check.Fail) {
      return new Check.Fail(sentence);
    }
    return outcome instanceof Check.Pass ? new Check.Pass(sentence) : new Check.NoData(sentence);
  }

  /** Judges against a number, taken as exact, or against a measured one. */
  Check.Outcome judge(ModelVersion version, Quality now, Estimate reference) {
    Optional<Estimate> measured = rule.metric().of(now);
    if (measured.isEmpty()) {
      return new Check.NoData(
          String.format(
              Locale.ROOT,
              "%s: %s is undefined: %s%,d labels.",
              version,
              rule.metric(),
              now.binary().isPresent()
                  ? String.format(Locale.ROOT, "%,d positive of ", now.positives())
                  : "",
              now.labels()));
    }
    Estimate value = measured.get();
    double sign = rule.metric().higherIsBetter() ? 1 : -1;
    double worse = sign * (reference.value() - value.value());
    double error = Math.hypot(value.standardError(), reference.standardError());
    // Rounding can hide as much as it can feign: count it against an alarm.
    double certain = worse - value.roundingError() - reference.roundingError();
    double bound = multiplier(now.labels()) * error;
    double margin = rule.drop().margin(reference.value());
    String numbers =
        String.format(
            Locale.ROOT,
            "%s: %s is %.4f against %.4f over %,d labels (%.0f %% of predictions)",
            version,
            rule.metric(),
            value.value(),
            reference.value(),
            now.labels(),
            100 * now.coverage());
    if (certain > margin && certain > bound) {
      return new Check.Fail(
          String.format(
              Locale.ROOT,
              "%s: worse by %.4f, more than %s, and more than the %.4f that chance explains.",
              numbers,
              worse,
              rule.drop(),
              bound));
    }
    if (certain > margin) {
      return new Check.NoData(
          String.format(
              Locale.ROOT,
              "%s: worse by %.4f, more than %s, but chance explains %.4f.",
              numbers,
              worse,
              rule.drop(),
              bound));
    }
    return new Check.Pass(
        String.format(Locale.ROOT, "%s: not worse by more than %s.", numbers, rule.drop()));
  }

  /** How many standard errors; narrowest, relative to one look, near the least labels allowed. */
  double multiplier(long labels) {
    double log = -2 * Math.log(alpha);
    double rho = (log + Math.log(log) + 1) / rule.minLabels();
    double scaled = labels * rho;
    return Math.sqrt(2 * (1 + 1 / scaled) * Math.log(Math.sqrt(scaled + 1) / alpha));
  }
}
