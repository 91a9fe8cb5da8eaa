package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.data.LabeledDataset;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.regression.sgd.objectives.SquaredLoss;

/** The champion of the example: a linear model of January and February, judged on March. */
class FlightsTest {
  private static final int SAMPLE = 2_000;
  private static LabeledDataset<Flight> march;
  private static TribuoModel<Flight> champion;

  @BeforeAll
  static void train() {
    march = Flight.late(3, 4).inMemory();
    champion = logistic().train(Flight.late(1, 3), Flight::encode);
  }

  private static TribuoTrainer logistic() {
    return TribuoTrainer.classification(
        new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 100_000, 64, 42L));
  }

  @Test
  void train_januaryAndFebruary_ranksMarchAsScikitLearnDoes() {
    assertThat(march.rows()).isEqualTo(69_275);
    double auc = auc(champion.predict(march.features().toList()), march.labels());
    // oracle: scikit-learn's LogisticRegression on the same columns has .634 (train_gbt.py).
    assertThat(auc).isEqualTo(0.634, within(0.002));
    double late = Arrays.stream(march.labels()).average().orElseThrow();
    double mean =
        champion.predict(march.features().toList()).stream()
            .mapToDouble(p -> p)
            .average()
            .orElseThrow();
    assertThat(mean).isEqualTo(late, within(0.05));
  }

  @Test
  void train_again_givesTheSameModel() {
    List<Flight> rows = march.features().limit(SAMPLE).toList();
    LabeledDataset<Flight> some = Flight.late(1, 2).filter(l -> l.row().hour() < 9).inMemory();
    TribuoTrainer trainer = logistic();
    List<Double> first = trainer.train(some, Flight::encode).predict(rows);
    assertThat(trainer.train(some, Flight::encode).predict(rows)).isEqualTo(first);
    assertThat(logistic().train(some, Flight::encode).predict(rows)).isEqualTo(first);
    TribuoTrainer otherSeed =
        TribuoTrainer.classification(
            new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 100_000, 64, 43L));
    assertThat(otherSeed.train(some, Flight::encode).predict(rows)).isNotEqualTo(first);
  }

  @Test
  void artifact_loaded_answersTheSame() {
    List<Flight> rows = march.features().limit(SAMPLE).toList();
    ModelArtifact artifact = champion.artifact();
    var loaded =
        TribuoModel.probability(Flight.SCHEMA).load(new ModelVersion("delay", 1), artifact);
    assertThat(loaded.predict(rows)).isEqualTo(champion.predict(rows));
    assertThat(artifact.signature()).contains(Flight.SCHEMA.fingerprint());
    assertThat(artifact.encoding()).contains(champion.encoding());
  }

  @Test
  void toOnnx_inOnnxRuntime_answersLikeTribuo() throws OrtException {
    List<Flight> rows = march.features().skip(1000).limit(SAMPLE).toList();
    List<Double> expected = champion.predict(rows);
    float[][] answers = run(champion.toOnnx(), rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat((double) answers[i][1]).isEqualTo(expected.get(i), within(1e-5));
      assertThat(answers[i]).hasSize(2);
    }
  }

  @Test
  void toOnnx_ofARegression_answersLikeTribuo() throws OrtException {
    TribuoModel<Flight> minutes =
        TribuoTrainer.regression(
                new org.tribuo.regression.sgd.linear.LinearSGDTrainer(
                    new SquaredLoss(), new AdaGrad(0.1, 0.1), 3, 1L))
            .train(Flight.delay(1, 2), Flight::encode);
    List<Flight> rows = march.features().limit(SAMPLE).toList();
    List<Double> expected = minutes.predict(rows);
    float[][] answers = run(minutes.toOnnx(), rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat((double) answers[i][0]).isEqualTo(expected.get(i), within(1e-4));
    }
  }

  @Test
  void predict_flightToAnUnseenAirport_hasAnAnswer() {
    InputEncoding encoding = champion.encoding();
    Flight unseen = new Flight("XXX", "YYY", Double.NaN, 99, 9);
    assertThat(encoding.width()).isGreaterThan(100);
    assertThat(champion.predict(List.of(unseen)).get(0)).isBetween(0.0, 1.0);
  }

  private static float[][] run(ModelArtifact onnx, List<Flight> rows) throws OrtException {
    assertThat(onnx.format()).isEqualTo("onnx");
    RowEncoder<Flight> encoder = onnx.encoding().orElseThrow().bind(Flight.SCHEMA);
    RowBuffer<Flight> buffer = Flight.SCHEMA.newBuffer();
    FloatBuffer floats = FloatBuffer.allocate(rows.size() * encoder.width());
    for (int i = 0; i < rows.size(); i++) {
      buffer.set(rows.get(i));
      encoder.encode(buffer, floats, i * encoder.width());
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(onnx.bytes(onnx.files().first()));
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment, floats, new long[] {rows.size(), encoder.width()});
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      assertThat(session.getNumInputs()).isEqualTo(1);
      return (float[][]) result.get(0).getValue();
    }
  }

  /** The share of pairs in order, ties counted half: by mean ranks. */
  private static double auc(List<Double> scores, double[] labels) {
    Integer[] order =
        IntStream.range(0, labels.length)
            .boxed()
            .sorted(Comparator.comparing(scores::get))
            .toArray(Integer[]::new);
    double positiveRanks = 0;
    double positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      double here = 0;
      while (to < order.length && scores.get(order[to]).equals(scores.get(order[from]))) {
        here += labels[order[to++]];
      }
      positiveRanks += here * (from + 1 + to) / 2;
      positives += here;
      from = to;
    }
    return (positiveRanks - positives * (positives + 1) / 2)
        / (positives * (labels.length - positives));
  }

  @Test
  void auc_ofAKnownExample_isRight() {
    // sklearn.metrics.roc_auc_score([0, 1, 0, 1, 1], [.1, .4, .4, .8, .2])
    assertThat(auc(List.of(.1, .4, .4, .8, .2), new double[] {0, 1, 0, 1, 1}))
        .isEqualTo(0.75, within(1e-12));
  }
}
