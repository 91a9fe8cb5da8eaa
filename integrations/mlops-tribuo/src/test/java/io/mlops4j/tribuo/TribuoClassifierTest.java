package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.classification.xgboost.XGBoostClassificationTrainer;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer;

/** Several classes, and the trees, forests and XGBoost models that ONNX cannot take over. */
class TribuoClassifierTest {
  private static final Schema<float[]> SCHEMA = Schema.floats("x", "y");
  private static final InputEncoding ENCODING = InputEncoding.numeric(SCHEMA);
  private static final ModelVersion VERSION = new ModelVersion("toy", 3);

  /** Thirds of x, turned over where y is above a half: nothing a line can learn. */
  private static final LabeledDataset<float[]> THIRDS =
      rows(row -> row[1] > 0.5 ? 2 - (int) (3 * row[0]) : (int) (3 * row[0]));

  private static final LabeledDataset<float[]> SIDES = rows(row -> row[0] > row[1] ? 1 : 0);
  private static final LabeledDataset<float[]> PRODUCT = rows(row -> 10 * row[0] * row[1]);
  private static final List<float[]> PROBES =
      List.of(
          new float[] {0.1f, 0.1f},
          new float[] {0.5f, 0.3f},
          new float[] {0.9f, 0.2f},
          new float[] {0.1f, 0.9f},
          new float[] {0.9f, 0.8f});
  private static final int[] TRUE_THIRDS = {0, 1, 2, 2, 0};

  private static LabeledDataset<float[]> rows(ToDoubleFunction<float[]> truth) {
    SplittableRandom random = new SplittableRandom(1);
    return LabeledDataset.of(
        SCHEMA,
        IntStream.range(0, 800)
            .mapToObj(i -> new float[] {(float) random.nextDouble(), (float) random.nextDouble()})
            .map(row -> new Labeled<>(row, truth.applyAsDouble(row)))
            .toList());
  }

  private static Trainer<Label> forest() {
    return new RandomForestTrainer<>(
        new CARTClassificationTrainer(8, 0.75f, 5L), new VotingCombiner(), 10, 5L);
  }

  static Stream<Trainer<Label>> trees() {
    return Stream.of(
        new CARTClassificationTrainer(8), forest(), new XGBoostClassificationTrainer(10, 1, true));
  }

  @ParameterizedTest
  @MethodSource("trees")
  void classes_trainedSavedLoaded_answersWhatTribuoAnswers(Trainer<Label> trainer) {
    TribuoClassifier<float[]> model = TribuoClassifier.train(trainer, THIRDS, ENCODING);
    assertThat(model.labels()).containsExactly("0", "1", "2");
    List<ClassProbabilities> answers = model.predict(PROBES);
    for (int i = 0; i < PROBES.size(); i++) {
      ClassProbabilities answer = answers.get(i);
      var example =
          new ArrayExample<>(
              new Label("0"),
              new String[] {"00000000:x", "00000001:y"},
              new double[] {PROBES.get(i)[0], PROBES.get(i)[1]});
      Map<String, Label> tribuos = model.tribuo().predict(example).getOutputScores();
      for (String label : answer.labels()) {
        assertThat(answer.of(label))
            .isEqualTo(Objects.requireNonNull(tribuos.get(label)).getScore());
      }
      assertThat(Arrays.stream(answer.toArray()).sum()).isCloseTo(1, within(1e-5));
      assertThat(answer.best()).as("probe %d", i).isEqualTo(TRUE_THIRDS[i]);
    }
    Model<float[], ClassProbabilities> loaded =
        TribuoClassifier.loader(SCHEMA).load(VERSION, model.artifact());
    assertThat(loaded.predict(PROBES)).isEqualTo(answers);
    assertThat(loaded.schema()).contains(SCHEMA);
    assertThat(loaded).hasToString("Model 'toy:3'");
  }

  @ParameterizedTest
  @MethodSource("trees")
  void probability_treesForestsAndXgboost_areReadBack(Trainer<Label> trainer) {
    TribuoModel<float[]> model = TribuoTrainer.classification(trainer).train(SIDES, ENCODING);
    List<Double> answers = model.predict(PROBES);
    assertThat(answers.get(2)).isGreaterThan(0.8);
    assertThat(answers.get(3)).isLessThan(0.2);
    assertThat(TribuoModel.probability(SCHEMA).load(VERSION, model.artifact()).predict(PROBES))
        .isEqualTo(answers);
    // Two classes are classes as well.
    List<ClassProbabilities> classes =
        TribuoClassifier.loader(SCHEMA).load(VERSION, model.artifact()).predict(PROBES);
    for (int i = 0; i < answers.size(); i++) {
      assertThat(classes.get(i).of("1")).isEqualTo(answers.get(i));
    }
    assertThatThrownBy(model::toOnnx).hasMessageContaining("cannot be exported to ONNX");
  }

