package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Elements;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link DriftMonitor}. Each property is set at most once. Used by one thread.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class DriftMonitorBuilder<I, O> {
  private static final Duration WEEK = Duration.ofDays(7);

  final ModelSource<I, O> source;
  final List<DataRule> dataRules = new ArrayList<>();
  final Map<String, Predicate<? super EncodedRow<I>>> conditions = new LinkedHashMap<>();
  int learnFrom;
  Duration every = Duration.ofMinutes(1);
  private @Nullable DriftRule rule;
  private @Nullable Duration window;
  private @Nullable Duration step;
  private @Nullable Comparison comparison;
  private @Nullable ObjectStore store;
  private @Nullable String instance;
  private @Nullable Function<? super O, @Nullable String> label;
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
    Objects.requireNonNull(drift, "drift");
    rule = Settings.once("alertWhen", rule, drift);
    return this;
  }

  /**
   * Adds rules about the values themselves: missing ones, unseen ones, and so on. A broken rule
   * makes the feature's verdict drifted.
   *
   * @param rules each takes its part of the false-alarm budget
   * @return this
   */
  public DriftMonitorBuilder<I, O> alertWhenData(DataRule... rules) {
    dataRules.addAll(Elements.list("rules", rules));
    return this;
  }

  /**
   * Sets how long a window is. Windows follow each other: {@link #sliding} makes them overlap.
   *
   * @param length 1 ms to 3660 days; default 7 days, from Monday to Monday, UTC
   * @return this
   */
  public DriftMonitorBuilder<I, O> window(Duration length) {
    Objects.requireNonNull(length, "length");
    window = Settings.once("window", window, new Windows(length).length());
    return this;
  }

  /**
   * Makes windows slide: one begins with every step. Memory and budget are those of as many
   * windows: a week that slides by the hour holds 168 intervals, each with a 168th of the alarms.
   *
   * @param length of a window, a multiple of the step, at most 1,000 of them
   * @param by 1 ms or more
   * @return this
   */
  public DriftMonitorBuilder<I, O> sliding(Duration length, Duration by) {
    Objects.requireNonNull(length, "length");
    Objects.requireNonNull(by, "by");
    window = Settings.once("window", window, new Windows(length).length());
    step = Settings.once("step", step, new Windows(by).length());
    long intervals = length.toMillis() / by.toMillis();
    if (length.toMillis() % by.toMillis() != 0 || intervals > 1_000) {
      throw new IllegalArgumentException(
          "sliding: " + length + " by " + by + " (expected: a multiple, at most 1000 of them)");
    }
    return this;
  }

  /**
   * Sets what windows are compared with.
   *
   * @param with default {@link Comparison#TRAINING}
   * @return this
   */
  public DriftMonitorBuilder<I, O> comparedWith(Comparison with) {
    Objects.requireNonNull(with, "with");
    comparison = Settings.once("comparedWith", comparison, with);
    return this;
  }

  /**
   * Gives the condition of a segment that the baseline was fitted with under the same name.
   *
   * @param name as in {@link io.mlops4j.core.BaselineBuilder#segment}
   * @param condition the same as there; called once per prediction
   * @return this
   */
  public DriftMonitorBuilder<I, O> segment(
      String name, Predicate<? super EncodedRow<I>> condition) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(condition, "condition");
    Settings.once("segment " + name, conditions.put(name, condition), condition);
    return this;
  }

  /**
   * Learns a baseline from the first rows of a version that comes without one. Until it has them,
   * there is no verdict; they themselves are not judged. Then it is frozen. With {@link
   * #storingIn}, the first instance to have them gives its baseline to all.
   *
   * @param rows 100 to 100,000; they are held in memory until then
   * @return this
   */
  public DriftMonitorBuilder<I, O> learningFrom(int rows) {
    if (rows < 100 || rows > 100_000) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: 100..100000)");
    }
    Settings.once("learningFrom", learnFrom == 0 ? null : learnFrom, rows);
    learnFrom = rows;
    return this;
  }

  /**
   * Stores counts every minute and when the monitor is closed, so that a restart loses no more, and
   * {@link DriftMonitor#fleet} sees all instances.
   *
   * @param objects shared by the fleet; counts lie below {@link ObjectStore#EPHEMERAL}
   * @param name of this process, the same after a restart and unlike any other's, such as a pod's
   *     in a stateful set: what it had counted before a restart is taken up again
   * @return this
   */
  public DriftMonitorBuilder<I, O> storingIn(ObjectStore objects, String name) {
    Objects.requireNonNull(objects, "objects");
    Objects.requireNonNull(name, "name");
    ObjectStore.requireKey(name);
    if (name.contains("/")) {
      throw new IllegalArgumentException("instance: " + name + " (expected: no /)");
    }
    store = Settings.once("storingIn", store, objects);
    instance = name;
    return this;
  }

  /**
   * Sets how often counts are stored.
   *
   * @param interval 1 s to 1 day; default 1 minute
   * @return this
   */
  public DriftMonitorBuilder<I, O> storingEvery(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    if (interval.compareTo(Duration.ofSeconds(1)) < 0
        || interval.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("storingEvery: " + interval + " (expected: 1 s to 1 day)");
    }
    every = interval;
    return this;
  }

  /**
   * Sets how an answer becomes the class that is compared with the baseline's.
   *
   * @param name called once per prediction; null is missing. Default: a string or enum as it is,
   *     the most probable class of {@link io.mlops4j.core.ClassProbabilities}
   * @return this
   */
  public DriftMonitorBuilder<I, O> predictedClass(Function<? super O, @Nullable String> name) {
    Objects.requireNonNull(name, "name");
    label = Settings.once("predictedClass", label, name);
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
    history = Settings.once("history", history, windows);
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
    Objects.requireNonNull(features, "features");
    ignored = Settings.once("ignoring", ignored, Settings.distinct("features", features));
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
    Objects.requireNonNull(number, "number");
    score = Settings.once("score", score, number);
    return this;
  }

  /**
   * Sets the clock that notices when no predictions arrive any more.
   *
   * @param clock default {@link Time#system()}
   * @return this
   */
  public DriftMonitorBuilder<I, O> time(Time clock) {
    Objects.requireNonNull(clock, "clock");
    time = Settings.once("time", time, clock);
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
    Objects.requireNonNull(registry, "registry");
    meters = Settings.once("meters", meters, registry);
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
    return window == null ? WEEK : window;
  }

  Duration step() {
    return step == null ? window() : step;
  }

  Comparison comparison() {
    return comparison == null ? Comparison.TRAINING : comparison;
  }

  Function<? super O, @Nullable String> label() {
    return label == null ? Settings::label : label;
  }

  @Nullable FleetProfiles profiles() {
    return store == null || instance == null ? null : new FleetProfiles(store, instance, step());
  }

  int history() {
    return history == null ? 12 : history;
  }

  Set<String> ignored() {
    return ignored == null ? Set.of() : ignored;
  }

  ToDoubleFunction<? super O> score() {
    return score == null ? Settings::number : score;
  }

  Time time() {
    return time == null ? Time.system() : time;
  }

  @Nullable MeterRegistry meters() {
    return meters;
  }
}
