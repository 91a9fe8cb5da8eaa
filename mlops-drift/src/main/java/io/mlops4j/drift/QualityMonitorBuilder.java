package io.mlops4j.drift;

import static io.mlops4j.drift.DriftMonitorBuilder.once;

import io.mlops4j.core.ModelSource;
import java.time.Duration;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link QualityMonitor}. Each property is set at most once. Used by one thread.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class QualityMonitorBuilder<I, O> {
  final ModelSource<I, O> source;
  private @Nullable QualityRule rule;
  private @Nullable Duration window;
  private @Nullable Integer rolling;
  private @Nullable Duration horizon;
  private @Nullable Integer capacity;
  private @Nullable Integer bins;
  private @Nullable ToDoubleFunction<? super O> score;

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
    rule = once("failWhen", rule, drop);
    return this;
  }

  /**
   * Sets how long a window is.
   *
   * @param length 1 ms to 3660 days; default 1 day, UTC
   * @return this
   */
  public QualityMonitorBuilder<I, O> window(Duration length) {
    window = once("window", window, new Windows(length).length());
    return this;
  }

  /**
   * Sets how many windows together are judged.
   *
   * @param windows 1 to 100; default 7
   * @return this
   */
  public QualityMonitorBuilder<I, O> rolling(int windows) {
    rolling = once("rolling", rolling, requireRange("rolling", windows, 1, 100));
    return this;
  }

  /**
   * Sets how long after its prediction a label may come.
   *
   * @param longest more than 0; default 30 days
   * @return this
   */
  public QualityMonitorBuilder<I, O> labelHorizon(Duration longest) {
    if (longest.isNegative() || longest.isZero()) {
      throw new IllegalArgumentException("labelHorizon: " + longest + " (expected: more than 0)");
    }
    horizon = once("labelHorizon", horizon, longest);
    return this;
  }

  /**
   * Sets how many predictions may wait for a label; beyond that the oldest are given up, counted.
   *
   * @param predictions 1 to 10,000,000; default 500,000; about 300 bytes each
   * @return this
   */
  public QualityMonitorBuilder<I, O> capacity(int predictions) {
    capacity = once("capacity", capacity, requireRange("capacity", predictions, 1, 10_000_000));
    return this;
  }

  /**
   * Sets how finely scores are kept.
   *
   * @param count 2 to 10,000 bins of equal width; default 1,000
   * @return this
   */
  public QualityMonitorBuilder<I, O> bins(int count) {
    bins = once("bins", bins, requireRange("bins", count, 2, 10_000));
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
    score = once("score", score, probability);
    return this;
  }

  /**
   * Returns the monitor.
   *
   * @return a new monitor
   */
  public QualityMonitor<I, O> build() {
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

  ToDoubleFunction<? super O> score() {
    return score == null ? Scores::number : score;
  }
}
