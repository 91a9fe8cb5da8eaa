package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Elements;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.drift.log.PredictionLog;
import java.time.Duration;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link QualityMonitor}. Each property is set at most once. Used by one thread.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class QualityMonitorBuilder<I, O> {
  private static final Duration LONGEST = Duration.ofDays(36_600); // a hundred years

  final ModelSource<I, O> source;
  private @Nullable QualityRule rule;
  private @Nullable Duration window;
  private @Nullable Integer rolling;
  private @Nullable Duration horizon;
  private @Nullable Integer capacity;
  private @Nullable Integer bins;
  private @Nullable Answers<O> answers;
  private @Nullable DoubleBinaryOperator worth;
  private @Nullable PredictionLog log;
  private @Nullable Duration retention;
  private @Nullable Time time;
  private @Nullable MeterRegistry meters;
  private boolean features;
  final RowSegments<I> segments = new RowSegments<>();

  /** How an answer becomes a number, and which kind. */
  record Answers<O>(Task task, ToDoubleFunction<? super O> number) {}

  QualityMonitorBuilder(ModelSource<I, O> source) {
    this.source = Objects.requireNonNull(source, "source");
  }

  /**
   * Sets when the check fails.
   *
   * @param drop the rule; without one the check never has data
   * @return this
   */
  public QualityMonitorBuilder<I, O> failWhen(QualityRule drop) {
    Objects.requireNonNull(drop, "drop");
    rule = Settings.once("failWhen", rule, drop);
    return this;
  }

  /**
   * Sets how long a window is.
   *
   * @param length 1 ms to 3660 days; default 1 day, UTC
   * @return this
   */
  public QualityMonitorBuilder<I, O> window(Duration length) {
    Objects.requireNonNull(length, "length");
    window = Settings.once("window", window, new Windows(length).length());
    return this;
  }

  /**
   * Sets how many windows together are judged.
   *
   * @param windows 1 to 100; default 7
   * @return this
   */
  public QualityMonitorBuilder<I, O> rolling(int windows) {
    rolling = Settings.once("rolling", rolling, requireRange("rolling", windows, 1, 100));
    return this;
  }

  /**
   * Sets how long after its prediction a label may come.
   *
   * @param longest more than 0, at most 36,600 days; default 30 days
   * @return this
   */
  public QualityMonitorBuilder<I, O> labelHorizon(Duration longest) {
    Objects.requireNonNull(longest, "longest");
    if (longest.isNegative() || longest.isZero() || longest.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "labelHorizon: " + longest + " (expected: more than 0, at most 36600 days)");
    }
    horizon = Settings.once("labelHorizon", horizon, longest);
    return this;
  }

  /**
   * Sets how many predictions may wait for a label; beyond that the oldest are given up, counted.
   *
   * @param predictions 1 to 10,000,000; default 500,000; about 300 bytes each
   * @return this
   */
  public QualityMonitorBuilder<I, O> capacity(int predictions) {
    capacity =
        Settings.once("capacity", capacity, requireRange("capacity", predictions, 1, 10_000_000));
    return this;
  }

  /**
   * Sets how finely scores are kept.
   *
   * @param count 2 to 10,000 bins of equal width; default 1,000
   * @return this
   */
  public QualityMonitorBuilder<I, O> bins(int count) {
    bins = Settings.once("bins", bins, requireRange("bins", count, 2, 10_000));
    return this;
  }

  /**
   * Sets how an answer becomes the probability of label 1.
   *
   * @param probability called once per prediction, 0 to 1; default: the answer itself if it is a
   *     number
   * @return this
   */
  public QualityMonitorBuilder<I, O> score(ToDoubleFunction<? super O> probability) {
    Objects.requireNonNull(probability, "probability");
    answers = Settings.once("score", answers, new Answers<O>(Task.BINARY, probability));
    return this;
  }

  /**
   * Says that answers are values of a regression; labels are then values too. Instead of {@link
   * #score}.
   *
   * @param value called once per prediction; what is not finite is counted as unusable
   * @return this
   */
  public QualityMonitorBuilder<I, O> regression(ToDoubleFunction<? super O> value) {
    Objects.requireNonNull(value, "value");
    answers = Settings.once("score", answers, new Answers<O>(Task.REGRESSION, value));
    return this;
  }

  /**
   * Says that answers name one of several classes; labels are then indices of classes. Instead of
   * {@link #score}.
   *
   * @param count 2 to 100 classes
   * @param index the class of an answer, 0 to {@code count - 1}; called once per prediction
   * @return this
   */
  public QualityMonitorBuilder<I, O> classes(int count, ToIntFunction<? super O> index) {
    Objects.requireNonNull(index, "index");
    Task task = new Task(Task.Kind.CLASSES, requireRange("classes", count, 2, 100));
    answers = Settings.once("score", answers, new Answers<O>(task, index::applyAsInt));
    return this;
  }

  /**
   * Sets what a prediction turned out to be worth, in any unit: a business metric.
   *
   * <pre>{@code
   * .value((score, label) -> score >= 0.8 ? (label == 1 ? 120 : -15) : 0)
   * }</pre>
   *
   * @param ofAnswerAndLabel called under the monitor's lock, more than once per label; must give
   *     the same for the same numbers; what is not finite, or thrown, is left out
   * @return this
   */
  public QualityMonitorBuilder<I, O> value(DoubleBinaryOperator ofAnswerAndLabel) {
    Objects.requireNonNull(ofAnswerAndLabel, "ofAnswerAndLabel");
    worth = Settings.once("value", worth, ofAnswerAndLabel);
    return this;
  }

  /**
   * Adds a segment per value of categorical features, at most 50 each; what comes later shares one
   * named {@code (other)}.
   *
   * @param schema what rows are
   * @param names of features that are not sensitive
   * @return this
   * @throws IllegalArgumentException if one is unknown, sensitive or not categorical
   */
  public QualityMonitorBuilder<I, O> segmentBy(Schema<I> schema, String... names) {
    Objects.requireNonNull(schema, "schema");
    for (String name : Elements.list("names", names)) {
      segments.by(schema, name);
    }
    return this;
  }

  /**
   * Adds a segment of rows for which a condition holds.
   *
   * @param name 1 to 64 printable characters
   * @param condition called once per prediction, on a listener's thread
   * @return this
   */
  public QualityMonitorBuilder<I, O> segment(String name, Predicate<EncodedRow<I>> condition) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(condition, "condition");
    segments.where(name, condition);
    return this;
  }

  /**
   * Keeps predictions and labels in a durable log, so that nothing is forgotten in a restart and
   * {@link #capacity} bounds nothing. Building the monitor reads it once.
   *
   * @param durable stays the caller's: closing the monitor does not close it
   * @return this
   */
  public QualityMonitorBuilder<I, O> log(PredictionLog durable) {
    Objects.requireNonNull(durable, "durable");
    log = Settings.once("log", log, durable);
    return this;
  }

  /**
   * Keeps the values of features too, without those marked sensitive, for whoever reads the log.
   *
   * @return this
   */
  public QualityMonitorBuilder<I, O> logFeatures() {
    features = true;
    return this;
  }

  /**
   * Sets how long a durable log keeps what it has.
   *
   * @param longest more than the label horizon, at most 36,601 days; default 400 days
   * @return this
   */
  public QualityMonitorBuilder<I, O> retention(Duration longest) {
    Objects.requireNonNull(longest, "longest");
    if (longest.isNegative() || longest.isZero() || longest.compareTo(LONGEST.plusDays(1)) > 0) {
      throw new IllegalArgumentException(
          "retention: " + longest + " (expected: more than labelHorizon, at most 36601 days)");
    }
    retention = Settings.once("retention", retention, longest);
    return this;
  }

  /**
   * Sets the clock by which retention is counted.
   *
   * @param clock default {@link Time#system()}
   * @return this
   */
  public QualityMonitorBuilder<I, O> time(Time clock) {
    Objects.requireNonNull(clock, "clock");
    time = Settings.once("time", time, clock);
    return this;
  }

  /**
   * Publishes the meters {@code mlops.quality.value}, {@code mlops.quality.estimate}, {@code
   * mlops.quality.coverage} and {@code mlops.quality.joins}.
   *
   * @param registry where to
   * @return this
   */
  public QualityMonitorBuilder<I, O> meters(MeterRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    meters = Settings.once("meters", meters, registry);
    return this;
  }

  /**
   * Returns the monitor. With a durable log this reads all of it.
   *
   * @return a new monitor; close it if it has a log
   * @throws io.mlops4j.core.MlopsException if the log cannot be read
   */
  public QualityMonitor<I, O> build() {
    if (retention().compareTo(labelHorizon()) <= 0) {
      throw new IllegalArgumentException(
          "retention: "
              + retention()
              + " (expected: more than labelHorizon, "
              + labelHorizon()
              + ")");
    }
    return new QualityMonitor<>(this);
  }

  private static int requireRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + low + ".." + high + ")");
    }
    return value;
  }

  @Nullable QualityRule rule() {
    return rule;
  }

  Duration window() {
    return window == null ? Duration.ofDays(1) : window;
  }

  int rolling() {
    return rolling == null ? 7 : rolling;
  }

  Duration labelHorizon() {
    return horizon == null ? Duration.ofDays(30) : horizon;
  }

  int capacity() {
    return capacity == null ? 500_000 : capacity;
  }

  int bins() {
    return bins == null ? 1_000 : bins;
  }

  Answers<O> answers() {
    return answers == null ? new Answers<O>(Task.BINARY, Settings::number) : answers;
  }

  @Nullable PredictionLog log() {
    return log;
  }

  boolean features() {
    return features;
  }

  Duration retention() {
    Duration usual = Duration.ofDays(400);
    Duration least = labelHorizon().plusDays(1);
    return retention != null ? retention : usual.compareTo(least) > 0 ? usual : least;
  }

  Time time() {
    return time == null ? Time.system() : time;
  }

  @Nullable MeterRegistry meters() {
    return meters;
  }

  WindowQuality.Shape shape() {
    return new WindowQuality.Shape(answers().task(), bins(), worth);
  }
}
