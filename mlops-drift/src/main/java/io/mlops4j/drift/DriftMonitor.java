package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
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
  private final ModelSource<I, O> source;
  private final DriftRule rule;
  private final Windows windows;
  private final Epochs<I, O> epochs;
  private final Set<String> ignored;
  private final ToDoubleFunction<? super O> score;
  private final Time time;
  private final Duration staleAfter;
  private final @Nullable DriftMeters meters;
  private final Subscription subscription;

  private @Nullable ModelVersion lastSeen;
  private long lastNanos;

  DriftMonitor(Builder<I, O> builder) {
    this.source = builder.source;
    this.rule = builder.rule();
    this.windows = new Windows(builder.window());
    this.epochs = new Epochs<>(source, windows, builder.history());
    this.ignored = builder.ignored();
    this.score = builder.score();
    this.time = builder.time();
    this.staleAfter = windows.length().multipliedBy(2);
    MeterRegistry registry = builder.meters();
    this.meters = registry == null ? null : new DriftMeters(registry, source.name());
    this.subscription = source.subscribe(epochs::remember);
    epochs.remember();
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
    boolean late = false;
    boolean counted = false;
    synchronized (epochs) {
      lastSeen = version;
      lastNanos = time.nanos();
      VersionDrift epoch = epochs.find(version);
      if (epoch != null) {
        counted = true;
        OptionalDouble scored =
            epoch.baseline().scores().isPresent()
                ? OptionalDouble.of(value)
                : OptionalDouble.empty();
        late = epoch.count(prediction.row(), scored, prediction.at());
      }
    }
    count(late ? "late" : counted ? "counted" : "no-baseline");
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
    return reported(version, epoch -> List.of(epoch.open()), false).stream().findFirst();
  }

  /**
   * Returns everything since a version's first prediction as one report. Its false-alarm budget is
   * that of one window, so read it as a summary, not as an alert.
   *
   * @param version who answered
   * @return a report, or empty if it has not answered or has no baseline
   */
  public Optional<DriftReport> sinceStart(ModelVersion version) {
    return reported(version, epoch -> List.of(epoch.sinceStart()), false).stream().findFirst();
  }

  /**
   * Returns the finished windows of a version.
   *
   * @param version who answered
   * @return oldest first, at most as many as the configured history; windows without a prediction
   *     are not listed
   */
  public List<DriftReport> history(ModelVersion version) {
    return reported(version, VersionDrift::finished, true);
  }

  private List<DriftReport> reported(
      ModelVersion version,
      java.util.function.Function<VersionDrift, List<VersionDrift.Counted>> which,
      boolean complete) {
    List<VersionDrift.Counted> counted;
    Baseline baseline;
    long open;
    synchronized (epochs) {
      VersionDrift epoch = epochs.find(version);
      if (epoch == null || !epoch.started()) {
        return List.of();
      }
      baseline = epoch.baseline();
      counted = which.apply(epoch);
      open = epoch.open().window();
    }
    // Judging needs no lock: the counts are copies.
    List<DriftReport> reports = new ArrayList<>();
    for (VersionDrift.Counted part : counted) {
      reports.add(
          new DriftReport(
              version,
              windows.start(part.window()),
              windows.start((complete ? part.window() : open) + 1),
              complete,
              part.counts().predictions(),
              part.late(),
              DriftReport.judge(baseline, part.counts(), rule, windows.length(), ignored),
              ""));
    }
    return reports;
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

  /** Stops following the source. What was counted stays readable. */
  @Override
  public void close() {
    subscription.close();
  }

  /**
   * Configures a {@link DriftMonitor}. Each property is set at most once. Used by one thread.
   *
   * @param <I> one input row
   * @param <O> one answer
   */
  public static final class Builder<I, O> {
    final ModelSource<I, O> source;
    private @Nullable DriftRule rule;
    private @Nullable Duration window;
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
     * Sets how long a window is.
     *
     * @param length 1 ms to 3660 days; default 7 days, from Monday to Monday, UTC
     * @return this
     */
    public Builder<I, O> window(Duration length) {
      window = Settings.once("window", window, new Windows(length).length());
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
      return window == null ? Duration.ofDays(7) : window;
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
