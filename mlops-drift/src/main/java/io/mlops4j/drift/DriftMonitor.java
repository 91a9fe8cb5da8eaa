package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether what a model is asked, and what it answers, still looks like its training data.
 * Give it to a predictor as a listener and to a gate, alert or trigger as a check.
 *
 * <p>Each version is compared with the baseline it was released with, in windows of time that the
 * predictions' own timestamps drive; a swap mixes nothing. Only {@link Prediction.Source#MODEL}
 * answers count. A prediction with a time before the open window counts into that window and is
 * reported as late.
 *
 * <p>Thread-safe: predictions may come from several predictors, and reports may be asked for at any
 * time; a report is one consistent snapshot. Memory is fixed by the baselines: at most 8 versions
 * and the configured history are kept.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class DriftMonitor<I, O> implements PredictionListener<I, O>, Check, AutoCloseable {
  private static final Duration WEEK = Duration.ofDays(7);

  private final ModelSource<I, O> source;
  private final Epochs<I, O> epochs;
  private final DriftReports reports;
  private final @Nullable FleetProfiles profiles;
  private final @Nullable ProfileKeeper keeper;
  private final ToDoubleFunction<? super O> score;
  private final Function<? super O, @Nullable String> label;
  private final Time time;
  private final Duration staleAfter;
  private final @Nullable DriftMeters meters;
  private final Subscription subscription;

  private @Nullable ModelVersion lastSeen;
  private long lastNanos;

  DriftMonitor(Builder<I, O> builder) {
    this.source = builder.source;
    Windows intervals = new Windows(builder.step());
    int perWindow = (int) (builder.window().toMillis() / intervals.length().toMillis());
    this.profiles = builder.profiles();
    this.epochs =
        new Epochs<>(
            source,
            new EpochOptions<>(
                intervals, perWindow, builder.history(), builder.learnFrom, builder.conditions),
            profiles);
    this.reports =
        new DriftReports(
            epochs,
            intervals,
            perWindow,
            builder.rule(),
            List.copyOf(builder.dataRules),
            builder.ignored(),
            builder.comparison());
    this.score = builder.score();
    this.label = builder.label();
    this.time = builder.time();
    this.staleAfter = builder.window().multipliedBy(2);
    MeterRegistry registry = builder.meters();
    this.meters = registry == null ? null : new DriftMeters(registry, source.name());
    this.keeper =
        profiles == null
            ? null
            : new ProfileKeeper(
                profiles,
                epochs,
                time,
                builder.every,
                perWindow * 2 + builder.history(),
                source.name());
    this.subscription = source.subscribe(epochs::remember);
    epochs.remember();
    if (keeper != null) {
      keeper.start();
    }
  }

  /**
   * Starts a monitor of whatever a source serves: the baseline of a version is the one of the
   * release that the source named.
   *
   * @param source for example a registry's production stage
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  public static <I, O> Builder<I, O> following(ModelSource<I, O> source) {
    return new Builder<>(source);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    if (prediction.source() != Prediction.Source.MODEL) {
      count("excluded");
      return;
    }
    ModelVersion version = prediction.version();
    Baseline opened = epochs.begin(version);
    if (opened != null && meters != null) {
      meters.follow(opened, this);
    }
    double value = score.applyAsDouble(prediction.output());
    String predicted = label.apply(prediction.output());
    Boolean late = null;
    synchronized (epochs) {
      lastSeen = version;
      lastNanos = time.nanos();
      VersionDrift epoch = epochs.find(version);
      if (epoch != null) {
        late = epoch.count(prediction.row(), value, predicted, prediction.at());
      }
    }
    if (late == null) {
      Baseline learned = epochs.learn(version, prediction.row(), value, predicted);
      if (learned != null && meters != null) {
        meters.follow(learned, this);
      }
    }
    count(late == null ? "no-baseline" : late ? "late" : "counted");
  }

  private void count(String result) {
    if (meters != null) {
      meters.count(result);
    }
  }

  @Override
  public String name() {
    return "drift of " + source.name();
  }

  /**
   * Returns the answer for the version served now, in the newest window that can give one: the open
   * one, or the last finished one while the open one has too little data.
   *
   * @return fail if any feature drifted, pass if all are stable, no data otherwise: also without
   *     predictions for two windows
   */
  @Override
  public Outcome evaluate() {
    ModelVersion version;
    synchronized (epochs) {
      version = followed();
      long silent = time.nanos() - lastNanos;
      if (lastSeen != null && silent > staleAfter.toNanos()) {
        return new NoData(
            source.name()
                + ": no prediction for "
                + Duration.ofNanos(silent).truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                + ".");
      }
      if (version == null) {
        return new NoData(source.name() + ": nothing is served and nothing was predicted.");
      }
      VersionDrift epoch = epochs.find(version);
      if (epoch == null || !epoch.started()) {
        return new NoData(version + ": " + epochs.problem(version));
      }
    }
    Outcome now = report(version).map(DriftReport::outcome).orElseThrow();
    if (now instanceof NoData) {
      List<DriftReport> finished = history(version);
      if (!finished.isEmpty()) {
        Outcome last = finished.get(finished.size() - 1).outcome();
        return last instanceof NoData ? now : last;
      }
    }
    return now;
  }

  /** The served version if it has answered, else the one that answered last. */
  private @Nullable ModelVersion followed() {
    ModelVersion served =
        source.current() instanceof ModelSource.Selected<I, O> selected
            ? selected.release().version()
            : null;
    return served != null ? served : lastSeen;
  }

  /**
   * Returns the open window of the version served now.
   *
   * @return a report, or empty if that version has not answered or has no baseline
   */
  public Optional<DriftReport> report() {
    ModelVersion version;
    synchronized (epochs) {
      version = followed();
    }
    return version == null ? Optional.empty() : report(version);
  }

  /**
   * Returns the open window of a version.
   *
   * @param version who answered
   * @return a report, or empty if it has not answered or has no baseline
   */
  public Optional<DriftReport> report(ModelVersion version) {
    return reports.open(version);
  }

  /**
   * Returns everything since a version's first prediction as one report. Its false-alarm budget is
   * that of one window, so read it as a summary, not as an alert.
   *
   * @param version who answered
   * @return a report, or empty if it has not answered or has no baseline
   */
  public Optional<DriftReport> sinceStart(ModelVersion version) {
    return reports.sinceStart(version);
  }

  /**
   * Returns the finished windows of a version.
   *
   * @param version who answered
   * @return oldest first, at most as many as the configured history; windows without a prediction
   *     are not listed
   */
  public List<DriftReport> history(ModelVersion version) {
    return reports.history(version);
  }

  /**
   * Returns the open window of all instances that store their counts: what this process has counted
   * and what the store holds of the others, dead ones included. Reads the store: not for a request
   * thread.
   *
   * @param version who answered
   * @return a report, or empty if nobody has counted anything of it, or this monitor stores nothing
   *     ({@link Builder#storingIn}). Its note names instances with another baseline
   * @throws MlopsException if counts cannot be read
   */
  public Optional<DriftReport> fleet(ModelVersion version) {
    if (profiles == null) {
      return Optional.empty();
    }
    Baseline opened = epochs.begin(version);
    if (opened != null && meters != null) {
      meters.follow(opened, this);
    }
    return reports.fleet(version, profiles);
  }

  /**
   * Returns a check of the whole fleet's open window, for an alert that one instance raises for
   * all.
   *
   * @return asks {@link #fleet(ModelVersion)} about the version served now; no data without one
   */
  public Check fleetCheck() {
    return new FleetCheck(
        "drift of " + source.name() + ", all instances",
        () -> {
          ModelVersion version;
          synchronized (epochs) {
            version = followed();
          }
          return version == null ? Optional.empty() : fleet(version);
        });
  }

  /**
   * Returns the baseline a version is compared with: the one it was released with, or the one
   * learned from its first rows, to be stored or looked at.
   *
   * @param version who answered
   * @return the baseline, or empty if it has not answered or is still learning
   */
  public Optional<Baseline> baseline(ModelVersion version) {
    VersionDrift epoch = epochs.find(version);
    return epoch == null ? Optional.empty() : Optional.of(epoch.baseline());
  }

  /**
   * Returns the counts since a version's first prediction, to merge with those of other instances.
   *
   * @param version who answered
   * @return the counts, or empty if it has not answered or has no baseline
   */
  public Optional<DriftCounts> counts(ModelVersion version) {
    synchronized (epochs) {
      VersionDrift epoch = epochs.find(version);
      return epoch == null || !epoch.started()
          ? Optional.empty()
          : Optional.of(epoch.sinceStart().counts());
    }
  }

  /** Stops following the source, and stores what is not stored yet. Counts stay readable. */
  @Override
  public void close() {
    subscription.close();
    if (keeper != null) {
      keeper.close();
    }
  }

  /**
   * Configures a {@link DriftMonitor}. Each property is set at most once. Used by one thread.
   *
   * @param <I> one input row
   * @param <O> one answer
   */
  public static final class Builder<I, O> {
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

    Builder(ModelSource<I, O> source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Sets when a feature counts as drifted.
     *
     * @param drift the rule; default {@link DriftRule#psi()}
     * @return this
     */
    public Builder<I, O> alertWhen(DriftRule drift) {
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
    public Builder<I, O> alertWhenData(DataRule... rules) {
      dataRules.addAll(List.of(rules));
      return this;
    }

    /**
     * Sets how long a window is. Windows follow each other: {@link #sliding} makes them overlap.
     *
     * @param length 1 ms to 3660 days; default 7 days, from Monday to Monday, UTC
     * @return this
     */
    public Builder<I, O> window(Duration length) {
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
    public Builder<I, O> sliding(Duration length, Duration by) {
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
    public Builder<I, O> comparedWith(Comparison with) {
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
    public Builder<I, O> segment(String name, Predicate<? super EncodedRow<I>> condition) {
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
    public Builder<I, O> learningFrom(int rows) {
      if (rows < 100 || rows > 100_000) {
        throw new IllegalArgumentException("rows: " + rows + " (expected: 100..100000)");
      }
      Settings.once("learningFrom", learnFrom == 0 ? null : learnFrom, rows);
      learnFrom = rows;
      return this;
    }

    /**
     * Stores counts every minute and when the monitor is closed, so that a restart loses no more,
     * and {@link DriftMonitor#fleet} sees all instances.
     *
     * @param objects shared by the fleet; counts lie below {@link ObjectStore#EPHEMERAL}
     * @param name of this process, the same after a restart and unlike any other's, such as a pod's
     *     in a stateful set: what it had counted before a restart is taken up again
     * @return this
     */
    public Builder<I, O> storingIn(ObjectStore objects, String name) {
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
    public Builder<I, O> storingEvery(Duration interval) {
      if (interval.compareTo(Duration.ofSeconds(1)) < 0
          || interval.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "storingEvery: " + interval + " (expected: 1 s to 1 day)");
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
    public Builder<I, O> predictedClass(Function<? super O, @Nullable String> name) {
      label = Settings.once("predictedClass", label, name);
      return this;
    }

    /**
     * Sets how many finished windows are kept per version.
     *
     * @param windows 1 to 1,000; default 12
     * @return this
     */
    public Builder<I, O> history(int windows) {
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
    public Builder<I, O> ignoring(String... features) {
      ignored = Settings.once("ignoring", ignored, Set.of(features));
      return this;
    }

    /**
     * Sets how an answer becomes the score that is compared with the baseline's.
     *
     * @param number called once per prediction; default: the answer itself if it is a number, else
     *     missing
     * @return this
     */
    public Builder<I, O> score(ToDoubleFunction<? super O> number) {
      score = Settings.once("score", score, number);
      return this;
    }

    /**
     * Sets the clock that notices when no predictions arrive any more.
     *
     * @param clock default {@link Time#system()}
     * @return this
     */
    public Builder<I, O> time(Time clock) {
      time = Settings.once("time", time, clock);
      return this;
    }

    /**
     * Publishes the meters {@code mlops.drift.psi} (gauge per feature, NaN while unknown) and
     * {@code mlops.drift.predictions} (counter by result).
     *
     * @param registry where to
     * @return this
     */
    public Builder<I, O> meters(MeterRegistry registry) {
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
}
