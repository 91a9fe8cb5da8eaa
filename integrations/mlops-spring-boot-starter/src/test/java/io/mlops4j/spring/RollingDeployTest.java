package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.Predictor;
import io.mlops4j.tribuo.TribuoTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/** Two versions of an application, the newer with one more feature, share one registry. */
@Timeout(300)
class RollingDeployTest {
  @TempDir Path directory;

  /** The row of the newer application. */
  record FlightWithCarrier(
      String origin, String destination, double distance, int hour, int dayOfWeek, String carrier) {
    static final FlightWithCarrier ONE = new FlightWithCarrier("ORD", "LGA", 733, 17, 5, "AA");
  }

  private static ModelFiles linear(boolean withCarrier) {
    List<Labeled<FlightWithCarrier>> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      rows.add(
          new Labeled<>(
              new FlightWithCarrier(
                  i % 3 == 0 ? "ORD" : "ATL",
                  "LGA",
                  100 + i,
                  i % 24,
                  1 + i % 7,
                  i % 2 == 0 ? "AA" : "UA"),
              i % 24 > 12 ? 1 : 0));
    }
    Schema<FlightWithCarrier> schema = Schema.of(FlightWithCarrier.class);
    return TribuoTrainer.classification(
            new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 3, 7L))
        .train(
            LabeledDataset.of(schema, rows),
            columns ->
                withCarrier
                    ? columns.oneHot("origin", "carrier").standardized("distance", "hour")
                    : columns.oneHot("origin").standardized("distance", "hour"))
        .artifact();
  }

  static int promoteLinear(Path directory, String name, boolean withCarrier) {
    return Models.promote(directory, name, linear(withCarrier));
  }

  private App start(String instance, Class<?> row) {
    return App.start(
        App.Web.class,
        "mlops.registry.directory=" + directory,
        "mlops.instance=" + instance,
        "mlops.predictors.delay.row-type=" + row.getName(),
        "management.endpoint.health.show-details=always",
        "management.endpoint.health.probes.enabled=true");
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @SuppressWarnings("unchecked")
  private static <I> Predictor<I, Double> predictor(App app) {
    return app.context().getBean("delay", Predictor.class);
  }

  private static JsonNode fleet(App app) {
    return app.report("delay").path("model").path("fleet");
  }

  private static int number(App app) {
    return predictor(app).version().orElseThrow().number();
  }

  private static GatePolicy insisting() {
    return GatePolicy.named("rolling")
        .require(Gate.metric(Metric.AUC).atLeast(0.5), Gate.fleetCanServe());
  }

  @Test
  void rolling_oneFeatureMore_gateHoldsThePromotionUntilTheOldOneIsGone() {
    promoteLinear(directory, "delay", false);
    try (ModelRegistry models = ModelRegistry.open(directory);
        App old = start("old-1", Flight.class);
        App neu = start("new-1", FlightWithCarrier.class)) {
      RegisteredModel<Object, Object> delay = models.model("delay");
      assertThat(number(old)).isEqualTo(1);
      assertThat(number(neu)).isEqualTo(1);
      JsonNode fleet = old.report("delay").path("model").path("fleet");
      assertThat(fleet.findValuesAsText("id")).containsExactly("new-1", "old-1");
      assertThat(fleet.path(0).path("features").toString()).contains("carrier");
      assertThat(fleet.path(1).path("features").toString()).doesNotContain("carrier");

      RegisteredVersion<Object, Object> next = Models.validated(delay, linear(true));
      GateDecision held = delay.promote(next, insisting());
      assertThat(held.promoted()).isFalse();
      assertThat(held.toString()).contains("old-1", "carrier");
      assertThat(number(neu)).isEqualTo(1);

      old.stop();
      assertThat(delay.promote(next, insisting()).promoted()).isTrue();
      await(() -> number(neu) == 2);
      assertThat(RollingDeployTest.<FlightWithCarrier>predictor(neu).predict(FlightWithCarrier.ONE))
          .isBetween(0.0, 1.0);
    }
  }

  @Test
  void rolling_promotedWithoutTheGate_eachServesWhatItCanAndSaysSo() {
    promoteLinear(directory, "delay", false);
    try (App old = start("old-1", Flight.class);
        App neu = start("new-1", FlightWithCarrier.class)) {
      double before = RollingDeployTest.<Flight>predictor(old).predict(Flight.ONE);
      promoteLinear(directory, "delay", true);
      await(() -> number(neu) == 2);
      await(() -> predictor(old).status().problem().isPresent());

      assertThat(number(old)).isEqualTo(1);
      assertThat(RollingDeployTest.<Flight>predictor(old).predict(Flight.ONE)).isEqualTo(before);
      JsonNode said = old.report("delay");
      assertThat(said.path("version").asText()).isEqualTo("delay:1");
      assertThat(said.path("problem").asText()).contains("carrier");
      assertThat(old.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
      assertThat(old.get("/actuator/health").body()).contains("carrier");
      // Each tells the fleet by itself, in whatever order.
      await(() -> fleet(neu).path(1).path("problem").asText().contains("carrier"));
      await(() -> fleet(neu).path(0).path("version").asText().equals("delay:2"));
      JsonNode fleet = fleet(neu);
      assertThat(fleet.path(0).path("version").asText()).isEqualTo("delay:2");
      assertThat(fleet.path(0).path("problem").isNull()).isTrue();
      assertThat(fleet.path(1).path("version").asText()).isEqualTo("delay:1");
    }
  }
}
