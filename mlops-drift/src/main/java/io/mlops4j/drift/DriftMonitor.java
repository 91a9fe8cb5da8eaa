package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(DriftMonitor.class);

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
  private boolean closed;
  private long afterClose;

  DriftMonitor(DriftMonitorBuilder<I, O> builder) {
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
  public static <I, O> DriftMonitorBuilder<I, O> following(ModelSource<I, O> source) {
    return new DriftMonitorBuilder<>(source);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    if (prediction.source() != Prediction.Source.MODEL) {
      count("excluded");
      return;
    }
    ModelVersion version = prediction.version();
    if (isClosed()) {
      return;
    }
    Baseline opened = epochs.begin(version);
    if (opened != null && meters != null) {
      meters.follow(opened, this);
    }
    double value = score.applyAsDouble(prediction.output());
    String predicted = label.apply(prediction.output());
    Boolean late = null;
    synchronized (epochs) {
      if (isClosed()) {
        return; // another thread closed it: what was to be stored is stored
      }
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

  /** Says so, and counts the prediction that came too late. */
  private boolean isClosed() {
    synchronized (epochs) {
      if (!closed) {
        return false;
      }
      if (afterClose++ == 0) {
        LOG.warn(
            "Drift monitor of {} is closed and counts no more predictions. Close it after the"
                + " predictors that it listens to.",
            source.name());
      }
    }
    count("closed");
    return true;
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
    Objects.requireNonNull(version, "version");
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
    Objects.requireNonNull(version, "version");
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
    Objects.requireNonNull(version, "version");
    return reports.history(version);
  }

  /**
   * Returns the open window of all instances that store their counts: what this process has counted
   * and what the store holds of the others, dead ones included. Reads the store: not for a request
   * thread.
   *
   * @param version who answered
   * @return a report, or empty if nobody has counted anything of it, or this monitor stores nothing
   *     ({@link DriftMonitorBuilder#storingIn}). Its note names instances with another baseline
   * @throws MlopsException if counts cannot be read
   */
  public Optional<DriftReport> fleet(ModelVersion version) {
    Objects.requireNonNull(version, "version");
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
    Objects.requireNonNull(version, "version");
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
    Objects.requireNonNull(version, "version");
    synchronized (epochs) {
      VersionDrift epoch = epochs.find(version);
      return epoch == null || !epoch.started()
          ? Optional.empty()
          : Optional.of(epoch.sinceStart().counts());
    }
  }

  /**
   * Stops following the source, and stores what is not stored yet; if the store refuses, closing
   * again tries again. Later predictions are not counted: the first is warned of, and meters count
   * them as {@code closed}. Counts stay readable.
   */
  @Override
  public void close() {
    subscription.close();
    synchronized (epochs) {
      closed = true;
    }
    if (keeper != null) {
      keeper.close();
    }
  }
}
