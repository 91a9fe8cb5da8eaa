package io.mlops4j.examples.creditrisk;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.ModelSource;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.data.Split;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.Validation;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Fairness;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.Slicing;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.tribuo.TribuoModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/**
 * Three credit models and one policy: the first becomes champion, the second ranks better and is
 * held by the fairness gate, the third ranks better, too, and is promoted.
 *
 * <p>Trained on all rows, no model of this example breaks the four-fifths rule, with the sex or
 * without. The second one was given a damaged extract in which most women who paid back are
 * missing, as a faulty join may lose them: it learns that women do not pay, and its AUC does not
 * tell.
 */
public final class CreditRisk {
  /**
   * A loan is granted from this probability of being paid back on: the data come with their costs,
   * a bad loan granted costs five times a good one refused.
   */
  static final double GRANT = 5 / 6.0;

  /**
   * The four-fifths rule of the Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR
   * 1607.4 (D): fixed before any model was trained, like the threshold.
   */
  static final double LEAST_IMPACT = 0.8;

  static final GatePolicy POLICY =
      GatePolicy.named("credit")
          .require(
              Gate.metric(Metric.AUC).atLeast(0.6),
              Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT).atLeast(LEAST_IMPACT),
              Gate.metric(Metric.AUC).notInferiorBy(Margin.absolute(0.02)))
          .requireDisjointRows();

  private static final String[] ACCOUNT = {"checking", "savings"};
  private static final String[] FAIR = {
    "checking",
    "savings",
    "history",
    "purpose",
    "employment",
    "guarantors",
    "property",
    "otherPlans",
    "housing",
    "job"
  };
  private static final String[] EVERYTHING = {
    "checking",
    "savings",
    "history",
    "purpose",
    "employment",
    "guarantors",
    "property",
    "otherPlans",
    "housing",
    "job",
    "sex",
    "status"
  };

  private final LabeledDataset<Application> training;
  private final LabeledDataset<Application> test;
  private final Evaluator<Application> evaluator;
  private final RegisteredModel<Application, Double> credit;
  private final List<EvaluationReport> reports = new ArrayList<>();
  private final Instant at;

  private CreditRisk(ModelRegistry registry, Instant at) {
    Split<Application> split =
        Dataset.csvResource(CreditRisk.class, "/german-credit.csv", Application.SCHEMA)
            .inMemory()
            .splitByHash(application -> Integer.toString(application.id()), "credit-1", 0.5);
    this.training = split.first().label(Application::good);
    this.test = split.second().label(Application::good);
    this.at = at;
    this.credit = registry.model("credit", TribuoModel.probability(Application.SCHEMA));
    this.evaluator =
        Evaluator.<Application>binary()
            .metrics(Metric.AUC, Metric.LOG_LOSS, Metric.accuracyAt(GRANT), Metric.BRIER)
            .slices(Slicing.by(Application.SCHEMA, "housing").withMinRows(40))
            .slices(Slicing.by(Application.SCHEMA, "age", 25, 40))
            .fairness(Fairness.by(Application.SCHEMA, "sex").selectedAtLeast(GRANT))
            .churnAt(GRANT)
            .build();
  }

  /**
   * What is expected of training rows: that they are applications, and about as many, of about the
   * same people, as were looked at when the policy was written.
   */
  static Expectations<Application> expected() {
    return Expectations.of(
        Application.SCHEMA,
        feature("id").isUnique(),
        feature("duration").isBetween(1, 120),
        feature("amount").isAbove(0),
        feature("housing").isPresent(),
        feature("sex").isInDomain(),
        feature("sex").psiAtMost(0.1),
        rows().countAgainstPrevious(0.9, 1.1));
  }

  /** What happened: a decision and a report for each model, in the order of the story. */
  record Outcome(List<GateDecision> decisions, List<EvaluationReport> reports) {}

  static Outcome run(ModelRegistry registry, Instant at) {
    return new CreditRisk(registry, at).story();
  }

  private Outcome story() {
    List<GateDecision> decisions =
        List.of(
            offer(training, ACCOUNT, "duration", "amount"),
            offer(extract(), EVERYTHING, "duration", "amount", "installmentRate", "age"),
            offer(training, FAIR, "duration", "amount", "installmentRate"));
    return new Outcome(decisions, reports);
  }

  /** What a validation would have said before the second model was trained: not these rows. */
  static List<ValidationResult> validated() {
    CreditRisk story = new CreditRisk(ModelRegistry.inMemory(), Instant.EPOCH);
    Baseline baseline = Baseline.fit(Application.SCHEMA, () -> story.training.features());
    Validation<Application> validation =
        expected().validation().baseline(baseline).previousRows(story.training.rows());
    return List.of(validation.run(story.training), validation.run(story.extract()));
  }

  /** The training rows without three in four of the women who paid back. */
  private LabeledDataset<Application> extract() {
    return training.filter(
        row -> !(row.row().sex().equals("female") && row.label() == 1 && row.row().id() % 4 != 0));
  }

  private static TribuoModel<Application> train(
      LabeledDataset<Application> rows, String[] categories, String... numbers) {
    var trainer = new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 20, 1_000, 8, 1);
    return TribuoTrainer.classification(trainer)
        .train(rows, columns -> columns.oneHot(categories).standardized(numbers));
  }

  /** Registers a model, evaluates it beside the champion on rows neither has seen, and decides. */
  private GateDecision offer(
      LabeledDataset<Application> rows, String[] categories, String... numbers) {
    TribuoModel<Application> model = train(rows, categories, numbers);
    RegisteredVersion<Application, Double> version =
        credit.register(
            model.artifact(),
            Lineage.here().withData("German credit, first half", rows.digest(), rows.rows()));
    credit.recordTrainingRows(version.number(), RowFingerprint.of(rows));
    EvaluationReport report = evaluation(version, credit.production().current());
    reports.add(report);
    credit.recordEvaluation(version, report);
    credit.stage(version);
    credit.validate(version);
    return credit.promote(version, POLICY);
  }

  private EvaluationReport evaluation(
      RegisteredVersion<Application, Double> version,
      ModelSource.Selection<Application, Double> champion) {
    try (var model = version.release().load()) {
      var candidate = new Contender<>(version.version().toString(), digest(version), model);
      if (!(champion instanceof ModelSource.Selected<Application, Double> selected)) {
        return evaluator.evaluate(candidate, test, at);
      }
      RegisteredVersion<Application, Double> rival =
          credit.version(selected.release().version().number());
      try (var other = rival.release().load()) {
        return evaluator.compare(
            candidate, new Contender<>(rival.version().toString(), digest(rival), other), test, at);
      }
    }
  }

  /** What the version is: its files' names and digests. */
  private static String digest(RegisteredVersion<?, ?> version) {
    return Digests.sha256(version.digests().toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Runs the story and writes a page per model.
   *
   * @param arguments where the pages go
   * @throws IOException if they cannot be written
   */
  public static void main(String[] arguments) throws IOException {
    Path pages = Files.createDirectories(Path.of(arguments[0]));
    Outcome outcome = run(ModelRegistry.inMemory(), Instant.now());
    for (int i = 0; i < outcome.reports().size(); i++) {
      EvaluationReport report = outcome.reports().get(i);
      String name = report.modelVersion().replace(':', '-');
      Files.writeString(pages.resolve(name + ".html"), report.toReport().toHtml());
      Files.writeString(
          pages.resolve(name + "-decision.html"), outcome.decisions().get(i).toReport().toHtml());
      System.out.println(outcome.decisions().get(i));
    }
    System.out.println("Pages: " + pages.toAbsolutePath());
  }
}
