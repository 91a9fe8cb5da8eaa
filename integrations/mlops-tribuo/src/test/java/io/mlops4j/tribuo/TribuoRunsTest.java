package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunRecord;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.math.optimisers.AdaGrad;

class TribuoRunsTest {
  record Row(double x, double y) {}

  static final Schema<Row> SCHEMA = Schema.of(Row.class);
  static final LabeledDataset<Row> TRAINING = rows(1);
  private final TrackedExperiment toys = Tracking.inMemory().experiment("toys");

  static LabeledDataset<Row> rows(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return LabeledDataset.of(
        SCHEMA,
        IntStream.range(0, 400)
            .mapToObj(i -> new Row(random.nextDouble(), random.nextDouble()))
            .map(row -> new Labeled<>(row, row.x() > row.y() ? 1 : 0))
            .toList());
  }

  static TribuoTrainer trainer(double rate) {
    return TribuoTrainer.classification(
        new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(rate, 0.1), 5, 1_000, 16, 42L));
  }

  static EvaluationReport report(TribuoModel<Row> model) {
    LabeledDataset<Row> held = rows(2);
    double[] scores =
        model.predict(held.features().toList()).stream().mapToDouble(p -> p).toArray();
    boolean[] labels = new boolean[scores.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = held.labels()[i] == 1;
    }
    return EvaluationReport.binary(
        "toy", "held out", held.digest(), BinaryEvaluation.of(scores, labels), Instant.EPOCH);
  }

  @Test
  void log_linearModel_hasSettingsSeedDataAndMetrics() {
    TribuoModel<Row> model = trainer(0.25).train(TRAINING, c -> c.numeric("x", "y"));
    EvaluationReport report = report(model);
    String id;
    try (Run run = toys.start("linear")) {
      TribuoRuns.log(run, model, TRAINING, report);
      id = run.id();
    }
    RunRecord run = toys.find(id).orElseThrow();
    assertThat(run.params())
        .containsEntry("trainer.seed", "42")
        .containsEntry("trainer.optimiser.initialLearningRate", "0.25")
        .containsEntry("trainer.epochs", "5")
        .containsEntry("trainer.invocations", "0")
        .containsEntry("data.rows", "400")
        .containsEntry("data.examples", "400")
        .containsEntry("data.digest", TRAINING.digest())
        .containsEntry("tribuo", "4.3.2");
    assertThat(run.metrics()).containsKey(Metric.AUC.id());
    assertThat(run.tags()).containsKey("tribuo.trainedAt");
    assertThat(toys.environment(id).dependencies()).anyMatch(jar -> jar.startsWith("tribuo-core"));
    assertThat(toys.query("param.trainer.seed = 42 AND metric.auc > 0.9")).hasSize(1);
  }

  @Test
  void log_forestOfClasses_isLoggedTwiceWithoutComplaint() {
    TribuoClassifier<Row> model =
        TribuoClassifier.train(
            new RandomForestTrainer<>(
                new CARTClassificationTrainer(4, 0.8f, 7L), new VotingCombiner(), 5, 7L),
            TRAINING,
            InputEncoding.learn(SCHEMA).numeric("x", "y").from(TRAINING::features));
    try (Run run = toys.start("forest")) {
      TribuoRuns.log(run, model, TRAINING);
      TribuoRuns.log(run, model, TRAINING);
    }
    assertThat(toys.query("param.trainer.innerTrainer.maxDepth = 4")).hasSize(1);
  }
}
