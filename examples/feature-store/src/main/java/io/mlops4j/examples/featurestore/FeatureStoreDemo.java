package io.mlops4j.examples.featurestore;

import static io.mlops4j.examples.featurestore.FlightFeatures.DEPARTED;
import static io.mlops4j.examples.featurestore.FlightFeatures.LANDED;
import static io.mlops4j.examples.featurestore.FlightFeatures.SET;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.features.FeatureRow;
import io.mlops4j.features.JoinDifferences;
import io.mlops4j.features.OnlineFeatures;
import io.mlops4j.features.OnlineStore;
import io.mlops4j.features.PointInTimeJoin;
import io.mlops4j.tribuo.TribuoModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/**
 * January and February teach, March judges. Three models: of the flight alone, with features of
 * what was known at departure, and with the same features from a join that forgets to ask what was
 * known. Then two days of March are served from an online store while flights land.
 */
public final class FeatureStoreDemo {
  private static final String[] OWN = {"origin", "destination", "hour", "dayOfWeek"};
  private static final String[] FEATURES = {"lateShare20", "meanDelay1h", "landings1h"};

  private final PrintStream out;
  private final Flights flights = Flights.load();
  private final Dataset<Landing> landings = flights.landings();
  private final int everyNth;

  /**
   * What the demo found.
   *
   * @param alone AUC of the flight alone
   * @param known AUC with what was known at departure
   * @param leakyOffline AUC of the leaky model on leaky rows: what its author sees
   * @param leakyServed AUC of the leaky model on what can be known: what users get
   * @param refusal what a loader says to the leaky model
   * @param served rows served online
   * @param differing of them, those a join makes otherwise
   */
  record Result(
      double alone,
      double known,
      double leakyOffline,
      double leakyServed,
      String refusal,
      long served,
      long differing) {}

  FeatureStoreDemo(PrintStream out, int everyNth) {
    this.out = out;
    this.everyNth = everyNth;
  }

  /**
   * Runs it on every fourth flight.
   *
   * @param args none
   */
  public static void main(String[] args) {
    new FeatureStoreDemo(new PrintStream(System.out, true, StandardCharsets.UTF_8), 4).run();
  }

  Result run() {
    Dataset<Flight> past =
        flights.flights(l -> l.scheduledDeparture().isBefore(Flights.MARCH), everyNth);
    Dataset<Flight> march =
        flights.flights(l -> !l.scheduledDeparture().isBefore(Flights.MARCH), everyNth);
    LabeledDataset<FeatureRow<Flight>> training = labeled(join(past));
    LabeledDataset<FeatureRow<Flight>> test = labeled(join(march));
    LabeledDataset<FeatureRow<Flight>> leakyTest = labeled(join(march).ignoringKnowledgeTime());

    double alone = auc(train(training), test);
    double known = auc(train(training, FEATURES), test);
    TribuoModel<FeatureRow<Flight>> leaky =
        train(labeled(join(past).ignoringKnowledgeTime()), FEATURES);
    double leakyOffline = auc(leaky, leakyTest);
    double leakyServed = auc(leaky, test);
    print("the flight alone", alone);
    print("and what was known at departure", known);
    print("and what was not: as its author sees it", leakyOffline);
    print("and what was not: as it is served", leakyServed);
    String refusal = refusal(leaky);
    out.println("The registry's loader refuses the last one: " + refusal);
    JoinDifferences found = serve();
    out.printf(
        Locale.ROOT,
        "%,d flights were served online as flights landed; %,d of their rows differ from training's.%n",
        found.rows(),
        found.differing());
    return new Result(
        alone, known, leakyOffline, leakyServed, refusal, found.rows(), found.differing());
  }

  private void print(String what, double auc) {
    out.printf(Locale.ROOT, "%-42s AUC %.3f%n", what, auc);
  }

  private PointInTimeJoin<Flight> join(Dataset<Flight> rows) {
    return SET.join(rows).events(DEPARTED, landings).events(LANDED, landings);
  }

  private static LabeledDataset<FeatureRow<Flight>> labeled(PointInTimeJoin<Flight> join) {
    return join.dataset()
        .label(row -> Objects.requireNonNull(row.row().late(), "has landed"))
        .inMemory();
  }

  private static TribuoModel<FeatureRow<Flight>> train(
      LabeledDataset<FeatureRow<Flight>> rows, String... features) {
    var trainer = new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 5_000, 32, 1);
    return TribuoTrainer.classification(trainer)
        .train(
            rows, columns -> columns.oneHot(OWN).standardized("distance").standardized(features));
  }

  private static double auc(
      Model<FeatureRow<Flight>, Double> model, LabeledDataset<FeatureRow<Flight>> rows) {
    try (var stream = rows.stream()) {
      List<Labeled<FeatureRow<Flight>>> all = stream.toList();
      List<Double> scores = model.predict(all.stream().map(Labeled::row).toList());
      double[] numbers = scores.stream().mapToDouble(Double::doubleValue).toArray();
      boolean[] late = new boolean[numbers.length];
      for (int i = 0; i < late.length; i++) {
        late[i] = all.get(i).label() == 1;
      }
      return BinaryEvaluation.of(numbers, late).value(Metric.AUC).number().orElse(Double.NaN);
    }
  }

  /** A loader for honest rows is given a model trained on rows of other definitions. */
  private static String refusal(TribuoModel<FeatureRow<Flight>> leaky) {
    try {
      TribuoModel.probability(SET.schema())
          .load(new ModelVersion("flight-delay", 3), leaky.artifact());
      return "it does not";
    } catch (MlopsException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private JoinDifferences serve() {
    Dataset<Flight> asked =
        flights.flights(
            l ->
                !l.scheduledDeparture().isBefore(Flights.MARCH)
                    && l.scheduledDeparture().isBefore(Flights.MARCH.plusDays(2)),
            1);
    List<Flight> inOrder;
    try (var stream = asked.stream()) {
      inOrder = stream.sorted(Comparator.comparing(Flight::at)).toList();
    }
    List<Landing> arriving;
    var start = inOrder.get(0).at().minus(Duration.ofDays(2));
    try (var stream = landings.stream()) {
      arriving =
          stream
              .filter(l -> l.landed().isAfter(start))
              .sorted(Comparator.comparing(Landing::landed))
              .toList();
    }
    VirtualTime time = VirtualTime.startingAt(start);
    OnlineFeatures<Flight> online =
        OnlineFeatures.of(SET, OnlineStore.inMemory(1 << 24, time), time);
    List<FeatureRow<Flight>> served = new ArrayList<>();
    int next = 0;
    for (Flight flight : inOrder) {
      time.advance(Duration.between(time.now(), flight.at()));
      List<Landing> landed = new ArrayList<>();
      while (next < arriving.size() && !arriving.get(next).landed().isAfter(time.now())) {
        landed.add(arriving.get(next++));
      }
      online.view(DEPARTED).write(landed);
      online.view(LANDED).write(landed);
      served.add(online.row(flight));
    }
    Dataset<FeatureRow<Flight>> log = Dataset.of(SET.schema(), served);
    return join(log.map(SET.rows(), FeatureRow::row)).differences(log);
  }
}
