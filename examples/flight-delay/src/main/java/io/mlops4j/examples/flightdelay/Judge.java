package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.Model;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Produces evidence about a version and asks the gates. */
final class Judge {
  static final Metric CALIBRATION = Metric.expectedCalibrationError(10);

  /** Better than guessing, better than the champion by half a point, and honest probabilities. */
  private static final GatePolicy POLICY =
      GatePolicy.named("flight-delay")
          .require(Gate.metric(Metric.AUC).atLeast(0.60))
          .require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.005)))
          .require(Gate.metric(CALIBRATION).atMost(0.08))
          .withMinRows(1_000);

  private static final int BATCH = 4_096;

  private final RegisteredModel<Flight, Double> delay;

  Judge(RegisteredModel<Flight, Double> delay) {
    this.delay = delay;
  }

  /** Evaluates candidate and champion on the same rows, stores both, and says what would happen. */
  GateDecision evaluate(
      RegisteredVersion<Flight, Double> candidate, String name, LabeledDataset<Flight> truth) {
    delay.recordEvaluation(candidate, report(candidate, name, truth));
    delay
        .champion()
        .ifPresent(champion -> delay.recordEvaluation(champion, report(champion, name, truth)));
    delay.stage(candidate);
    delay.validate(candidate);
    return delay.decide(candidate.number(), policy(truth));
  }

  /** Promotes or refuses, on the evidence that is stored. */
  GateDecision promote(RegisteredVersion<Flight, Double> candidate, LabeledDataset<Flight> truth) {
    return delay.promote(candidate, policy(truth));
  }

  private static GatePolicy policy(LabeledDataset<Flight> truth) {
    return POLICY.onDataset(truth.digest());
  }

  private static EvaluationReport report(
      RegisteredVersion<Flight, Double> version, String name, LabeledDataset<Flight> truth) {
    return EvaluationReport.binary(
        version.version().toString(), name, truth.digest(), score(version, truth), Instant.now());
  }

  /** Scores every row with the version's own files, as serving would load them. */
  private static BinaryEvaluation score(
      RegisteredVersion<Flight, Double> version, LabeledDataset<Flight> truth) {
    BinaryEvaluation.Collector collector = BinaryEvaluation.collector();
    try (Model<Flight, Double> model = version.release().load();
        var rows = truth.stream()) {
      List<Labeled<Flight>> batch = new ArrayList<>(BATCH);
      rows.forEach(
          row -> {
            batch.add(row);
            if (batch.size() == BATCH) {
              score(model, batch, collector);
            }
          });
      score(model, batch, collector);
    }
    return collector.evaluate();
  }

  private static void score(
      Model<Flight, Double> model,
      List<Labeled<Flight>> batch,
      BinaryEvaluation.Collector collector) {
    List<Double> scores = model.predict(batch.stream().map(Labeled::row).toList());
    for (int i = 0; i < scores.size(); i++) {
      collector.add(scores.get(i), batch.get(i).label() == 1);
    }
    batch.clear();
  }
}
