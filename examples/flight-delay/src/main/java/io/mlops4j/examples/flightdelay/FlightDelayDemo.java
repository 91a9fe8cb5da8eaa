package io.mlops4j.examples.flightdelay;

import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Text;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.PredictorStats;
import io.mlops4j.tribuo.TribuoModel;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The whole loop on real flights: {@code FlightDelayDemo DIRECTORY [train] [challenge] [serve]
 * [every=N]}.
 *
 * <p>Without step names all three run, from an empty registry. With names only those run, on
 * whatever registry an earlier process left in the directory. {@code every=10} takes every tenth
 * flight.
 */
public final class FlightDelayDemo {
  static final List<String> ALL = List.of("train", "challenge", "serve");

  private static final String EVERY = "every=";

  private final Scenario scenario;
  private final PrintStream out;
  private final List<GateDecision> decisions = new ArrayList<>();

  FlightDelayDemo(Scenario scenario, PrintStream out) {
    this.scenario = scenario;
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @param args where to work, and which steps to run
   */
  public static void main(String[] args) {
    Scenario scenario = Scenario.in(Path.of(args.length > 0 ? args[0] : "target/demo"));
    List<String> steps = new ArrayList<>();
    for (String arg : List.of(args).subList(Math.min(1, args.length), args.length)) {
      if (arg.startsWith(EVERY)) {
        scenario = scenario.withEveryNth(Integer.parseInt(arg.substring(EVERY.length())));
      } else {
        steps.add(arg);
      }
    }
    FlightDelayDemo demo = new FlightDelayDemo(scenario, System.out);
    if (steps.isEmpty()) {
      demo.startAfresh();
      demo.run(ALL);
    } else {
      demo.run(steps);
    }
  }

  /** Runs steps in their order. Returns the decisions taken. */
  List<GateDecision> run(List<String> steps) {
    FlightData data = FlightData.load(scenario);
    say("%,d flights from ORD, ATL and LAX, January to June 2001.", data.rows());
    try (ModelRegistry registry = ModelRegistry.open(scenario.directory().resolve("registry"))) {
      RegisteredModel<Flight, Double> delay =
          registry.model(
              "flight-delay",
              OnnxModel.probability(FlightData.FLIGHT),
              TribuoModel.probability(FlightData.FLIGHT));
      for (String step : steps) {
        switch (step) {
          case "train" -> train(delay, data);
          case "challenge" -> challenge(delay, data);
          case "serve" -> serve(delay, data);
          default ->
              throw new IllegalArgumentException(
                  "step: " + step + " (expected: train, challenge, serve)");
        }
      }
    }
    return decisions;
  }

  private void train(RegisteredModel<Flight, Double> delay, FlightData data) {
    LabeledDataset<Flight> rows = data.labeled(scenario.learning());
    RegisteredVersion<Flight, Double> linear =
        new Candidates(delay).linear(scenario.learning().name(), rows);
    Report report =
        Story.step(1, "A first champion: logistic regression, trained here with Tribuo")
            .add(lineage(linear));
    tell(judged(delay, data, linear, report));
  }

  private void challenge(RegisteredModel<Flight, Double> delay, FlightData data) {
    Report report =
        Story.step(2, "A challenger: gradient-boosted trees, trained in Python, in ONNX");
    if (!scenario.withChallenger()) {
      tell(report.add(Callout.info("There is no second model. The champion stays.")));
      return;
    }
    LabeledDataset<Flight> rows = data.labeled(Scenario.JANUARY_FEBRUARY);
    RegisteredVersion<Flight, Double> boosted =
        new Candidates(delay).boostedTrees(Scenario.JANUARY_FEBRUARY.name(), rows);
    tell(judged(delay, data, boosted, report.add(lineage(boosted))));
  }

  private Report judged(
      RegisteredModel<Flight, Double> delay,
      FlightData data,
      RegisteredVersion<Flight, Double> candidate,
      Report report) {
    LabeledDataset<Flight> truth = data.labeled(scenario.judging());
    Judge judge = new Judge(delay);
    judge.evaluate(candidate, scenario.judging().name(), truth);
    GateDecision decision = judge.promote(candidate, truth);
    decisions.add(decision);
    return report
        .add(
            Text.of(
                String.format(
                    Locale.ROOT,
                    "Judged on %,d flights of %s.",
                    truth.rows(),
                    scenario.judging().name())))
        .add(Story.decisionTable(decision), Story.outcome(decision));
  }

  private void serve(RegisteredModel<Flight, Double> delay, FlightData data) {
    Report report = Story.step(3, "Live traffic, April to June: what happened");
    if (delay.champion().isEmpty()) {
      tell(report.add(Callout.noData("Nothing is in production, so nothing is served.")));
      return;
    }
    Retrainer retrainer = new Retrainer(data, new Candidates(delay), new Judge(delay), this::tell);
    try (LiveTraffic live = new LiveTraffic(scenario, data, delay)) {
      say(
          "%n3. Live traffic from %d threads; 90 %% of the routes get %s, the others version 1.",
          scenario.threads(), delay.champion().get().version());
      live.run(retrainer::retrain, week -> say("%s", Story.line(week)));
      decisions.addAll(retrainer.decisions());
      Report result = report.add(facts(live), Story.weeks(live.weeks()), Story.alerts(live.told()));
      Report compared =
          Report.titled("4. What it was worth")
              .add(
                  Story.compared("By arm of the A/B test", live.tally().byArm()),
                  Story.compared("By version, all live answers", live.tally().byVersion()),
                  Story.history(delay.history()));
      tell(result);
      tell(compared);
      page(delay, live);
    }
  }

  private KeyValues facts(LiveTraffic live) {
    PredictorStats stats = live.stats();
    return KeyValues.of("Requests", live.asked())
        .and("Failed requests", live.failed())
        .and("Hot swaps while serving", stats.swaps())
        .and("Throughput", String.format(Locale.ROOT, "%,.0f predictions/s", live.throughput()))
        .and("Latency p50", stats.p50())
        .and("Latency p99", stats.p99())
        .and("Predictions the monitors missed", stats.listenersDropped())
        .and("Labels joined", live.tally().landed());
  }

  private void page(RegisteredModel<Flight, Double> delay, LiveTraffic live) {
    Section decided = Section.titled("Decisions");
    for (var entry : delay.history()) {
      if (entry.digest().isPresent() && Story.isDecision(entry)) {
        GateDecision decision = delay.decision(entry.digest().get());
        decided = decided.add(Story.decisionTable(decision), Story.outcome(decision));
      }
    }
    Report page =
        Report.titled("Flight delays: three months in production")
            .subtitle("406,297 departures from ORD, ATL and LAX, January to June 2001")
            .add(
                facts(live),
                Section.titled("Quality and drift")
                    .add(Story.quality(live.weeks()), Story.drift(live.weeks()))
                    .add(
                        Text.of(
                            "The destinations differ from training mostly because a tenth of the"
                                + " routes is held back for the A/B test."))
                    .add(Story.weeks(live.weeks()), Story.alerts(live.told())),
                Section.titled("Honest probabilities")
                    .add(Story.calibration(live.tally().byVersion()))
                    .add(Story.compared("By version", live.tally().byVersion()))
                    .add(Story.compared("By arm of the A/B test", live.tally().byArm())),
                Section.titled("Latency").add(Story.latency(live.tally().latencies())),
                decided,
                Section.titled("History").add(Story.history(delay.history())));
    say("%nThe page with the pictures: %s", write("flight-delay.html", page));
    live.monitoring()
        .ifPresent(
            monitoring -> say("The monitoring page: %s", write("monitoring.html", monitoring)));
  }

  private Path write(String name, Report page) {
    Path file = scenario.directory().resolve(name);
    try {
      Files.writeString(file, page.toHtml());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toAbsolutePath();
  }

  private static KeyValues lineage(RegisteredVersion<Flight, Double> version) {
    var lineage = version.lineage();
    return KeyValues.of("Version", version.version().toString())
        .and("Format", version.artifact().format())
        .and("Trained on", lineage.data().name() + ", " + lineage.data().digest().substring(0, 12))
        .and("Files", String.join(", ", version.digests().keySet()))
        .and("Hyperparameters", lineage.hyperparameters().size() + " recorded");
  }

  /** Deletes what an earlier run left. */
  void startAfresh() {
    Path directory = scenario.directory();
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tell(Report report) {
    out.println();
    out.println(report.toText());
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
