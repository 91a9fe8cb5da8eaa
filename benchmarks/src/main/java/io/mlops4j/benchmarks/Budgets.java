package io.mlops4j.benchmarks;

import io.mlops4j.report.Table;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The budgets of the design as arithmetic over the scores of one run. */
final class Budgets {
  /** Appended to a benchmark's name for the bytes it allocates per operation. */
  static final String BYTES = " B/op";

  private static final List<Budget> ALL =
      List.of(
          atMost(
              "predict / raw pinned", 1.05, "x", ratio("Predictor.direct", "Predictor.baseline")),
          atMost(
              "predict / raw float[][]", 0.50, "x", ratio("Predictor.direct", "Predictor.obvious")),
          atMost("predict / DJL", 0.42, "x", ratio("Predictor.direct", "Predictor.djl")),
          atLeast(
              "raw float[][] / predictAll, 128 rows",
              7,
              "x",
              ratio("Predictor.batchObvious", "Predictor.predictAll")),
          atMost("batching at 1 caller, of the allowance", 1, "x", Budgets::batchingAllowance),
          atLeast("64 in flight, 50 us model, of limit", 0.88, "x", inFlight(50)),
          atLeast("64 in flight, 2 ms model, of limit", 0.96, "x", inFlight(2000)),
          atLeast("64 callers that wait, work of 1", 0.95, "x", blocking(1)),
          atLeast("64 callers that wait, work of 30", 0.95, "x", blocking(30)),
          atLeast("64 callers that wait, work of 1000", 0.95, "x", blocking(1000)),
          atLeast(
              "64 callers that wait, small MLP",
              0.95,
              "x",
              ratio("Blocking.mlpBatched", "Blocking.mlpBaseline")),
          atMost("mirror / listener", 1.01, "x", ratio("Mirror.mirror", "Mirror.listener")),
          atMost("latency record", 5, " ns", value("LatencyRecord.record")),
          atLeast(
              "Micrometer with percentiles / latency record",
              10,
              "x",
              ratio("LatencyRecord.baseline", "LatencyRecord.record")),
          atLeast(
              "Optimizely / assignment",
              50,
              "x",
              ratio("Bucketing.optimizely", "Bucketing.armIndex")),
          atMost("allocation per assignment", 0.5, " B", value("Bucketing.armIndex" + BYTES)),
          atLeast("posteriors / Thompson, 2 arms", 12, "x", thompson(2)),
          atLeast("posteriors / Thompson, 5 arms", 12, "x", thompson(5)),
          atLeast("posteriors / Thompson, 20 arms", 12, "x", thompson(20)),
          atLeast("KLL / drift value", 6, "x", ratio("DriftObserve.kll", "DriftObserve.cell")),
          atMost("drift per value, whole row", 6, " ns", value("DriftObserve.row")),
          atMost("registry: resolve", 15, " ns", value("Registry.resolve")),
          atMost("registry: open 10,000 versions", 2000, " ms", value("RegistryOpen.open 10000")));

  private Budgets() {}

  private record Budget(Bound bound, ToDoubleFunction<Map<String, Double>> measured) {}

  private static Budget atMost(
      String name, double limit, String unit, ToDoubleFunction<Map<String, Double>> measured) {
    return new Budget(Bound.atMost(name, limit, unit, ""), measured);
  }

  private static Budget atLeast(
      String name, double limit, String unit, ToDoubleFunction<Map<String, Double>> measured) {
    return new Budget(Bound.atLeast(name, limit, unit, ""), measured);
  }

  private static ToDoubleFunction<Map<String, Double>> value(String name) {
    return scores -> scores.getOrDefault(name, Double.NaN);
  }

  private static ToDoubleFunction<Map<String, Double>> ratio(String over, String under) {
    return scores -> value(over).applyAsDouble(scores) / value(under).applyAsDouble(scores);
  }

  private static ToDoubleFunction<Map<String, Double>> inFlight(int micros) {
    return ratio("Async.baseline " + micros, "Async.inFlight " + micros);
  }

  private static ToDoubleFunction<Map<String, Double>> blocking(int work) {
    return ratio("Blocking.batched " + work, "Blocking.baseline " + work);
  }

  private static ToDoubleFunction<Map<String, Double>> thompson(int arms) {
    return ratio("Thompson.baseline " + arms, "Thompson.decide " + arms);
  }

  /** What batching adds at one caller, divided by max(0.2 us, 3 %). */
  private static double batchingAllowance(Map<String, Double> scores) {
    double direct = value("Predictor.direct").applyAsDouble(scores);
    double added = value("Predictor.batched").applyAsDouble(scores) - direct;
    return added / Math.max(200, 0.03 * direct);
  }

  /** Returns one row per budget; a score that is not there makes "not measured". */
  static Table table(Map<String, Double> scores) {
    Table table = Table.of("Path", "Measured", "Budget", "Verdict");
    for (Budget budget : ALL) {
      Bound bound = budget.bound();
      double measured = budget.measured().applyAsDouble(scores);
      String verdict = bound.keeps(measured) ? "met" : bound.breaks(measured) ? "MISSED" : "";
      table = table.row(bound.name(), bound.shown(measured), bound.shownLimit(), verdict);
    }
    return table;
  }
}
