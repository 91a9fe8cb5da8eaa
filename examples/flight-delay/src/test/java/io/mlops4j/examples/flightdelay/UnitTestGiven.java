package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.Schema;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.tribuo.TribuoModel;
import java.nio.file.Path;
import java.util.List;

/** What the README's unit tests take as given. Public: their class comes from another loader. */
public abstract class UnitTestGiven {
  protected static final Schema<Flight> schema = FlightData.FLIGHT;
  protected static final Flight flight = new Flight("ORD", "LGA", 733, 17, 5);
  protected static final GatePolicy policy =
      GatePolicy.named("flight-delay")
          .require(
              Gate.metric(Metric.AUC).atLeast(0.60),
              Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.005)));
  protected static final List<Flight> flights;
  protected static final RegisteredVersion<Flight, Double> champion;
  protected static final RegisteredVersion<Flight, Double> candidate;
  protected static final ModelArtifact lastMonth;
  protected static final ModelArtifact thisMonth;

  static {
    RegisteredModel<Flight, Double> delay = model();
    FlightData data = FlightData.load(Scenario.in(Path.of("unused")).withEveryNth(50));
    LabeledDataset<Flight> rows = data.labeled(Scenario.JANUARY_FEBRUARY);
    LabeledDataset<Flight> march = data.labeled(Scenario.MARCH);
    try (var some = rows.features()) {
      flights = some.limit(100).toList();
    }
    Candidates candidates = new Candidates(delay);
    Judge judge = new Judge(delay);
    champion = candidates.linear("January", rows);
    judge.evaluate(champion, "March", march);
    delay.promote(champion, policy);
    candidate = candidates.boostedTrees("January", rows);
    judge.evaluate(candidate, "March", march);
    thisMonth = candidate.artifact();
    lastMonth = ((TribuoModel<Flight>) champion.release().load()).toOnnx();
  }

  @SuppressWarnings("unchecked")
  private static RegisteredModel<Flight, Double> model() {
    return ModelRegistry.inMemory()
        .model("flight-delay", OnnxModel.probability(schema), TribuoModel.probability(schema));
  }
}
