package io.mlops4j.data.expect;

import io.mlops4j.core.Time;
import io.mlops4j.data.expect.CompareRule.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What can be expected of one feature: each method returns an {@link Expectation}. Whether the
 * feature exists and is of a fitting kind is checked when a suite is made of it. Bounds belong to
 * what they bound unless the name says above or below; an infinite bound is open.
 */
public final class ExpectedFeature {
  private final String name;

  ExpectedFeature(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Expects a value: not null, not NaN. Of a primitive, the rows that cannot be read are counted.
   *
   * @return the expectation
   */
  public Expectation isPresent() {
    return Expectation.of(new CellRules.Present(name));
  }

  /**
   * Expects no value; most useful as a filter.
   *
   * @return the expectation
   */
  public Expectation isMissing() {
    return Expectation.of(new CellRules.Missing(name));
  }

  /**
   * Expects that at most a share of the rows has no value.
   *
   * @param share 0 to 1
   * @return the expectation
   */
  public Expectation missingAtMost(double share) {
    return Expectation.of(new TableRules.MissingShare(name, share));
  }

  /**
   * Expects that what a file holds can be read as the feature's type. Rows that cannot be read for
   * another reason do not count. A suite that does not say so expects it of every row.
   *
   * @return the expectation, of rows of a source; it takes no filter
   */
  public Expectation isReadable() {
    return Expectation.of(new ReadableRule(name));
  }

  /**
   * Expects a number within bounds.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation isBetween(double min, double max) {
    return Expectation.of(new CellRules.Within(name, Bounds.between(min, max)));
  }

  /**
   * Expects a time within bounds.
   *
   * @param first the first instant
   * @param last the last instant; local times are taken as if in UTC
   * @return the expectation
   */
  public Expectation isBetween(Instant first, Instant last) {
    return isBetween((double) Time.millis(first), (double) Time.millis(last));
  }

  /**
   * Expects a number of a size at least.
   *
   * @param min the least
   * @return the expectation
   */
  public Expectation isAtLeast(double min) {
    return Expectation.of(new CellRules.Within(name, Bounds.atLeast(min)));
  }

  /**
   * Expects a number of a size at most.
   *
   * @param max the largest
   * @return the expectation
   */
  public Expectation isAtMost(double max) {
    return Expectation.of(new CellRules.Within(name, Bounds.atMost(max)));
  }

  /**
   * Expects a number above another.
   *
   * @param bound itself not allowed
   * @return the expectation
   */
  public Expectation isAbove(double bound) {
    return Expectation.of(new CellRules.Within(name, new Bounds(bound, null, true, false)));
  }

  /**
   * Expects a number below another.
   *
   * @param bound itself not allowed
   * @return the expectation
   */
  public Expectation isBelow(double bound) {
    return Expectation.of(new CellRules.Within(name, new Bounds(null, bound, false, true)));
  }

  /**
   * Expects a finite number, or a vector of finite floats. NaN is a missing number, not an infinite
   * one; in a vector it fails.
   *
   * @return the expectation
   */
  public Expectation isFinite() {
    return Expectation.of(new CellRules.Finite(name));
  }

  /**
   * Expects a number without a fraction.
   *
   * @return the expectation
   */
  public Expectation isWhole() {
    return Expectation.of(new CellRules.Whole(name));
  }

  /**
   * Expects one of some texts, compared exactly.
   *
   * @param values at least one
   * @return the expectation
   */
  public Expectation isIn(String... values) {
    return Expectation.of(new TextRules.Words(name, List.of(values), true));
  }

  /**
   * Expects one of some numbers.
   *
   * @param values at least one, finite
   * @return the expectation
   */
  public Expectation isIn(double... values) {
    return Expectation.of(new CellRules.Numbers(name, boxed(values), true));
  }

  /**
   * Expects none of some texts.
   *
   * @param values at least one
   * @return the expectation
   */
  public Expectation isNotIn(String... values) {
    return Expectation.of(new TextRules.Words(name, List.of(values), false));
  }

  /**
   * Expects none of some numbers.
   *
   * @param values at least one, finite
   * @return the expectation
   */
  public Expectation isNotIn(double... values) {
    return Expectation.of(new CellRules.Numbers(name, boxed(values), false));
  }

  /**
   * Expects one of the values the schema gives as the feature's domain.
   *
   * @return the expectation
   */
  public Expectation isInDomain() {
    return Expectation.of(new TextRules.InDomain(name));
  }

  /**
   * Expects that another data set has the value: a foreign key. The validation must be given that
   * data set under the same name.
   *
   * @param reference what {@link Validation#reference} calls it
   * @return the expectation
   */
  public Expectation isKnownTo(String reference) {
    return Expectation.of(new ReferenceRule(name, reference));
  }

  /**
   * Expects that the whole text is of a pattern. Patterns are regular expressions in Java's syntax
   * without what makes matching take exponential time or is no regular language: back references,
   * look-around, possessive and atomic groups, boundaries. A match takes time proportional to
   * pattern times text, whatever they hold.
   *
   * @param pattern such as {@code [A-Z]{3}}
   * @return the expectation
   * @throws IllegalArgumentException saying where the pattern is not one
   */
  public Expectation matches(String pattern) {
    return Expectation.of(new TextRules.Matches(name, SafePattern.of(pattern), true));
  }

  /**
   * Expects that the whole text is not of a pattern.
   *
   * @param pattern as for {@link #matches}
   * @return the expectation
   */
  public Expectation matchesNot(String pattern) {
    return Expectation.of(new TextRules.Matches(name, SafePattern.of(pattern), false));
  }

  /**
   * Expects a length: of a text in Unicode characters, of a vector in floats.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation hasLength(int min, int max) {
    return Expectation.of(new TextRules.Length(name, min, max));
  }

  /**
   * Expects that a text is a date or time that exists.
   *
   * @param format as {@link java.time.format.DateTimeFormatter#ofPattern(String)} takes it, in
   *     English; {@code y} is the year
   * @return the expectation
   * @throws IllegalArgumentException if it is no such format
   */
  public Expectation isDate(String format) {
    return Expectation.of(new TextRules.DateText(name, format));
  }

  /**
   * Expects that a text is a decimal number.
   *
   * @return the expectation
   */
  public Expectation isNumber() {
    return Expectation.of(new TextRules.NumberText(name));
  }

  /**
   * Expects that no row repeats the value of an earlier one. {@link Expectation#unique} has the
   * cost.
   *
   * @return the expectation
   */
  public Expectation isUnique() {
    return Expectation.unique(name);
  }

  /**
   * Expects that no value is below the one before it.
   *
   * @return the expectation, of rows in their order
   */
  public Expectation isIncreasing() {
    return Expectation.of(new MonotonicRule(name, true, false));
  }

  /**
   * Expects that every value is above the one before it.
   *
   * @return the expectation, of rows in their order
   */
  public Expectation isStrictlyIncreasing() {
    return Expectation.of(new MonotonicRule(name, true, true));
  }

  /**
   * Expects that no value is above the one before it.
   *
   * @return the expectation, of rows in their order
   */
  public Expectation isDecreasing() {
    return Expectation.of(new MonotonicRule(name, false, false));
  }

  /**
   * Expects that every value is below the one before it.
   *
   * @return the expectation, of rows in their order
   */
  public Expectation isStrictlyDecreasing() {
    return Expectation.of(new MonotonicRule(name, false, true));
  }

  /**
   * Expects a number or time above that of another feature in the same row.
   *
   * @param other its name
   * @return the expectation
   */
  public Expectation isAboveFeature(String other) {
    return compare(Order.ABOVE, other);
  }

  /**
   * Expects a number or time not below that of another feature in the same row.
   *
   * @param other its name
   * @return the expectation
   */
  public Expectation isAtLeastFeature(String other) {
    return compare(Order.AT_LEAST, other);
  }

  /**
   * Expects a number or time below that of another feature in the same row.
   *
   * @param other its name
   * @return the expectation
   */
  public Expectation isBelowFeature(String other) {
    return compare(Order.BELOW, other);
  }

  /**
   * Expects a number or time not above that of another feature in the same row.
   *
   * @param other its name
   * @return the expectation
   */
  public Expectation isAtMostFeature(String other) {
    return compare(Order.AT_MOST, other);
  }

  /**
   * Expects the value of another feature in the same row.
   *
   * @param other its name
   * @return the expectation
   */
  public Expectation isEqualFeature(String other) {
    return compare(Order.EQUAL, other);
  }

  /**
   * Expects another value than that of another feature in the same row.
   *
   * @param other its name
   * @return the expectation
   */
  public Expectation isOtherThanFeature(String other) {
    return compare(Order.DIFFERENT, other);
  }

  /**
   * Expects a number of different values, counted exactly; a missing one is none. {@link
   * Expectation#unique} has the cost.
   *
   * @param min the least
   * @param max the most
   * @return the expectation
   */
  public Expectation distinctBetween(long min, long max) {
    return Expectation.of(new DistinctRule(name, min, max));
  }

  /**
   * Expects a mean.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation meanBetween(double min, double max) {
    return moment(MomentRule.Statistic.MEAN, min, max);
  }

  /**
   * Expects a standard deviation (of a sample: with n - 1).
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation standardDeviationBetween(double min, double max) {
    return moment(MomentRule.Statistic.STANDARD_DEVIATION, min, max);
  }

  /**
   * Expects a sum.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation sumBetween(double min, double max) {
    return moment(MomentRule.Statistic.SUM, min, max);
  }

  /**
   * Expects the smallest value in bounds: that data reaches down far enough, and not further.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation minimumBetween(double min, double max) {
    return moment(MomentRule.Statistic.MINIMUM, min, max);
  }

  /**
   * Expects the largest value in bounds.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation maximumBetween(double min, double max) {
    return moment(MomentRule.Statistic.MAXIMUM, min, max);
  }

  /**
   * Expects a quantile (linear between neighbours, as numpy and pandas have it). Whether it lies in
   * the bounds is decided exactly, in constant memory, however many rows there are; the value that
   * is shown is exact up to 100,000 rows and from a sample of them beyond.
   *
   * @param probability 0 to 1
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation quantileBetween(double probability, double min, double max) {
    return Expectation.of(new QuantileRule(name, probability, Bounds.between(min, max)));
  }

  /**
   * Expects a median.
   *
   * @param min the least
   * @param max the largest
   * @return the expectation
   */
  public Expectation medianBetween(double min, double max) {
    return quantileBetween(0.5, min, max);
  }

  /**
   * Expects that the newest time is recent, and not in the future by more than a minute.
   *
   * @param age how old at most, as of the validation's clock
   * @return the expectation, of a feature of kind time
   */
  public Expectation isFresherThan(Duration age) {
    return Expectation.of(new FreshRule(name, age));
  }

  /**
   * Expects a population stability index against a baseline: over the baseline's cells, smoothed by
   * 0.5 each, missing and never seen values being cells, too. Above the limit but below what one
   * sample in a thousand of the same distribution has, it is {@code NO_DATA}: too few rows.
   *
   * @param limit above 0; 0.1 is a small change and 0.2 a large one, by convention
   * @return the expectation; the validation must be given a baseline
   */
  public Expectation psiAtMost(double limit) {
    return Expectation.of(new DistributionRule(name, DistributionRule.Distance.PSI, limit));
  }

  /**
   * Expects a two-sample Kolmogorov-Smirnov distance against a baseline. The baseline's cells bound
   * it from both sides; between the bounds it is {@code NO_DATA}: take a baseline with more bins.
   *
   * @param limit above 0, below 1
   * @return the expectation, of a number or time; the validation must be given a baseline
   */
  public Expectation ksAtMost(double limit) {
    return Expectation.of(new DistributionRule(name, DistributionRule.Distance.KS, limit));
  }

  private Expectation moment(MomentRule.Statistic statistic, double min, double max) {
    return Expectation.of(new MomentRule(name, statistic, Bounds.between(min, max)));
  }

  private Expectation compare(Order order, String other) {
    return Expectation.of(new CompareRule(name, order, Objects.requireNonNull(other, "other")));
  }

  private static List<Double> boxed(double... values) {
    return Arrays.stream(values).boxed().toList();
  }
}
