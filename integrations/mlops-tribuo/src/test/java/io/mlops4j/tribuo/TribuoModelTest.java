package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Example;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.classification.sgd.objectives.Hinge;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.SGD;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.sgd.objectives.SquaredLoss;

class TribuoModelTest {
  record Row(@Nullable Double x, @Nullable String color) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);
  private static final ModelVersion VERSION = new ModelVersion("toy", 3);
  private static final InputEncoding ENCODING =
      InputEncoding.of(
          List.of(
              new EncodedColumn.Numeric("x", Float.NaN),
              new EncodedColumn.OneHot(
                  "color", List.of("never", "red", "blue"), EncodedColumn.Unseen.ZEROS)));

  /** Class 1 where x is above 0.5 for red, and below it for blue. */
  private static final LabeledDataset<Row> CLASSES =
      LabeledDataset.of(SCHEMA, rows(row -> red(row) == (x(row) > 0.5) ? 1 : 0));

  /** 3 x, and 10 more for red. */
  private static final LabeledDataset<Row> NUMBERS =
      LabeledDataset.of(SCHEMA, rows(row -> 3 * x(row) + (red(row) ? 10 : 0)));

  private static List<Labeled<Row>> rows(java.util.function.ToDoubleFunction<Row> truth) {
    SplittableRandom random = new SplittableRandom(1);
    return IntStream.range(0, 600)
        .mapToObj(i -> new Row(random.nextDouble(), i % 2 == 0 ? "red" : "blue"))
        .map(row -> new Labeled<>(row, truth.applyAsDouble(row)))
        .toList();
  }

  private static double x(Row row) {
    return row.x() == null ? 0 : row.x();
  }

  private static boolean red(Row row) {
    return "red".equals(row.color());
  }

  private static Trainer<Label> cart() {
    return new CARTClassificationTrainer(4);
  }

  static Stream<Trainer<Label>> classifiers() {
    return Stream.of(
        new LogisticRegressionTrainer(),
        new LinearSGDTrainer(new LogMulticlass(), SGD.getSimpleSGD(0.1), 3, 7L),
        cart(),
        new RandomForestTrainer<>(
            new CARTClassificationTrainer(4, 0.75f, 5L), new VotingCombiner(), 10, 5L));
  }

  @ParameterizedTest
  @MethodSource("classifiers")
  void classification_trainedSavedLoaded_answersWhatTribuoAnswers(Trainer<Label> trainer) {
    TribuoModel<Row> model = TribuoTrainer.classification(trainer).train(CLASSES, ENCODING);
    List<Row> rows = CLASSES.features().limit(50).toList();
    List<Double> answers = model.predict(rows);
    for (int i = 0; i < rows.size(); i++) {
      Example<Label> example =
          new ArrayExample<>(
              new Label("0"),
              new String[] {"00000000:x", red(rows.get(i)) ? "00000002:color" : "00000003:color"},
              new double[] {(float) x(rows.get(i)), 1});
      double tribuos =
          java.util.Objects.requireNonNull(
                  model.tribuo().castModel(Label.class).predict(example).getOutputScores().get("1"))
              .getScore();
      assertThat(answers.get(i)).isEqualTo(tribuos, within(1e-12)).isBetween(0.0, 1.0);
    }
    Model<Row, Double> loaded = TribuoModel.probability(SCHEMA).load(VERSION, model.artifact());
    assertThat(loaded.predict(rows)).isEqualTo(answers);
    assertThat(loaded.schema()).contains(SCHEMA);
    assertThat(loaded.toString()).isEqualTo("Model 'toy:3'");
    assertThat(loaded.predict(List.of())).isEmpty();
    assertThat(loaded.predict(List.of(new Row(0.0, "unseen"), new Row(0.0, null))))
        .allMatch(p -> p >= 0 && p <= 1);
  }

  @Test
  void classification_tree_learnsWhatALineCannot() {
    TribuoModel<Row> tree = TribuoTrainer.classification(cart()).train(CLASSES, ENCODING);
    assertThat(tree.predict(List.of(new Row(0.9, "red"), new Row(0.1, "blue"))))
        .allMatch(p -> p > 0.9);
    assertThat(tree.predict(List.of(new Row(0.1, "red"), new Row(0.9, "blue"))))
        .allMatch(p -> p < 0.1);
  }

  @Test
  void regression_linearAndTree_trainedSavedLoaded() {
    for (Trainer<org.tribuo.regression.Regressor> trainer :
        List.of(
            new org.tribuo.regression.sgd.linear.LinearSGDTrainer(
                new SquaredLoss(), SGD.getSimpleSGD(0.05), 50, 3L),
            new CARTRegressionTrainer(6))) {
      TribuoModel<Row> model = TribuoTrainer.regression(trainer).train(NUMBERS, ENCODING);
      List<Row> probe = List.of(new Row(0.25, "red"), new Row(0.75, "blue"));
      List<Double> answers = model.predict(probe);
      assertThat(answers.get(0)).isEqualTo(10.75, within(0.2));
      assertThat(answers.get(1)).isEqualTo(2.25, within(0.2));
      assertThat(TribuoModel.regression(SCHEMA).load(VERSION, model.artifact()).predict(probe))
          .isEqualTo(answers);
    }
  }

  @Test
  void train_rowsWithAndWithoutZeros_inMinibatches() {
    Schema<float[]> schema = Schema.floats("a", "b");
    LabeledDataset<float[]> rows =
        LabeledDataset.of(
            schema,
            IntStream.range(0, 200)
                .mapToObj(i -> new Labeled<>(new float[] {i % 3, i % 2}, i % 2))
                .toList());
    TribuoTrainer minibatches =
        TribuoTrainer.classification(
            new LinearSGDTrainer(new LogMulticlass(), SGD.getSimpleSGD(1), 20, 1000, 16, 7L));
    TribuoModel<float[]> model = minibatches.train(rows, InputEncoding.numeric(schema));
    assertThat(model.predict(List.of(new float[] {0, 1})).get(0)).isGreaterThan(0.8);
    assertThat(minibatches.train(CLASSES, ENCODING).predict(List.of(new Row(0.5, "red"))))
        .hasSize(1);
  }

  @Test
  void train_fewerRowsThanColumns_keepsAllColumns() {
    InputEncoding wide =
        InputEncoding.of(
            List.of(
                new EncodedColumn.OneHot(
                    "color",
                    IntStream.range(0, 100).mapToObj(i -> "c" + i).toList(),
                    EncodedColumn.Unseen.ZEROS)));
    LabeledDataset<Row> few =
        LabeledDataset.of(
            SCHEMA,
            List.of(new Labeled<>(new Row(1.0, "c98"), 1), new Labeled<>(new Row(1.0, "c1"), 0)));
    TribuoModel<Row> model =
        TribuoTrainer.classification(new LogisticRegressionTrainer()).train(few, wide);
    assertThat(model.tribuo().getFeatureIDMap().size()).isEqualTo(100);
  }

  @Test
  void train_columnsNeverUsed_stillHaveTheirPlace() {
    TribuoModel<Row> model = TribuoTrainer.classification(cart()).train(CLASSES, ENCODING);
    assertThat(model.tribuo().getFeatureIDMap().size()).isEqualTo(4);
    assertThat(model.tribuo().getFeatureIDMap().get(1).getName()).isEqualTo("00000001:color");
  }

  @Test
  void lineage_holdsHyperparametersSeedAndVersion_butNoPaths() {
    TribuoModel<Row> model =
        TribuoTrainer.classification(
                new LinearSGDTrainer(new LogMulticlass(), SGD.getSimpleSGD(0.1), 3, 7L))
            .train(CLASSES, ENCODING);
    assertThat(model.lineage())
        .containsEntry("tribuo", "4.3.2")
        .containsEntry("trainer", LinearSGDTrainer.class.getName())
        .containsEntry("trainer.seed", "7")
        .containsEntry("trainer.epochs", "3")
        .containsEntry("trainer.objective", LogMulticlass.class.getName())
        .containsEntry("trainer.optimiser.initialLearningRate", "0.1");
    assertThat(model.lineage().values()).noneMatch(v -> v.startsWith("/") || v.contains(":\\"));
    String bytes = new String(model.artifact().bytes("model.pb"), StandardCharsets.ISO_8859_1);
    assertThat(bytes).doesNotContain(java.nio.file.Path.of("").toAbsolutePath().toString());
  }

  @Test
  void toOnnx_treesAndForests_sayWhatCanBeExported() {
    classifiers()
        .skip(2)
        .forEach(
            trainer -> {
              TribuoModel<Row> model =
                  TribuoTrainer.classification(trainer).train(CLASSES, ENCODING);
              assertThatThrownBy(model::toOnnx)
                  .isInstanceOf(MlopsException.class)
                  .hasMessageContaining("cannot be exported to ONNX")
                  .hasMessageContaining("Tribuo exports linear models");
            });
  }

  @Test
  void train_whatCannotBeLearned_namesTheData() {
    TribuoTrainer trainer = TribuoTrainer.classification(cart());
    assertThatThrownBy(() -> trainer.train(CLASSES.filter(l -> false), ENCODING))
        .hasMessage("Row has 0 rows: nothing can be learned.");
    assertThatThrownBy(() -> trainer.train(CLASSES.filter(l -> l.label() == 1), ENCODING))
        .hasMessageContaining("rows of one class");
    assertThatThrownBy(() -> trainer.train(NUMBERS, ENCODING))
        .hasMessageContaining("(expected: 0 or 1, for two classes)");
    LabeledDataset<Row> missing =
        LabeledDataset.of(SCHEMA, List.of(new Labeled<>(new Row(null, "red"), 1)));
    assertThatThrownBy(() -> trainer.train(missing, ENCODING))
        .hasMessageContaining("Feature x is missing or not finite");
    TribuoTrainer hinge =
        TribuoTrainer.classification(
            new LinearSGDTrainer(new Hinge(), SGD.getSimpleSGD(0.1), 1, 1L));
    assertThatThrownBy(() -> hinge.train(CLASSES, ENCODING))
        .hasMessageContaining("gives scores, not probabilities");
  }

  @Test
  void predict_missingValueWithoutAReplacement_namesTheFeature() {
    TribuoModel<Row> model = TribuoTrainer.classification(cart()).train(CLASSES, ENCODING);
    assertThatThrownBy(() -> model.predict(List.of(new Row(null, "red"))))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Feature x");
    TribuoModel<Row> tolerant =
        TribuoTrainer.classification(cart())
            .train(CLASSES, columns -> columns.standardized("x").oneHot("color"));
    assertThat(tolerant.predict(List.of(new Row(null, null)))).hasSize(1);
  }

  @Test
  void predict_manyThreads_giveTheSameAnswers() throws Exception {
    TribuoModel<Row> model = TribuoTrainer.classification(cart()).train(CLASSES, ENCODING);
    List<Row> rows = CLASSES.features().toList();
    List<Double> expected = model.predict(rows);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<List<Double>>> calls =
          IntStream.range(0, 40)
              .<Callable<List<Double>>>mapToObj(i -> () -> model.predict(rows))
              .toList();
      for (Future<List<Double>> answers : pool.invokeAll(calls)) {
        assertThat(answers.get()).isEqualTo(expected);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void load_notTribuoProtobuf_isRefusedByContent() throws IOException {
    ByteArrayOutputStream java = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(java)) {
      out.writeObject("a model");
    }
    assertThatThrownBy(() -> load(java.toByteArray()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Model 'toy:3' is a serialized Java object, which is never read");
    byte[] good =
        TribuoTrainer.classification(cart()).train(CLASSES, ENCODING).artifact().bytes("model.pb");
    ModelProto proto = ModelProto.parseFrom(good);
    for (byte[] bad :
        List.of(
            new byte[0],
            "{\"json\": true}".getBytes(StandardCharsets.UTF_8),
            Arrays.copyOf(good, good.length / 2),
            proto.toBuilder().setClassName("java.lang.Runtime").build().toByteArray(),
            proto.toBuilder().setClassName("org.tribuo.NoSuchModel").build().toByteArray(),
            proto.toBuilder().setClassName("org.tribuo.classification.Label").build().toByteArray(),
            proto.toBuilder().clearSerializedData().build().toByteArray())) {
      assertThatThrownBy(() -> load(bad))
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Model 'toy:3'");
    }
    assertThat(load(good).predict(List.of(new Row(0.9, "red"))).get(0)).isGreaterThan(0.9);
  }

  @Test
  void load_misfit_saysWhatBothSidesHave() {
    TribuoModel<Row> model = TribuoTrainer.classification(cart()).train(CLASSES, ENCODING);
    byte[] bytes = model.artifact().bytes("model.pb");
    assertThatThrownBy(() -> TribuoModel.regression(SCHEMA).load(VERSION, model.artifact()))
        .hasMessageContaining("which is not a regression model");
    assertThatThrownBy(
            () -> TribuoModel.probability(SCHEMA.only("x")).load(VERSION, model.artifact()))
        .hasMessageContaining("color")
        .hasMessageContaining("x: numeric");
    ModelFiles bare = ModelFiles.of("tribuo", Map.of("model.pb", bytes));
    assertThatThrownBy(() -> TribuoModel.probability(SCHEMA).load(VERSION, bare))
        .hasMessageContaining("no input encoding");
    ModelArtifact other =
        bare.withEncoding(InputEncoding.of(List.of(new EncodedColumn.Numeric("x", 0))));
    assertThatThrownBy(() -> TribuoModel.probability(SCHEMA).load(VERSION, other))
        .hasMessageContaining("takes 4 features, its encoding has 1 columns");
    ModelArtifact reordered =
        bare.withEncoding(
            InputEncoding.of(List.of(ENCODING.columns().get(1), ENCODING.columns().get(0))));
    assertThatThrownBy(() -> TribuoModel.probability(SCHEMA).load(VERSION, reordered))
        .hasMessageContaining("feature 0 is not the encoding's column");
    ModelArtifact onnx = ModelFiles.of("onnx", Map.of("m.onnx", bytes)).withEncoding(ENCODING);
    assertThatThrownBy(() -> TribuoModel.probability(SCHEMA).load(VERSION, onnx))
        .hasMessageContaining("is of format onnx; this loader reads tribuo");
    ModelArtifact two =
        ModelFiles.of("tribuo", Map.of("a", bytes, "b", bytes)).withEncoding(ENCODING);
    assertThatThrownBy(() -> TribuoModel.probability(SCHEMA).load(VERSION, two))
        .hasMessageContaining("[a, b]");
  }

  @Test
  void dependencies_leftOut_areNotThere() {
    for (String name :
        List.of(
            "org.apache.commons.beanutils.BeanUtils",
            "org.apache.commons.collections.Buffer",
            "com.opencsv.CSVReader",
            "org.jline.terminal.Terminal",
            "org.fusesource.jansi.Ansi",
            "org.tribuo.data.csv.CSVLoader")) {
      assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
  }

  private static Model<Row, Double> load(byte[] bytes) {
    return TribuoModel.probability(SCHEMA)
        .load(VERSION, ModelFiles.of("tribuo", Map.of("model.pb", bytes)).withEncoding(ENCODING));
  }
}