  static Stream<Trainer<Regressor>> regressions() {
    return Stream.of(
        new CARTRegressionTrainer(8),
        new RandomForestTrainer<>(
            new CARTRegressionTrainer(8, 2, 0, 0.75f, false, new MeanSquaredError(), 5L),
            new AveragingCombiner(),
            10,
            5L),
        new XGBoostRegressionTrainer(XGBoostRegressionTrainer.RegressionType.LINEAR, 20, 1, true));
  }

  @ParameterizedTest
  @MethodSource("regressions")
  void regression_treesForestsAndXgboost_areReadBack(Trainer<Regressor> trainer) {
    TribuoModel<float[]> model = TribuoTrainer.regression(trainer).train(PRODUCT, ENCODING);
    List<Double> answers = model.predict(PROBES);
    for (int i = 0; i < PROBES.size(); i++) {
      double truth = 10.0 * PROBES.get(i)[0] * PROBES.get(i)[1];
      assertThat(answers.get(i)).isCloseTo(truth, within(1.0));
    }
    assertThat(TribuoModel.regression(SCHEMA).load(VERSION, model.artifact()).predict(PROBES))
        .isEqualTo(answers);
  }

  @Test
  void toOnnx_severalClasses_answersTheSame() throws Exception {
    LabeledDataset<float[]> sums = rows(row -> (int) (1.499 * (row[0] + row[1])));
    TribuoClassifier<float[]> model =
        TribuoClassifier.train(new LogisticRegressionTrainer(), sums, ENCODING);
    byte[] graph = model.toOnnx().bytes("model.onnx");
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(graph)) {
      for (float[] probe : PROBES) {
        try (OnnxTensor row = OnnxTensor.createTensor(environment, new float[][] {probe});
            OrtSession.Result result = session.run(Map.of("input", row))) {
          float[] scores = ((float[][]) result.get(0).getValue())[0];
          ClassProbabilities answer = model.predict(List.of(probe)).get(0);
          for (int c = 0; c < scores.length; c++) {
            assertThat(answer.of(c)).isCloseTo(scores[c], within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void train_tenClassesAndMore_areInTheOrderOfTheirNumbers() {
    LabeledDataset<float[]> twelfths = rows(row -> (int) (12 * row[0]));
    TribuoClassifier<float[]> model =
        TribuoClassifier.train(new CARTClassificationTrainer(8), twelfths, ENCODING);
    assertThat(model.labels()).startsWith("0", "1", "2").endsWith("10", "11");
    assertThat(model.predict(List.of(new float[] {0.9f, 0})).get(0).best()).isEqualTo(10);
    assertThat(model.lineage()).containsKey("trainer.maxDepth");
  }

  @Test
  void train_labelsThatAreNoClasses_areRefused() {
    for (double label : new double[] {0.5, -1, 1e12}) {
      assertThatThrownBy(
              () ->
                  TribuoClassifier.train(
                      new CARTClassificationTrainer(3), rows(row -> label), ENCODING))
          .hasMessageContaining("(expected: 0, 1, 2, …, one for each class)");
    }
    assertThatThrownBy(
            () ->
                TribuoClassifier.train(new CARTClassificationTrainer(3), rows(row -> 4), ENCODING))
        .hasMessageContaining("rows of one class");
  }

  @Test
  void load_threeClassesAsOneProbability_isRefused() {
    TribuoClassifier<float[]> model =
        TribuoClassifier.train(new CARTClassificationTrainer(3), THIRDS, ENCODING);
    assertThatThrownBy(() -> TribuoModel.probability(SCHEMA).load(VERSION, model.artifact()))
        .hasMessageContaining("has 3 classes that are not 0 and 1");
    assertThatThrownBy(() -> TribuoModel.regression(SCHEMA).load(VERSION, model.artifact()))
        .hasMessageContaining("which is not a regression model");
  }
}
