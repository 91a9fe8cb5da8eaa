package io.mlops4j.examples.fleet;

import io.mlops4j.core.EncodingBuilder;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.Announcement;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.ServingState;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorStatus;
import io.mlops4j.tribuo.TribuoModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;

/** Two versions of one application: the newer one's rows have a feature more. */
final class Apps {
  static final String MODEL = "delay";

  private Apps() {}

  /** What version 1 of the application knows of a flight. */
  record Leg(String origin, double distance, double hour) {}

  /** What version 2 knows: also who flies. */
  record CarrierLeg(String origin, double distance, double hour, String carrier) {}

  static final Schema<Leg> OLD = Schema.of(Leg.class);
  static final Schema<CarrierLeg> NEW = Schema.of(CarrierLeg.class);

  static final Leg OLD_ROW = new Leg("ORD", 0.4, 0.7);
  static final CarrierLeg NEW_ROW = new CarrierLeg("ORD", 0.4, 0.7, "UA");

  /** One running instance: a registry of its own, a predictor, and its word to the fleet. */
  static final class App<I> implements AutoCloseable {
    final ModelRegistry registry;
    final RegisteredModel<I, Double> model;
    final Predictor<I, Double> predictor;
    final Announcement announcement;

    App(Path directory, Time time, String instance, Schema<I> schema) {
      registry = ModelRegistry.open(directory, RegistryOptions.withDefaults().withTime(time));
      model = registry.model(MODEL, OnnxModel.probability(schema), TribuoModel.probability(schema));
      predictor = Predictor.from(model.production()).build();
      announcement = model.announce(instance, this::state);
    }

    private ServingState state() {
      PredictorStatus status = predictor.status();
      return new ServingState(status.version(), status.problem());
    }

    @Override
    public void close() {
      announcement.close();
      predictor.close();
      registry.close();
    }
  }

  static LabeledDataset<CarrierLeg> rows() {
    List<Labeled<CarrierLeg>> rows =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    new Labeled<>(
                        new CarrierLeg(
                            i % 2 == 0 ? "ORD" : "LGA",
                            i % 10 / 10.0,
                            i % 7 / 7.0,
                            i % 3 == 0 ? "UA" : "AA"),
                        i % 3 == 0 || i % 10 > 6 ? 1.0 : 0.0))
            .toList();
    return LabeledDataset.of(NEW, rows);
  }

  static <T> TribuoModel<T> train(
      LabeledDataset<T> rows, UnaryOperator<EncodingBuilder<T>> columns) {
    return TribuoTrainer.classification(new LogisticRegressionTrainer()).train(rows, columns);
  }

  /** What version 1 of the application trains: nothing about carriers. */
  static TribuoModel<Leg> oldModel() {
    List<Labeled<Leg>> rows;
    try (var stream = rows().stream()) {
      rows =
          stream
              .map(
                  row ->
                      new Labeled<>(
                          new Leg(row.row().origin(), row.row().distance(), row.row().hour()),
                          row.label()))
              .toList();
    }
    return train(
        LabeledDataset.of(OLD, rows),
        columns -> columns.oneHot("origin").numeric("distance", "hour"));
  }

  /** What version 2 trains. */
  static TribuoModel<CarrierLeg> newModel() {
    return train(
        rows(), columns -> columns.oneHot("origin", "carrier").numeric("distance", "hour"));
  }

  static ModelFiles files(TribuoModel<?> model, String format) {
    return format.equals("onnx") ? model.toOnnx() : model.artifact();
  }

  /** Registers files and takes them to VALIDATION, good enough for any quality gate. */
  static <I> RegisteredVersion<I, Double> validated(
      RegisteredModel<I, Double> model, ModelFiles files) {
    RegisteredVersion<I, Double> version = model.register(files, Lineage.unknown());
    model.recordEvaluation(
        version,
        new EvaluationReport(
            version.version().toString(),
            "held out",
            "d".repeat(64),
            1000,
            OptionalLong.of(300),
            Map.of(Metric.AUC, new MetricValue.Defined(0.8, 1000)),
            "test",
            "1",
            Instant.EPOCH));
    model.stage(version);
    return model.validate(version);
  }

  static GatePolicy quality() {
    return GatePolicy.named("quality").require(Gate.metric(Metric.AUC).atLeast(0.6));
  }

  static GatePolicy qualityAndFleet() {
    return quality().require(Gate.fleetCanServe());
  }
}
