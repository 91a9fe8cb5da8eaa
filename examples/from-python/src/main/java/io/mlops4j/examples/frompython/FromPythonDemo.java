package io.mlops4j.examples.frompython;

import io.mlops4j.core.ModelExport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Four models that Python exported, on their way into production: {@code FromPythonDemo [HOME]},
 * where HOME is this module's directory.
 */
public final class FromPythonDemo {
  private static final GatePolicy POLICY =
      GatePolicy.named("from-python")
          .require(Gate.metric(Metric.AUC).atLeast(0.60))
          .require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.005)))
          .withMinRows(200);

  private final Path home;
  private final ModelRegistry registry;
  private final PrintStream out;
  private final List<GateDecision> decisions = new ArrayList<>();

  FromPythonDemo(Path home, ModelRegistry registry, PrintStream out) {
    this.home = home;
    this.registry = registry;
    this.out = out;
  }

  /**
   * Runs the demo in a registry in memory.
   *
   * @param args the module's directory
   */
  public static void main(String[] args) {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      Path home = Path.of(args.length > 0 ? args[0] : "examples/from-python");
      new FromPythonDemo(home, registry, System.out).run();
    }
  }

  List<GateDecision> run() {
    flights();
    credit();
    return decisions;
  }

  private void flights() {
    RegisteredModel<Flight, Double> delay =
        registry.model("flight-delay", OnnxModel.probability(Flight.SCHEMA));
    for (String kind : List.of("linear", "lightgbm", "xgboost")) {
      HeldOut<Flight> march = HeldOut.flights(home, Flight.HeldOut::linear);
      promote(delay, ModelExport.read(home.resolve("exports/flights-" + kind)), march);
    }
    try (var predictor = Predictor.from(delay.production()).build()) {
      Flight flight = new Flight("ORD", "LGA", 733, 17, 5);
      say(
          "%s says: %s is late with probability %.3f.",
          predictor, flight, predictor.predict(flight));
    }
  }

  private void credit() {
    RegisteredModel<Applicant, Double> credit =
        registry.model("german-credit", OnnxModel.probability(Applicant.SCHEMA));
    HeldOut<Applicant> rows = HeldOut.applicants(home);
    promote(credit, ModelExport.read(home.resolve("exports/german-credit")), rows);
    try (var predictor = Predictor.from(credit.production()).build()) {
      double risk = predictor.predict(rows.rows().features().findFirst().orElseThrow());
      say("The first applicant that was held out: bad with probability %.3f.", risk);
    }
  }

  private <T> void promote(RegisteredModel<T, Double> model, ModelExport export, HeldOut<T> rows) {
    RegisteredVersion<T, Double> version =
        model.register(export.files(), Lineage.of(export.training()));
    model.recordEvaluation(version, HeldOut.evaluate(version, rows.rows()));
    model.champion().ifPresent(c -> model.recordEvaluation(c, HeldOut.evaluate(c, rows.rows())));
    model.stage(version);
    model.validate(version);
    GateDecision decision = model.promote(version, POLICY);
    decisions.add(decision);
    say(
        "%s (%s, trained on %s by %s): %s",
        version.version(),
        export.name(),
        version.lineage().data().name(),
        version.lineage().environment().jvm(),
        decision.promoted() ? "promoted" : "refused");
    decision.results().forEach(result -> say("   %s", result));
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
