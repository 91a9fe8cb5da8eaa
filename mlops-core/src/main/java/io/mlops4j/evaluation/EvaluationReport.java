package io.mlops4j.evaluation;

import io.mlops4j.core.Json;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.report.Report;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The evidence a promotion gate consumes: what one model version scored on one data set, by which
 * evaluator, when. Immutable; its {@link #digest} names it in a decision.
 *
 * @param modelVersion the version that was evaluated, such as {@code flight-delay:3}
 * @param datasetName what the rows are called, for people
 * @param datasetDigest what the rows are, for machines: the content digest of the data set
 * @param rows how many rows were evaluated, at least 0
 * @param positives how many of them are positive; empty if the task has no positive class
 * @param metrics what was measured, in the order to show it; the order is part of the digest
 * @param evaluator who computed the metrics
 * @param evaluatorVersion changes whenever the evaluator's answers could
 * @param evaluatedAt when
 * @param details intervals, slices, fairness, comparisons, curves and digests, if there are any
 */
public record EvaluationReport(
    String modelVersion,
    String datasetName,
    String datasetDigest,
    long rows,
    OptionalLong positives,
    Map<Metric, MetricValue> metrics,
    String evaluator,
    String evaluatorVersion,
    Instant evaluatedAt,
    EvaluationDetails details) {

  private static final String BINARY = "mlops4j-binary";
  private static final String REGRESSION = "mlops4j-regression";
  // Raised when a formula changes: numbers of different versions must not be compared.
  static final String EVALUATOR_VERSION = "1";

  /** Checks that nothing is missing and the counts can be; copies the metrics. */
  public EvaluationReport {
    requireText("modelVersion", modelVersion);
    requireText("datasetName", datasetName);
    requireText("datasetDigest", datasetDigest);
    requireText("evaluator", evaluator);
    requireText("evaluatorVersion", evaluatorVersion);
    Objects.requireNonNull(positives, "positives");
    Objects.requireNonNull(evaluatedAt, "evaluatedAt");
    Objects.requireNonNull(details, "details");
    if (rows < 0) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: at least 0)");
    }
    if (positives.isPresent() && (positives.getAsLong() < 0 || positives.getAsLong() > rows)) {
      throw new IllegalArgumentException(
          "positives: " + positives.getAsLong() + " (expected: 0.." + rows + ", the rows)");
    }
    Map<Metric, MetricValue> copy = new LinkedHashMap<>();
    metrics.forEach(
        (metric, value) ->
            copy.put(
                Objects.requireNonNull(metric, "metric"),
                Objects.requireNonNull(value, metric.id())));
    if (copy.keySet().stream().map(Metric::id).distinct().count() < copy.size()) {
      throw new IllegalArgumentException("metrics: " + copy.keySet() + " (expected: each id once)");
    }
    metrics = Collections.unmodifiableMap(copy);
  }

  /**
   * Makes a report without details.
   *
   * @param modelVersion the version that was evaluated
   * @param datasetName what the rows are called
   * @param datasetDigest the content digest of the data set
   * @param rows how many rows were evaluated
   * @param positives how many of them are positive; empty if the task has no positive class
   * @param metrics what was measured
   * @param evaluator who computed the metrics
   * @param evaluatorVersion changes whenever the evaluator's answers could
   * @param evaluatedAt when
   */
  public EvaluationReport(
      String modelVersion,
      String datasetName,
      String datasetDigest,
      long rows,
      OptionalLong positives,
      Map<Metric, MetricValue> metrics,
      String evaluator,
      String evaluatorVersion,
      Instant evaluatedAt) {
    this(
        modelVersion,
        datasetName,
        datasetDigest,
        rows,
        positives,
        metrics,
        evaluator,
        evaluatorVersion,
        evaluatedAt,
        EvaluationDetails.NONE);
  }

  /**
   * Returns a report of any kind of evaluation, with intervals.
   *
   * @param modelVersion the version that was evaluated
   * @param datasetName what the rows are called
   * @param datasetDigest the content digest of the data set
   * @param evaluation what computes the metrics
   * @param metrics of that kind, in the order to show them
   * @param confidence level, resamples and seed of the intervals
   * @param evaluatedAt when
   * @return the report
   * @throws IllegalArgumentException as {@link Evaluation#value}; if a text is blank
   */
  public static EvaluationReport of(
      String modelVersion,
      String datasetName,
      String datasetDigest,
      Evaluation evaluation,
      List<Metric> metrics,
      Confidence confidence,
      Instant evaluatedAt) {
    return new EvaluationReport(
        modelVersion,
        datasetName,
        datasetDigest,
        evaluation.rows(),
        positives(evaluation),
        evaluation.values(metrics),
        evaluator(evaluation),
        EVALUATOR_VERSION,
        evaluatedAt,
        Evaluator.details(evaluation, evaluation.intervals(metrics, confidence)));
  }

  static OptionalLong positives(Evaluation evaluation) {
    return evaluation instanceof BinaryEvaluation binary
        ? OptionalLong.of(binary.positives())
        : OptionalLong.empty();
  }

  static String evaluator(Evaluation evaluation) {
    if (evaluation instanceof BinaryEvaluation) {
      return BINARY;
    }
    if (evaluation instanceof RegressionEvaluation) {
      return REGRESSION;
    }
    return evaluation instanceof RankingEvaluation ? "mlops4j-ranking" : "mlops4j-multiclass";
  }

  /**
   * Returns a report of the {@link BinaryEvaluation#STANDARD} metrics.
   *
   * @param modelVersion the version that was evaluated
   * @param datasetName what the rows are called
   * @param datasetDigest the content digest of the data set
   * @param evaluation of probabilities
   * @param evaluatedAt when
   * @return the report
   * @throws IllegalArgumentException if a score is outside [0, 1] or a text is blank
   */
  public static EvaluationReport binary(
      String modelVersion,
      String datasetName,
      String datasetDigest,
      BinaryEvaluation evaluation,
      Instant evaluatedAt) {
    return binary(
        modelVersion,
        datasetName,
        datasetDigest,
        evaluation,
        BinaryEvaluation.STANDARD,
        evaluatedAt);
  }

  /**
   * Returns a report of chosen metrics.
   *
   * @param modelVersion the version that was evaluated
   * @param datasetName what the rows are called
   * @param datasetDigest the content digest of the data set
   * @param evaluation what computes the metrics
   * @param metrics built-in metrics of a binary classifier, in the order to show them
   * @param evaluatedAt when
   * @return the report
   * @throws IllegalArgumentException as {@link BinaryEvaluation#value}; if a text is blank
   */
  public static EvaluationReport binary(
      String modelVersion,
      String datasetName,
      String datasetDigest,
      BinaryEvaluation evaluation,
      List<Metric> metrics,
      Instant evaluatedAt) {
    return new EvaluationReport(
        modelVersion,
        datasetName,
        datasetDigest,
        evaluation.rows(),
        OptionalLong.of(evaluation.positives()),
        evaluation.values(metrics),
        BINARY,
        EVALUATOR_VERSION,
        evaluatedAt);
  }

  /**
   * Returns a report of the {@link RegressionEvaluation#STANDARD} metrics.
   *
   * @param modelVersion the version that was evaluated
   * @param datasetName what the rows are called
   * @param datasetDigest the content digest of the data set
   * @param evaluation what computes the metrics
   * @param evaluatedAt when
   * @return the report
   * @throws IllegalArgumentException if a text is blank
   */
  public static EvaluationReport regression(
      String modelVersion,
      String datasetName,
      String datasetDigest,
      RegressionEvaluation evaluation,
      Instant evaluatedAt) {
    return new EvaluationReport(
        modelVersion,
        datasetName,
        datasetDigest,
        evaluation.rows(),
        OptionalLong.empty(),
        evaluation.values(),
        REGRESSION,
        EVALUATOR_VERSION,
        evaluatedAt);
  }

  /**
   * Returns a report with one more measure at the end, or with this one replaced in place.
   *
   * @param metric built-in or custom
   * @param value what it came to
   * @return a new report
   * @throws IllegalArgumentException if another metric with the same id is there
   */
  public EvaluationReport with(Metric metric, MetricValue value) {
    Map<Metric, MetricValue> more = new LinkedHashMap<>(metrics);
    more.put(metric, value);
    return copy(more, details);
  }

  /**
   * Returns a report with a comparison on the same rows.
   *
   * @param comparison with another version; its rows must be as many
   * @return a new report
   * @throws IllegalArgumentException if the numbers of rows differ, or there is one with that
   *     version already
   */
  public EvaluationReport with(PairedComparison comparison) {
    if (comparison.rows() != rows || details.comparison(comparison.champion()).isPresent()) {
      throw new IllegalArgumentException(
          "comparison with "
              + comparison.champion()
              + " on "
              + comparison.rows()
              + " rows (expected: another version, on the "
              + rows
              + " rows of this report)");
    }
    return copy(metrics, details.with(comparison));
  }

  private EvaluationReport copy(Map<Metric, MetricValue> values, EvaluationDetails more) {
    return new EvaluationReport(
        modelVersion,
        datasetName,
        datasetDigest,
        rows,
        positives,
        values,
        evaluator,
        evaluatorVersion,
        evaluatedAt,
        more);
  }

  /**
   * Returns the report to be read: metrics with intervals, curves, slices, fairness, comparisons.
   * {@link Report#toText} writes tables, {@link Report#toHtml} a page.
   *
   * @return the page
   */
  public Report toReport() {
    return EvaluationPage.of(this);
  }

  /**
   * Returns what a metric came to.
   *
   * @param metric which
   * @return its value; {@link Undefined} with "not measured" if it is not in this report
   */
  public MetricValue value(Metric metric) {
    MetricValue value = metrics.get(metric);
    return value != null
        ? value
        : new Undefined(
            "'"
                + metric.id()
                + "' was not measured for "
                + modelVersion
                + " on "
                + datasetName
                + ".");
  }

  /**
   * Returns why the numbers of two reports must not be compared: another data set, number of rows,
   * evaluator or version of it. A margin over a champion needs this to be empty.
   *
   * @param other the other model's report
   * @return a sentence, or empty if they can be compared
   */
  public Optional<String> whyNotComparable(EvaluationReport other) {
    if (!datasetDigest.equals(other.datasetDigest)) {
      return Optional.of(
          differ("data sets", datasetName + " " + datasetDigest, other)
              + (other.datasetName + " " + other.datasetDigest + "."));
    }
    if (rows != other.rows || !positives.equals(other.positives)) {
      return Optional.of(
          differ("rows", rows + " with positives " + positives, other)
              + (other.rows + " with positives " + other.positives + "."));
    }
    if (!evaluator.equals(other.evaluator) || !evaluatorVersion.equals(other.evaluatorVersion)) {
      return Optional.of(
          differ("evaluators", evaluator + " " + evaluatorVersion, other)
              + (other.evaluator + " " + other.evaluatorVersion + "."));
    }
    return Optional.empty();
  }

  /**
   * Returns the SHA-256 of {@link #toJson}: the name of this piece of evidence.
   *
   * @return 64 lower-case hexadecimal digits, the same on every machine and JDK
   */
  public String digest() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(toJson()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }

  /**
   * Returns the report as canonical JSON: format 1, or 2 if there are details.
   *
   * @return UTF-8 bytes; equal reports give equal bytes
   */
  public byte[] toJson() {
    return Json.canonical(ReportJson.write(this));
  }

  /**
   * Returns the report a document holds. Strict: every field must be there, with its type, and no
   * other.
   *
   * @param json what {@link #toJson} wrote
   * @return an equal report
   * @throws io.mlops4j.core.MlopsException if it is anything else; says which field and why
   */
  public static EvaluationReport fromJson(byte[] json) {
    return ReportJson.read(Json.parse(json, ReportJson.WHAT));
  }

  private String differ(String what, String mine, EvaluationReport other) {
    return modelVersion
        + " and "
        + other.modelVersion
        + " were evaluated with different "
        + what
        + ": "
        + mine
        + " and ";
  }

  private static void requireText(String name, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + ": blank (expected: a text)");
    }
  }
}
