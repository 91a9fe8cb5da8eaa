package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Shadow} judges by. Every value may be set once; not thread-safe.
 *
 * <p>Limits on shares (disagreement, flips, errors, segments) pass and fail only on evidence that
 * stays valid however often one looks: a share that lies exactly on its limit is ever told to be
 * above or below it with a probability of at most 5 %. The other limits are compared with the
 * estimate once there are {@link #minimumRows}.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class ShadowBuilder<I, O> {
  private static final long MINIMUM = 1_000;
  private static final Duration RAREST = Duration.ofDays(365);
  private static final Duration EVERY = Duration.ofMinutes(1);

  final Comparison<O> comparison;
  final RowSegments<I> segments;
  final List<ShadowRule> rules = new ArrayList<>();
  @Nullable Long minimum;
  @Nullable ObjectStore store;
  @Nullable String instance;
  @Nullable Duration every;
  @Nullable Time time;
  @Nullable String name;

  ShadowBuilder(Schema<I> schema, Comparison<O> comparison) {
    this.segments = new RowSegments<>(Objects.requireNonNull(schema, "schema"));
    this.comparison = Objects.requireNonNull(comparison, "comparison");
    if (comparison.fields().isEmpty()) {
      throw new IllegalArgumentException("comparison: no fields (expected: at least one)");
    }
  }

  /**
   * Says how many rows there must be before anything passes or fails. The default is 1,000.
   *
   * @param rows at least 1
   * @return this
   */
  public ShadowBuilder<I, O> minimumRows(long rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("minimumRows: " + rows + " (expected: 1 or more)");
    }
    minimum = once("minimumRows", minimum, rows);
    return this;
  }

  /**
   * Limits the share of answers with a field beyond its tolerance, or with another decision.
   *
   * @param share above 0, below 1
   * @return this
   */
  public ShadowBuilder<I, O> disagreementAtMost(double share) {
    return rule(new ShadowRule.Share("disagreement", share("disagreementAtMost", share)));
  }

  /**
   * Limits the share of decisions that change, of each field that decides.
   *
   * @param share above 0, below 1
   * @return this
   */
  public ShadowBuilder<I, O> flipsAtMost(double share) {
    if (comparison.fields().stream().noneMatch(AnswerField::decides)) {
      throw new IllegalArgumentException(
          "flipsAtMost: no field decides (expected: a probability, classes or a category)");
    }
    return rule(new ShadowRule.Flips(share("flipsAtMost", share)));
  }

  /**
   * Limits the share of rows the candidate fails on, refuses, or is too slow for.
   *
   * @param share above 0, below 1
   * @return this
   */
  public ShadowBuilder<I, O> errorsAtMost(double share) {
    return rule(new ShadowRule.Share("errors", share("errorsAtMost", share)));
  }

  /**
   * Asks for the same order: Kendall's tau-b of the scores of each field that has any.
   *
   * @param tau above -1, at most 1
   * @return this
   */
  public ShadowBuilder<I, O> rankAgreementAtLeast(double tau) {
    if (!(tau > -1 && tau <= 1)) {
      throw new IllegalArgumentException(
          "rankAgreementAtLeast: " + tau + " (expected: above -1, at most 1)");
    }
    requireScores("rankAgreementAtLeast", false);
    return rule(new ShadowRule.Scores("ranks", tau));
  }

  /**
   * Limits the population stability index of the candidate's scores (or classes) against the live
   * ones, of each field that has any.
   *
   * @param psi above 0; 0.1 and 0.25 are customary
   * @return this
   */
  public ShadowBuilder<I, O> psiAtMost(double psi) {
    if (!(psi > 0 && psi < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("psiAtMost: " + psi + " (expected: above 0)");
    }
    requireScores("psiAtMost", true);
    return rule(new ShadowRule.Scores("psi", psi));
  }

  /**
   * Limits how much longer the candidate's p99 is than the live version's, on the same rows. Needs
   * 1,000 of them. A mirror asks one row at a time, beside live traffic: this finds a model that is
   * much slower, and is no load test.
   *
   * @param factor at least 1
   * @return this
   */
  public ShadowBuilder<I, O> p99AtMost(double factor) {
    if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("p99AtMost: " + factor + " (expected: 1 or more)");
    }
    return rule(new ShadowRule.Slower(factor));
  }

  /**
   * Limits the share of disagreeing answers in every segment. One segment beyond it fails the
   * shadow; a segment with too few rows to tell holds it up.
   *
   * @param share above 0, below 1
   * @return this
   */
  public ShadowBuilder<I, O> segmentsAtMost(double share) {
    return rule(new ShadowRule.Segments(share("segmentsAtMost", share)));
  }

  /**
   * Adds a segment.
   *
   * @param segment its name, the same in every instance
   * @param condition says whether a row belongs to it; quick
   * @return this
   */
  public ShadowBuilder<I, O> segment(String segment, Predicate<? super EncodedRow<I>> condition) {
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(condition, "condition");
    segments.where(segment, condition);
    return this;
  }

  /**
   * Adds a segment per value of a category, and one for all others.
   *
   * @param feature categorical, not sensitive
   * @param values the values
   * @return this
   */
  public ShadowBuilder<I, O> segmentBy(String feature, String... values) {
    Objects.requireNonNull(feature, "feature");
    Objects.requireNonNull(values, "values");
    for (String value : values) {
      Objects.requireNonNull(value, "value");
    }
    segments.by(feature, List.of(values));
    return this;
  }

  /**
   * Adds the segments of a version's baseline that lie in cells of a feature. A baseline does not
   * hold conditions: add those with {@link #segment}.
   *
   * @param baseline the live version's
   * @return this
   */
  public ShadowBuilder<I, O> segmentsOf(Baseline baseline) {
    Objects.requireNonNull(baseline, "baseline");
    segments.of(baseline);
    return this;
  }

  /**
   * Adds up the counts of a fleet. Each instance stores its own every so often, and whoever is
   * asked adds them up: exactly, in any order, each row once.
   *
   * @param shared what the instances share
   * @param ownName of this instance, unique among those that run; as in a key of the store
   * @return this
   */
  public ShadowBuilder<I, O> fleet(ObjectStore shared, String ownName) {
    requirePart("ownName", ownName);
    store = once("fleet", store, Objects.requireNonNull(shared, "shared"));
    instance = ownName;
    return this;
  }

  /**
   * Says how often an instance stores its counts. The default is a minute.
   *
   * @param interval positive, at most 365 days
   * @return this
   */
  public ShadowBuilder<I, O> saveEvery(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    if (interval.isZero() || interval.isNegative() || interval.compareTo(RAREST) > 0) {
      throw new IllegalArgumentException(
          "saveEvery: " + interval + " (expected: positive, at most 365 days)");
    }
    every = once("saveEvery", every, interval);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public ShadowBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Names the shadow in checks and in the store. The default is {@code shadow}.
   *
   * @param text as in a key of the store, the same in every instance
   * @return this
   */
  public ShadowBuilder<I, O> named(String text) {
    name = once("named", name, requirePart("text", text));
    return this;
  }

  /**
   * Returns the shadow.
   *
   * @return a listener for a mirror, and a check
   */
  public Shadow<I, O> build() {
    if (segments.names().isEmpty()
        && rules.stream().anyMatch(ShadowRule.Segments.class::isInstance)) {
      throw new IllegalStateException("segmentsAtMost: there are no segments. Add some.");
    }
    return new Shadow<>(this);
  }

  String effectiveName() {
    return name == null ? "shadow" : name;
  }

  long effectiveMinimum() {
    return minimum == null ? MINIMUM : minimum;
  }

  Time effectiveTime() {
    return time == null ? Time.system() : time;
  }

  Duration effectiveInterval() {
    return every == null ? EVERY : every;
  }

  private ShadowBuilder<I, O> rule(ShadowRule rule) {
    if (rules.stream().anyMatch(r -> r.name().equals(rule.name()))) {
      throw new IllegalStateException("the limit of " + rule.name() + " is set already");
    }
    rules.add(rule);
    return this;
  }

  private void requireScores(String what, boolean orClasses) {
    if (comparison.fields().stream()
        .noneMatch(f -> f.kind().cells() != null || (orClasses && f.classes() > 0))) {
      throw new IllegalArgumentException(
          what + ": no field has scores (expected: a number or a probability)");
    }
  }

  private static double share(String what, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(what + ": " + share + " (expected: above 0, below 1)");
    }
    return share;
  }

  private static String requirePart(String what, String text) {
    Objects.requireNonNull(text, what);
    if (!ObjectStore.KEY_PART.matcher(text).matches()) {
      throw new IllegalArgumentException(
          what
              + ": \""
              + Text.printable(text, 64)
              + "\" (expected: 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)");
    }
    return text;
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
