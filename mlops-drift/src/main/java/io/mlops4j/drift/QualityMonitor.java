package io.mlops4j.drift;

import io.mlops4j.core.Check;
import io.mlops4j.core.LabelSink;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.drift.Quality.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Watches how good the probabilities of a binary model turn out to be, once labels come back. Give
 * it to a predictor as a listener, tell it the truth as a label sink, and ask it as a check.
 *
 * <p>A label joins its prediction by id or key, whichever of the two comes first, and counts in the
 * window in which the prediction was made. Of several predictions with one key it goes to the last.
 * Only {@link Prediction.Source#MODEL} answers count. Versions are never mixed.
 *
 * <p>Thread-safe. Memory is bounded: about 300 bytes per waiting prediction up to the configured
 * capacity, 10,000 labels that came first, and the kept windows of 8 versions.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class QualityMonitor<I, O> implements PredictionListener<I, O>, LabelSink, Check {
  private static final int MAX_VERSIONS = 8;

  private final ModelSource<I, O> source;
  private final @Nullable QualityRule rule;
  private final Windows windows;
  private final int rolling;
  private final int kept;
  private final int bins;
  private final ToDoubleFunction<? super O> score;

  private final Object lock = new Object();
  private final LabelJoin join;
  private final Map<ModelVersion, VersionQuality> versions = new LinkedHashMap<>();

  QualityMonitor(Builder<I, O> builder) {
    this.source = builder.source;
    this.rule = builder.rule();
    this.windows = new Windows(builder.window());
    this.rolling = builder.rolling();
    this.bins = builder.bins();
    this.score = builder.score();
    long horizon = builder.labelHorizon().dividedBy(windows.length());
    this.kept = (int) Math.min(1_000, Math.max(30, horizon + rolling + 1));
    this.join = new LabelJoin(builder.capacity(), builder.labelHorizon(), this::joined);
  }

  /**
   * Starts a monitor of the answers of whatever a source serves.
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
    if (prediction.source() != Prediction.Source.MODEL) {
      return;
    }
    double value = score.applyAsDouble(prediction.output());
    synchronized (lock) {
      ModelVersion version = prediction.version();
      if (join.predicted(prediction.id(), prediction.key(), version, value, prediction.at())) {
        epoch(version).predicted(windows.indexOf(prediction.at()));
        join.catchUp(prediction.id());
      }
    }
  }

  private VersionQuality epoch(ModelVersion version) {
    VersionQuality epoch = versions.get(version);
    if (epoch == null) {
      int first =
          rule != null && rule.reference() instanceof QualityRule.FirstWindows own
              ? own.count()
              : 0;
      epoch = new VersionQuality(windows, kept, bins, first);
      versions.put(version, epoch);
      if (versions.size() > MAX_VERSIONS) {
        versions.remove(versions.keySet().iterator().next());
      }
    }
    return epoch;
  }

  private boolean joined(LabelJoin.Pending prediction, double label) {
    VersionQuality epoch = versions.get(prediction.version);
    return epoch != null
        && epoch.labelled(windows.indexOf(prediction.at), prediction.score, label == 1);
  }

  /**
   * Reports the truth for one prediction by its id.
   *
   * @throws IllegalArgumentException if the label is neither 0 nor 1
   */
  @Override
  public void reportById(String predictionId, double label, Instant at) {
    Objects.requireNonNull(at, "at");
    requireBinary(label);
    synchronized (lock) {
      join.labelledById(predictionId, label, at);
    }
  }

  /**
   * Reports the truth by the user's own key. It goes to the last prediction with that key.
   *
   * @throws IllegalArgumentException if the label is neither 0 nor 1
   */
  @Override
  public void reportByKey(String key, double label, Instant at) {
    Objects.requireNonNull(at, "at");
    requireBinary(label);
    synchronized (lock) {
      join.labelledByKey(key, label, at);
    }
  }

  private static void requireBinary(double label) {
    if (label != 0 && label != 1) {
      throw new IllegalArgumentException("label: " + label + " (expected: 0 or 1)");
    }
  }

  @Override
  public String name() {
    return "quality of " + source.name();
  }

  /**
   * Returns whether the version served now is as good as its reference, in its newest stretch of
   * windows of which enough labels are in.
   *
   * @return fail if it is worse by more than the margin and more than chance explains; no data if
   *     labels, the reference or a rule are missing
   */
  @Override
  public Outcome evaluate() {
    if (!(source.current() instanceof ModelSource.Selected<I, O> selected)) {
      return new NoData(source.name() + ": nothing is served.");
    }
    ModelVersion version = selected.release().version();
    if (rule == null) {
      return new NoData(version + ": no rule was given. Set one with failWhen.");
    }
    Optional<Quality> now;
    Optional<Estimate> reference;
    synchronized (lock) {
      VersionQuality epoch = versions.get(version);
      if (epoch == null) {
        return new NoData(version + ": no prediction has arrived.");
      }
      now = epoch.newestMature(rolling, rule.minCoverage(), rule.minLabels());
      reference = reference(version, epoch, rule);
    }
    if (reference.isEmpty()) {
      return new NoData(version + ": its reference " + rule.metric() + " is not known yet.");
    }
    if (now.isEmpty()) {
      return new NoData(
          String.format(
              Locale.ROOT,
              "%s: no stretch of %d windows has %,d labels for %.0f %% of its predictions yet.",
              version,
              rolling,
              rule.minLabels(),
              100 * rule.minCoverage()));
    }
    double alpha = rule.falseAlarms().perLook(windows.length(), 1);
    return new QualityJudge(rule, alpha).judge(version, now.get(), reference.get());
  }

  private static Optional<Estimate> reference(
      ModelVersion version, VersionQuality epoch, QualityRule rule) {
    if (rule.reference() instanceof QualityRule.Known known) {
      OptionalDouble value = known.of().apply(version);
      return value.isPresent() && Double.isFinite(value.getAsDouble())
          ? Optional.of(new Estimate(value.getAsDouble(), 0, 0))
          : Optional.empty();
    }
    Quality first = epoch.reference();
    return first.labels() >= rule.minLabels() && first.coverage() >= rule.minCoverage()
        ? rule.metric().of(first)
        : Optional.empty();
  }

  /**
   * Returns the windows of a version.
   *
   * @param version who answered
   * @return oldest first; empty if it has not answered
   */
  public List<Quality> history(ModelVersion version) {
    synchronized (lock) {
      VersionQuality epoch = versions.get(version);
      return epoch == null ? List.of() : epoch.all();
    }
  }

  /**
   * Returns the newest stretch of windows of a version of which enough labels are in: what {@link
   * #evaluate} judges.
   *
   * @param version who answered
   * @return its quality, or empty if there are too few labels
   */
  public Optional<Quality> newest(ModelVersion version) {
    long labels = rule == null ? 1 : rule.minLabels();
    double coverage = rule == null ? 0 : rule.minCoverage();
    synchronized (lock) {
      VersionQuality epoch = versions.get(version);
      return epoch == null ? Optional.empty() : epoch.newestMature(rolling, coverage, labels);
    }
  }

  /**
   * Returns what became of predictions and labels.
   *
   * @return counts since the monitor was built
   */
  public Joins joins() {
    synchronized (lock) {
      return join.joins();
    }
  }

  /**
   * Configures a {@link QualityMonitor}. Each property is set at most once. Used by one thread.
   *
   * @param <I> one input row
   * @param <O> one answer
   */
  public static final class Builder<I, O> {
    final ModelSource<I, O> source;
    private @Nullable QualityRule rule;
    private @Nullable Duration window;
    private @Nullable Integer rolling;
    private @Nullable Duration horizon;
    private @Nullable Integer capacity;
    private @Nullable Integer bins;
    private @Nullable ToDoubleFunction<? super O> score;

    Builder(ModelSource<I, O> source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Sets when the check fails.
     *
     * @param drop the rule; without one the check never has data
     * @return this
     */
    public Builder<I, O> failWhen(QualityRule drop) {
      rule = Settings.once("failWhen", rule, drop);
      return this;
    }

    /**
     * Sets how long a window is.
     *
     * @param length 1 ms to 3660 days; default 1 day, UTC
     * @return this
     */
    public Builder<I, O> window(Duration length) {
      window = Settings.once("window", window, new Windows(length).length());
      return this;
    }

    /**
     * Sets how many windows together are judged.
     *
     * @param windows 1 to 100; default 7
     * @return this
     */
    public Builder<I, O> rolling(int windows) {
      rolling = Settings.once("rolling", rolling, requireRange("rolling", windows, 1, 100));
      return this;
    }

    /**
     * Sets how long after its prediction a label may come.
     *
     * @param longest more than 0; default 30 days
     * @return this
     */
    public Builder<I, O> labelHorizon(Duration longest) {
      if (longest.isNegative() || longest.isZero()) {
        throw new IllegalArgumentException("labelHorizon: " + longest + " (expected: more than 0)");
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
    public Builder<I, O> capacity(int predictions) {
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
    public Builder<I, O> bins(int count) {
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
    public Builder<I, O> score(ToDoubleFunction<? super O> probability) {
      score = Settings.once("score", score, probability);
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
      return score == null ? Settings::number : score;
    }
  }

  /**
   * What became of predictions and labels so far.
   *
   * @param predictions predictions that wait, or waited, for a label
   * @param joined labels that found their prediction
   * @param waiting labels that came before their prediction and are still held
   * @param duplicate labels for a prediction that had the same label already
   * @param conflicting labels for a prediction that had another label; the first one stays
   * @param late labels that came after the horizon, or whose window is no longer kept
   * @param orphaned labels given up because no prediction came for them
   * @param unlabelled predictions given up because no label came within the horizon
   * @param evicted predictions given up because too many were waiting
   * @param unusable predictions whose score is not within 0 to 1, whose id or key is longer than
   *     1,024 characters, or whose id was used already
   */
  public record Joins(
      long predictions,
      long joined,
      long waiting,
      long duplicate,
      long conflicting,
      long late,
      long orphaned,
      long unlabelled,
      long evicted,
      long unusable) {}
}
