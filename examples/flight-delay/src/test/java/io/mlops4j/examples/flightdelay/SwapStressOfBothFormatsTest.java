package io.mlops4j.examples.flightdelay;

import io.mlops4j.data.LabeledDataset;
import io.mlops4j.junit.MlopsTest;
import io.mlops4j.junit.SwapStress;
import io.mlops4j.junit.SwapStressRunner;
import io.mlops4j.junit.SwapStressTarget;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.tribuo.TribuoModel;
import java.nio.file.Path;
import java.util.List;

/** Boosted trees in ONNX and a linear model in Tribuo replace each other under load. */
@MlopsTest
class SwapStressOfBothFormatsTest {

  @SuppressWarnings("unchecked")
  @SwapStress(callers = 8, swaps = 24)
  void onnxAndTribuo_swappedUnderLoad_loseNothing(SwapStressRunner stress, ModelRegistry registry) {
    RegisteredModel<Flight, Double> delay =
        registry.model(
            "flight-delay",
            OnnxModel.probability(FlightData.FLIGHT)
                .options(OnnxOptions.withDefaults().withNativeOnly()),
            TribuoModel.probability(FlightData.FLIGHT));
    LabeledDataset<Flight> rows =
        FlightData.load(Scenario.in(Path.of("unused")).withEveryNth(100))
            .labeled(Scenario.JANUARY_FEBRUARY);
    Candidates candidates = new Candidates(delay);
    var linear = candidates.linear("sample", rows);
    var trees = candidates.boostedTrees("sample", rows);
    List<Flight> flights;
    try (var some = rows.features()) {
      flights = some.limit(100).toList();
    }
    stress.run(
        SwapStressTarget.making(() -> linear.release().load(), () -> trees.release().load())
            .asking(flights));
  }
}
