package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
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
import java.util.OptionalDouble;
import java.util.Set;
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
  private static final int MAX_VERSIONS = 8;

  private final ModelSource<I, O> source;
  private final DriftRule rule;
  private final Windows windows;
  private final int history;
  private final Set<String> ignored;
  private final ToDoubleFunction<? super O> score;
  private final Time time;
  private final Duration staleAfter;
  private final @Nullable DriftMeters meters;
  private final Subscription subscription;

  private final Object lock = new Object();
  private final Map<ModelVersion, ModelRelease<I, O>> releases = new LinkedHashMap<>();
  private final Map<ModelVersion, VersionDrift> versions = new LinkedHashMap<>();
  private final Map<ModelVersion, String> unusable = new LinkedHashMap<>();
  private @Nullable ModelVersion lastSeen;
  private long lastNanos;

  DriftMonitor(DriftMonitorBuilder<I, O> builder) {
    this.source = builder.source;
    this.rule = builder.rule();
    this.windows = new Windows(builder.window());
    this.history = builder.history();
    this.ignored = builder.ignored();
    this.score = builder.score();
    this.time = builder.time();
    this.staleAfter = windows.length().multipliedBy(2);
    MeterRegistry registry = builder.meters();
    this.meters = registry == null ? null : new DriftMeters(registry, source.name());
    this.subscription = source.subscribe(this::remember);
    remember();
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

  /** Keeps the release the source names now: its baseline is read when it first answers. */
  private void remember() {
    if (source.current() instanceof ModelSource.Selected<I, O> selected) {
      synchronized (lock) {
        releases.put(selected.release().version(), selected.release());
        trim(releases);
      }
    }
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    if (prediction.source() != Prediction.Source.MODEL) {
      count("excluded");
      return;
    }
    ModelVersion version = prediction.version();
    begin(version);
    double value = score.applyAsDouble(prediction.output());
    boolean late = false;
    boolean counted = false;
    synchronized (lock) {
      lastSeen = version;
      lastNanos = time.nanos();
      VersionDrift epoch = versions.get(version);
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

  /** Opens the epoch of a version at its first prediction. May read the baseline from a store. */
  private void begin(ModelVersion version) {
    ModelRelease<I, O> release;
    synchronized (lock) {
      if (versions.containsKey(version)) {
        return;
      }
      release = releases.get(version);
      if (unusable.containsKey(version) && release == null) {
        return;
      }
    }
    if (release == null) {
      remember();
      synchronized (lock) {
        release = releases.get(version);
      }
    }
    String problem = source.name() + " does not serve it, so its baseline is unknown.";
    Baseline baseline = null;
    if (release != null) {
      problem = "it was released without a baseline. Fit one at training and store it.";
      try {
        baseline = release.baseline().orElse(null);
      } catch (MlopsException e) {
        problem = "its baseline cannot be read: " + e.getMessage();
        LOG.warn("No drift monitoring of {}: {}", version, problem, e);
      }
    }
    synchronized (lock) {
      // Looked up once: a release does not change.
      releases.remove(version);
      if (baseline == null) {
        unusable.putIfAbsent(version, problem);
        trim(unusable);
      } else {
        unusable.remove(version);
        versions.putIfAbsent(version, new VersionDrift(version, baseline, windows, history));
        trim(versions);
        if (meters != null) {
          meters.follow(baseline, this);
        }
      }
    }
  }

  private static void trim(Map<ModelVersion, ?> map) {
    while (map.size() > MAX_VERSIONS) {
      map.remove(map.keySet().iterator().next());
    }
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
    synchronized (lock) {
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
      VersionDrift epoch = versions.get(version);
      if (epoch == null || !epoch.started()) {
        return new NoData(
            version + ": " + unusable.getOrDefault(version, "no prediction has arrived."));
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
    synchronized (lock) {
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
    synchronized (lock) {
      VersionDrift epoch = versions.get(version);
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
    synchronized (lock) {
      VersionDrift epoch = versions.get(version);
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
}
