package io.mlops4j.examples.banditrouting;

import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.experiments.Assignment;
import io.mlops4j.experiments.Bandit;
import io.mlops4j.experiments.BanditAlgorithm;
import io.mlops4j.experiments.BanditRouter;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.experiments.PendingRewards;
import io.mlops4j.experiments.UnitKind;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.tribuo.TribuoModel;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;

/**
 * Routes four months of flights between two versions of a model: {@code BanditRoutingDemo DIRECTORY
 * [every]}. The reward of a decision is 1 minus the squared error of the predicted risk, and comes
 * when the flight has landed. On 1 June the challenger's feed begins to deliver hours that are 12
 * off (a fault this demo injects), and the guardrail has to stop it.
 */
public final class BanditRoutingDemo {
  static final String CHAMPION = "linear";
  static final String CHALLENGER = "trees";
  static final LocalDate FAULT = LocalDate.of(2001, 6, 1);

  private static final Schema<Departure> DEPARTURE = Schema.of(Departure.class);
  private static final LocalDateTime LIVE = LocalDateTime.of(2001, 3, 1, 0, 0);

  private final VirtualTime time = VirtualTime.startingAt(LIVE.toInstant(ZoneOffset.UTC));
  private final BrierGuard guard = new BrierGuard();
  private final PendingRewards pending =
      PendingRewards.with(PendingRewards.Options.within(Duration.ofHours(24)));
  private final PriorityQueue<Landing> air =
      new PriorityQueue<>(Comparator.comparing(Landing::at).thenComparing(Landing::decision));
  private final List<Day> days = new ArrayList<>();
  private final PrintStream out;
  private final boolean faulty;

  /** What the challenger's share was on a day, and whether it was stopped at the end of it. */
  record Day(LocalDate date, double share, boolean stopped) {}

  private record Landing(
      Instant at, String decision, boolean challenger, double risk, double truth) {}

  BanditRoutingDemo(PrintStream out, boolean faulty) {
    this.out = out;
    this.faulty = faulty;
  }

  /**
   * Runs the demo.
   *
   * @param args a new directory for the registry, and to take every n-th flight only
   */
  public static void main(String[] args) {
    int every = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    new BanditRoutingDemo(System.out, true).run(Path.of(args[0]), every);
  }

  List<Day> run(Path directory, int every) {
    Dataset<Departure> flights = load(every);
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      RegisteredModel<Flight, Double> delay =
          registry.model(
              "flight-delay",
              OnnxModel.probability(Versions.FLIGHT),
              TribuoModel.probability(Versions.FLIGHT));
      LabeledDataset<Flight> january =
          flights
              .between("scheduledDeparture", LIVE.minusMonths(2), LIVE.minusMonths(1))
              .label(Versions.FLIGHT, Departure::flight, Departure::delayed)
              .inMemory();
      Versions.register(delay, january);
      try (Predictor<Flight, Double> linear = Predictor.from(delay.version(1).source()).build();
          Predictor<Flight, Double> trees = Predictor.from(delay.version(2).source()).build()) {
        route(router(linear, trees), flights);
      }
    }
    return days;
  }

  private BanditRouter<Predictor<Flight, Double>> router(
      Predictor<Flight, Double> linear, Predictor<Flight, Double> trees) {
    Experiment<Predictor<Flight, Double>> experiment =
        Experiment.named("delay-routing")
            .control(CHAMPION, linear)
            .treatment(CHALLENGER, 0.1, trees)
            .unit(UnitKind.cluster("flight"))
            .build();
    Bandit bandit =
        Bandit.over(
            experiment.arms(),
            BanditAlgorithm.thompsonNormal(new BanditAlgorithm.NormalPrior(0.8, 1, 1, 0.05)),
            Bandit.Memory.everything(),
            0.1);
    return BanditRouter.of(experiment, bandit, pending, time).guard(CHALLENGER, guard);
  }

  private void route(BanditRouter<Predictor<Flight, Double>> router, Dataset<Departure> flights) {
    LocalDate day = LIVE.toLocalDate();
    int number = 0;
    try (var live = flights.between("scheduledDeparture", LIVE, LIVE.plusMonths(4)).stream()) {
      for (Departure departure : (Iterable<Departure>) live::iterator) {
        while (departure.scheduledDeparture().toLocalDate().isAfter(day)) {
          day = day.plusDays(1);
          midnight(router, day);
        }
        moveTo(router, departure.departs());
        fly(router, departure, "flight-" + number++);
      }
    }
    midnight(router, day.plusDays(1));
    say(
        "%,d decisions settled, %,d still wait; %,d labels were late, %,d unknown.",
        pending.settled(), pending.waiting(), pending.late(), pending.unknown());
  }

  private void fly(
      BanditRouter<Predictor<Flight, Double>> router, Departure departure, String unit) {
    Assignment<Predictor<Flight, Double>> assignment = router.route(unit);
    if (assignment instanceof Assignment.Included<Predictor<Flight, Double>> in) {
      boolean challenger = in.arm().equals(CHALLENGER);
      boolean broken =
          faulty && challenger && !departure.scheduledDeparture().toLocalDate().isBefore(FAULT);
      Flight flight = broken ? departure.flight().twelveHoursOff() : departure.flight();
      double risk = in.payload().predict(flight);
      air.add(
          new Landing(departure.lands(), in.decisionId(), challenger, risk, departure.delayed()));
    }
  }

  /** Turns the clock; what lands meanwhile is rewarded at the moment it lands. */
  private void moveTo(BanditRouter<?> router, Instant instant) {
    while (!air.isEmpty() && !air.peek().at().isAfter(instant)) {
      Landing landing = air.remove();
      turn(landing.at());
      double error = landing.risk() - landing.truth();
      router.reward(landing.decision(), 1 - error * error);
      guard.landed(landing.challenger(), landing.at(), error * error);
    }
    turn(instant);
  }

  private void turn(Instant instant) {
    Duration ahead = Duration.between(time.now(), instant);
    if (!ahead.isNegative()) {
      time.advance(ahead);
    }
  }

  private void midnight(BanditRouter<?> router, LocalDate day) {
    moveTo(router, day.atStartOfDay().toInstant(ZoneOffset.UTC));
    boolean wasStopped = !router.stopped().isEmpty();
    double share = router.current().shares().probability(CHALLENGER);
    router.update();
    boolean stopped = !router.stopped().isEmpty();
    days.add(new Day(day.minusDays(1), share, stopped));
    if (stopped && !wasStopped) {
      say(
          "%s  %s is stopped: %s",
          day.minusDays(1), CHALLENGER, String.join("", router.stopped().values()));
    } else if (day.getDayOfMonth() % 7 == 1) {
      say(
          "%s  %s gets %4.1f %% of the flights (epoch %d); %,d decisions wait for their label",
          day.minusDays(1), CHALLENGER, 100 * share, router.current().epoch(), pending.waiting());
    }
  }

  private static Dataset<Departure> load(int every) {
    List<Departure> rows = new ArrayList<>();
    int n = 0;
    try (var stream =
        Dataset.csvResource(BanditRoutingDemo.class, "/flights.csv.gz", DEPARTURE).stream()) {
      for (Departure row : (Iterable<Departure>) stream::iterator) {
        if (n++ % every == 0) {
          rows.add(row);
        }
      }
    }
    return Dataset.of(DEPARTURE, rows);
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
