package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link DriftMonitor}. Each property is set at most once. Used by one thread.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class DriftMonitorBuilder<I, O> {
  final ModelSource<I, O> source;
  private @Nullable DriftRule rule;
  private @Nullable Duration window;
  private @Nullable Integer history;
  private @Nullable Set<String> ignored;
  private @Nullable ToDoubleFunction<? super O> score;
  private @Nullable Time time;
  private @Nullable MeterRegistry meters;

  DriftMonitorBuilder(ModelSource<I, O> source) {
    this.source = Objects.requireNonNull(source, "source");
  }

  /**
   * Sets when a feature counts as drifted.
   *
   * @param drift the rule; default {@link DriftRule#psi()}
   * @return this
   */
  public DriftMonitorBuilder<I, O> alertWhen(DriftRule drift) {
    rule = once("alertWhen", rule, drift);
    return this;
  }

  /**
   * Sets how long a window is.
   *
   * @param length 1 ms to 3660 days; default 7 days, from Monday to Monday, UTC
   * @return this
   */
  public DriftMonitorBuilder<I, O> window(Duration length) {
    window = once("window", window, new Windows(length).length());
    return this;
  }

  /**
   * Sets how many finished windows are kept per version.
   *
   * @param windows 1 to 1,000; default 12
   * @return this
   */
  public DriftMonitorBuilder<I, O> history(int windows) {
    if (windows < 1 || windows > 1_000) {
      throw new IllegalArgumentException("history: " + windows + " (expected: 1..1000)");
    }
    history = once("history", history, windows);
    return this;
  }

  /**
   * Leaves features out of every verdict and of the false-alarm budget. A time that only moves
   * forward drifts by nature.
   *
   * @param features their names, or {@link io.mlops4j.core.Baseline#SCORE}
   * @return this
   */
  public DriftMonitorBuilder<I, O> ignoring(String... features) {
    ignored = once("ignoring", ignored, Set.of(features));
    return this;
  }

  /**
   * Sets how an answer becomes the score that is compared with the baseline's.
   *
   * @param number called once per prediction; default: the answer itself if it is a number, else
   *     missing
   * @return this
   */
  public DriftMonitorBuilder<I, O> score(ToDoubleFunction<? super O> number) {
    score = once("score", score, number);
    return this;
  }

  /**
   * Sets the clock that notices when no predictions arrive any more.
   *
   * @param clock default {@link Time#system()}
   * @return this
   */
  public DriftMonitorBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Publishes the meters {@code mlops.drift.psi} (gauge per feature, NaN while unknown) and {@code
   * mlops.drift.predictions} (counter by result).
   *
   * @param registry where to
   * @return this
   */
  public DriftMonitorBuilder<I, O> meters(MeterRegistry registry) {
    meters = once("meters", meters, registry);
    return this;
  }

  /**
   * Returns the monitor, subscribed to its source. Close it to unsubscribe.
   *
   * @return a new monitor
   */
  public DriftMonitor<I, O> build() {
    return new DriftMonitor<>(this);
  }

  DriftRule rule() {
    return rule == null ? DriftRule.psi() : rule;
  }

  Duration window() {
    return window == null ? Duration.ofDays(7) : window;
  }

  int history() {
    return history == null ? 12 : history;
  }

  Set<String> ignored() {
    return ignored == null ? Set.of() : ignored;
  }

  ToDoubleFunction<? super O> score() {
    return score == null ? Scores::number : score;
  }

  Time time() {
    return time == null ? Time.system() : time;
  }

  @Nullable MeterRegistry meters() {
    return meters;
  }

  static <V> V once(String property, @Nullable V old, V value) {
    Objects.requireNonNull(value, property);
    if (old != null) {
      throw new IllegalStateException(property + " is set already: " + old);
    }
    return value;
  }
}
