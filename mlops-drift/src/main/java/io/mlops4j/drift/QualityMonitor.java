package io.mlops4j.drift;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.LabelSink;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches how good answers turn out to be, once labels come back. Give it to a predictor as a
 * listener, tell it the truth as a label sink, and ask it as a check.
 *
 * <p>A label joins its prediction by id or key, whichever of the two comes first, and counts in the
 * window in which the prediction was made. Of several labels of one prediction the first one known
 * counts, unless it is corrected. A label by key goes to the last prediction with that key made up
 * to the label's time. Only {@link Prediction.Source#MODEL} answers count; others are counted as
 * excluded. Versions are never mixed.
 *
 * <p>Thread-safe. Memory is bounded: about 300 bytes per waiting prediction up to the configured
 * capacity, 10,000 labels that came first, and the kept windows of 8 versions. With a durable
 * {@link PredictionLog} predictions wait there instead, as long as it keeps them; events then take
 * effect within moments, {@link #flush} waits for that.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class QualityMonitor<I, O>
    implements PredictionListener<I, O>, LabelSink, Check, AutoCloseable {
  private final ModelSource<I, O> source;
  private final @Nullable QualityRule rule;
  private final QualityMonitorBuilder.Answers<O> answers;
  private final int rolling;
  private final Windows windows;
  private final RowSegments<I> segments;
  private final boolean logFeatures;
  private final QualityLedger ledger;
  private final QualityIntake intake;

  QualityMonitor(QualityMonitorBuilder<I, O> builder) {
    this.source = builder.source;
    this.rule = builder.rule();
    this.answers = builder.answers();
    this.windows = new Windows(builder.window());
    this.rolling = builder.rolling();
    this.segments = builder.segments;
    this.logFeatures = builder.features();
    long horizon = builder.labelHorizon().dividedBy(windows.length());
    int kept = (int) Math.min(1_000, Math.max(30, horizon + rolling + 1));
    int reference =
        rule != null && rule.reference() instanceof QualityRule.FirstWindows own ? own.count() : 0;
    PredictionLog durable = builder.log();
    PredictionLog log =
        durable == null ? new MemoryLog(builder.capacity(), builder.labelHorizon()) : durable;
    this.ledger =
        new QualityLedger(
            new QualityLedger.Plan(windows, kept, reference, builder.shape()),
            log,
            builder.labelHorizon());
    EventQueue queue = null;
    if (durable != null) {
      ledger.reload();
      queue =
          new EventQueue(
              source.name(),
              new LogRetention(source.name(), ledger, builder.time(), builder.retention()));
    }
    this.intake = new QualityIntake(source.name(), ledger, queue);
    MeterRegistry registry = builder.meters();
    if (registry != null) {
      QualityMeters.register(registry, source.name(), this);
    }
  }

  /**
   * Starts a monitor of the answers of whatever a source serves.
   *
   * @param source for example a registry's production stage
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  public static <I, O> QualityMonitorBuilder<I, O> following(ModelSource<I, O> source) {
    return new QualityMonitorBuilder<>(source);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    List<String> names;
    synchronized (segments) {
      names = segments.of(prediction.row());
    }
    if (prediction.source() != Prediction.Source.MODEL) {
      ledger.excluded(prediction.version(), prediction.at(), names);
      return;
    }
    double output = answers.number().applyAsDouble(prediction.output());
    String key = prediction.key();
    if (!answers.task().isUsable(output)
        || !LoggedPrediction.isName(prediction.id())
        || (key != null && !LoggedPrediction.isName(key))) {
      ledger.unusable();
      return;
    }
    String unit = prediction.unit();
    intake.take(
        new LoggedPrediction(
            prediction.id(),
            key,
            unit != null && LoggedPrediction.isName(unit) ? unit : null,
            prediction.version(),
            output,
            prediction.at(),
            names,
            logFeatures ? LoggedFeatures.of(prediction.row()) : Map.of()));
  }

  /**
   * Reports the truth for one prediction by its id.
   *
   * @throws IllegalArgumentException if the label does not go with the answers (binary: 0 or 1)
   * @throws io.mlops4j.core.MlopsException if a durable log has not kept up for five seconds
   */
  @Override
  public void reportById(String predictionId, double label, Instant at) {
    Objects.requireNonNull(predictionId, "predictionId");
    report(predictionId, false, answers.task().checkedLabel(label), at, false);
  }

  /**
   * Reports the truth by the user's own key. It goes to the last prediction with that key made up
   * to the label's time.
   *
   * @throws IllegalArgumentException if the label does not go with the answers (binary: 0 or 1)
   * @throws io.mlops4j.core.MlopsException if a durable log has not kept up for five seconds
   */
  @Override
  public void reportByKey(String key, double label, Instant at) {
    Objects.requireNonNull(key, "key");
    report(key, true, answers.task().checkedLabel(label), at, false);
  }

  /**
   * Replaces what was reported for one prediction: a correction beats every report, the latest
   * correction every other.
   *
   * @param predictionId its id
   * @param label the truth
   * @param at when it became known
   */
  public void correctById(String predictionId, double label, Instant at) {
    Objects.requireNonNull(predictionId, "predictionId");
    report(predictionId, false, answers.task().checkedLabel(label), at, true);
  }

  /**
   * Replaces what was reported under a key, as {@link #correctById} does.
   *
   * @param key the user's own key
   * @param label the truth
   * @param at when it became known
   */
  public void correctByKey(String key, double label, Instant at) {
    Objects.requireNonNull(key, "key");
    report(key, true, answers.task().checkedLabel(label), at, true);
  }

  /**
   * Takes back what was reported for one prediction: it has no label until a later correction.
   *
   * @param predictionId its id
   * @param at when that became known
   */
  public void retractById(String predictionId, Instant at) {
    Objects.requireNonNull(predictionId, "predictionId");
    report(predictionId, false, Double.NaN, at, true);
  }

  /**
   * Takes back what was reported under a key, as {@link #retractById} does.
   *
   * @param key the user's own key
   * @param at when that became known
   */
  public void retractByKey(String key, Instant at) {
    Objects.requireNonNull(key, "key");
    report(key, true, Double.NaN, at, true);
  }

  private void report(String name, boolean byKey, double label, Instant at, boolean correction) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(at, "at");
    if (!LoggedPrediction.isName(name)) {
      ledger.orphaned();
      return;
    }
    intake.take(new ReportedLabel(name, byKey, label, at, correction));
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
    return evaluate(Optional.empty());
  }

  /**
   * Returns a check of one segment, by the same rule. Every further check has its own false-alarm
   * budget: share it with {@link QualityRule#withFalseAlarms}.
   *
   * @param segment its name, for example {@code origin=ORD}
   * @return the check
   */
  public Check segment(String segment) {
    Objects.requireNonNull(segment, "segment");
    return new Check() {
      @Override
      public String name() {
        return QualityMonitor.this.name() + ", " + segment;
      }

      @Override
      public Outcome evaluate() {
        return QualityMonitor.this.evaluate(Optional.of(segment));
      }
    };
  }

  private Outcome evaluate(Optional<String> segment) {
    Optional<ModelVersion> version = served();
    if (version.isEmpty()) {
      return new NoData(source.name() + ": nothing is served.");
    }
    if (rule == null) {
      return new NoData(version.get() + ": no rule was given. Set one with failWhen.");
    }
    return ledger
        .ask(
            version.get(),
            segment,
            quality -> QualityJudge.judge(version.get(), quality, rule, rolling))
        .map(outcome -> QualityJudge.named(outcome, segment))
        .orElseGet(
            () ->
                new NoData(
                    version.get()
                        + segment.map(s -> " has no segment " + s + ": ").orElse(": ")
                        + "no prediction has arrived."));
  }

  private Optional<ModelVersion> served() {
    return source.current() instanceof ModelSource.Selected<I, O> selected
        ? Optional.of(selected.release().version())
        : Optional.empty();
  }

  /**
   * Returns the windows of a version.
   *
   * @param version who answered
   * @return oldest first; empty if it has not answered
   */
  public List<Quality> history(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    return ledger.ask(version, Optional.empty(), VersionQuality::all).orElse(List.of());
  }

  /**
   * Returns the windows of one segment of a version.
   *
   * @param version who answered
   * @param segment its name
   * @return oldest first; empty if there is no such segment
   */
  public List<Quality> history(ModelVersion version, String segment) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(segment, "segment");
    return ledger.ask(version, Optional.of(segment), VersionQuality::all).orElse(List.of());
  }

  /**
   * Returns the names of the segments that a version's predictions belong to.
   *
   * @param version who answered
   * @return in ascending order, at most 200
   */
  public List<String> segments(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    return ledger.segments(version);
  }

  /**
   * Returns the newest stretch of windows of a version of which enough labels are in: what {@link
   * #evaluate} judges.
   *
   * @param version who answered
   * @return its quality, or empty if there are too few labels
   */
  public Optional<Quality> newest(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    long labels = rule == null ? 1 : rule.minLabels();
    double coverage = rule == null ? 0 : rule.minCoverage();
    return ledger
        .ask(version, Optional.empty(), q -> q.newestMature(rolling, coverage, labels))
        .flatMap(found -> found);
  }

  /**
   * Returns how good the newest stretch of windows probably is, labels or not.
   *
   * @param version who answered
   * @return empty without a rule, without enough labels of earlier predictions, or if the rule's
   *     metric cannot be estimated (AUC, log loss, Brier and accuracy of binary models can)
   */
  public Optional<QualityEstimate> estimate(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    if (rule == null || answers.task().kind() != Task.Kind.BINARY) {
      return Optional.empty();
    }
    LabelFree.Needs needs =
        new LabelFree.Needs(
            rule.minLabels(),
            rule.minCoverage(),
            rolling,
            rule.reference() instanceof QualityRule.FirstWindows);
    return ledger
        .ask(version, Optional.empty(), q -> new LabelFree(q, rule.metric(), needs).newest())
        .flatMap(found -> found);
  }

  /**
   * Returns a check of the estimate: fails if the expected metric of the newest stretch is worse
   * than the reference by more than the margin and the estimate's own error. It assumes what {@link
   * QualityEstimate} says, so use it to be early, beside this monitor itself.
   *
   * @return the check
   */
  public Check expected() {
    return new ExpectedQuality(
        "expected " + name(),
        source.name(),
        this::served,
        rule,
        this::estimate,
        version ->
            rule == null
                ? Optional.empty()
                : ledger
                    .ask(version, Optional.empty(), q -> QualityJudge.reference(version, q, rule))
                    .flatMap(found -> found));
  }

  /**
   * Returns what became of predictions and labels.
   *
   * @return counts since the monitor was built; what it read from a log is among the predictions
   *     and joined labels
   */
  public Joins joins() {
    return ledger.joins(intake.unlogged());
  }

  /**
   * Returns what the rule measures.
   *
   * @return empty without a rule
   */
  public Optional<QualityMetric> metric() {
    return Optional.ofNullable(rule).map(QualityRule::metric);
  }

  Optional<Quality> newestServed() {
    return served().flatMap(this::newest);
  }

  Optional<QualityEstimate> estimateServed() {
    return served().flatMap(this::estimate);
  }

  @Nullable QualityRule rule() {
    return rule;
  }

  /**
   * Waits until events that came before are kept in the durable log and counted.
   *
   * @param limit how long at most
   * @return false if that takes longer; true at once without a durable log
   */
  public boolean flush(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    return intake.flush(limit);
  }

  /**
   * Counts everything anew from the log. Several instances that share one each count what they have
   * seen; this makes it what all have. Takes as long as reading the log does.
   *
   * @throws io.mlops4j.core.MlopsException if the log cannot be read
   */
  public void reload() {
    if (intake.isDurable()) {
      ledger.reload();
    }
  }

  /**
   * Removes every prediction of a unit, and the labels of it, from memory and log. Counts of
   * windows stay: they name nobody.
   *
   * @param unit for example a customer who asked for it
   * @return how many predictions were removed
   */
  public long forget(String unit) {
    Objects.requireNonNull(unit, "unit");
    flush(Duration.ofSeconds(10));
    return ledger.forget(unit);
  }

  /**
   * Writes what waits to the durable log, if there is one, trying for ten seconds at most; the log
   * itself stays open. Later predictions are not taken, and counted as {@code unlogged}; later
   * labels are refused with an IllegalStateException. What was counted stays readable, and {@link
   * #forget} still removes. Closing again does nothing.
   */
  @Override
  public void close() {
    intake.close();
  }

  /**
   * What became of predictions and labels so far.
   *
   * @param predictions predictions that wait, or waited, for a label
   * @param joined labels that found their prediction
   * @param waiting labels that came before their prediction and are still held in memory; 0 with a
   *     durable log
   * @param duplicate labels for a prediction that had the same label already
   * @param conflicting labels for a prediction that had another label; the one that became known
   *     first counts
   * @param corrected corrections that replaced a label, or took it back
   * @param late labels that came after the horizon, or whose window is no longer kept
   * @param orphaned labels given up because no prediction came for them, or their name is unusable
   * @param unlabelled predictions given up because no label came within the horizon; with a durable
   *     log 0, and coverage says it
   * @param evicted predictions given up because too many were waiting; 0 with a durable log
   * @param unusable predictions whose answer is no usable number (for a binary model: 0 to 1),
   *     whose id or key no log can keep (longer than 1,024 characters), or whose id was used
   *     already
   * @param excluded answers that are no evidence: of a fallback, a cache, or a version that is no
   *     longer selected
   * @param unlogged events that a durable log did not take, and predictions that came after the
   *     monitor was closed
   */
  public record Joins(
      long predictions,
      long joined,
      long waiting,
      long duplicate,
      long conflicting,
      long corrected,
      long late,
      long orphaned,
      long unlabelled,
      long evicted,
      long unusable,
      long excluded,
      long unlogged) {}
}
