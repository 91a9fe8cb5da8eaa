package io.mlops4j.examples.canary;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutEvent;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.RolloutStatus;
import io.mlops4j.delivery.Watch;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import io.mlops4j.tribuo.TribuoModel;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Rolls two candidates out over the flights of March 2001, one after the other: {@code CanaryDemo
 * DIRECTORY}. One has learned from shuffled labels: nothing about it looks wrong but what becomes
 * of its predictions once flights have landed.
 */
public final class CanaryDemo {
  private static final LocalDateTime LIVE = LocalDateTime.of(2001, 3, 1, 0, 0);

  /** The registry is asked for other processes' changes; at a second of this time, too often. */
  private static final Duration MOST = Duration.ofDays(1);

  private static final Duration MOMENT = Duration.ofSeconds(30);

  static final RolloutPlan PLAN =
      RolloutPlan.steps(0.05, 0.25, 1)
          .watching(
              Watch.errorRateNotWorseBy(0.01),
              Watch.errorRateAtMost(0.02),
              Watch.outcomeNotWorseBy("missing discrimination", CanaryDemo::missing, 0.03))
          .lasting(Duration.ofDays(1), Duration.ofDays(60));

  private final VirtualTime time = VirtualTime.startingAt(LIVE.toInstant(ZoneOffset.UTC));
  private final PriorityQueue<Landing> air =
      new PriorityQueue<>(Comparator.comparing(Landing::at).thenComparing(Landing::id));
  private final List<Departure> flights;
  private final PrintStream out;
  private int next;

  private record Landing(Instant at, String id, double truth) {}

  CanaryDemo(List<Departure> flights, PrintStream out) {
    this.flights = flights;
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @param args a new directory for the registry and the pages
   */
  public static void main(String[] args) {
    new CanaryDemo(load(), System.out).run(Path.of(args[0]), false);
  }

  /**
   * Its mean is by how much less risk was predicted for late flights than for others, if a fifth of
   * them is late: the discrimination slope of Yates (1982), negative. Flights that are late or not
   * whatever is predicted cancel out of it, so it tells after a few hundred flights what a squared
   * error tells after many thousand.
   */
  private static double missing(double risk, double late) {
    return -(risk - 0.2) * (late - 0.2) / (0.2 * 0.8);
  }

  /** The unit: what flies the same way at the same hour is answered by the same version. */
  private static String connection(Flight flight) {
    return flight.origin() + "-" + flight.destination() + "@" + flight.hour();
  }

  /** Returns how the rollouts of version 2 and of version 3 ended. */
  List<RolloutStatus> run(Path directory, boolean goodFirst) {
    ObjectStore store = ObjectStores.directory(directory.resolve("models"));
    try (ModelRegistry registry =
        ModelRegistry.on(
            store, RegistryOptions.withDefaults().withTime(time).withPollInterval(MOST))) {
      RegisteredModel<Flight, Double> delay =
          registry.model(
              "flight-delay",
              OnnxModel.probability(Versions.FLIGHT),
              TribuoModel.probability(Versions.FLIGHT));
      List<Departure> january = between(LIVE.minusMonths(2), LIVE.minusMonths(2).plusDays(15));
      int champion = Versions.linear(delay, january);
      delay.stage(champion);
      delay.validate(champion);
      delay.promotions().bootstrap(champion, "it has been serving all along");
      int[] candidates = new int[2];
      for (int i = 0; i < 2; i++) {
        boolean good = goodFirst == (i == 0);
        candidates[i] = good ? Versions.trees(delay) : Versions.shuffled(delay, january);
      }
      return roll(delay, store, candidates, directory);
    }
  }

  private List<RolloutStatus> roll(
      RegisteredModel<Flight, Double> delay, ObjectStore store, int[] candidates, Path directory) {
    GatePolicy gates = GatePolicy.named("delay").require(Gate.check("rollout"));
    List<RolloutStatus> ends = new ArrayList<>();
    next = flights.indexOf(between(LIVE, LIVE.plusDays(1)).get(0));
    try (Rollout<Flight, Double> rollout =
            Rollout.of(delay, gates, PLAN)
                .store(store)
                .time(time)
                .every(Duration.ofDays(365)) // looked at by hand, when listeners have seen all
                .build();
        TrafficSplit<Flight, Double> split =
            TrafficSplit.of(
                Predictor.from(delay.production()).time(time).seed(1).listener(rollout).build(),
                CanaryDemo::connection,
                candidate -> candidate.time(time).seed(2).listener(rollout))) {
      rollout.steer(split);
      for (int candidate : candidates) {
        rollout.start(candidate, "spring release");
        while (split.candidateProblem().isPresent() && !split.candidateFailed()) {
          Thread.onSpinWait(); // its session is being opened on a thread of its own
        }
        rollout.look();
        while (rollout.status().active() && next < flights.size()) {
          day(split, rollout);
        }
        ends.add(rollout.status());
        tell(rollout, directory.resolve("rollout-" + candidate + ".html"));
      }
    }
    return ends;
  }

  /** One day of flights; what lands meanwhile is reported when it lands. */
  private void day(TrafficSplit<Flight, Double> split, Rollout<Flight, Double> rollout) {
    LocalDateTime midnight =
        flights.get(next).scheduledDeparture().toLocalDate().plusDays(1).atStartOfDay();
    for (int i = 1;
        next < flights.size() && flights.get(next).scheduledDeparture().isBefore(midnight);
        i++) {
      Departure departure = flights.get(next++);
      moveTo(departure.departs(), rollout);
      var answer = split.predictDetailed(departure.flight());
      air.add(new Landing(departure.lands(), answer.id(), departure.delayed()));
      if (i % 500 == 0) {
        split.awaitListeners(MOMENT);
      }
    }
    split.awaitListeners(MOMENT);
    moveTo(midnight.toInstant(ZoneOffset.UTC), rollout);
    rollout.look();
  }

  private void moveTo(Instant instant, Rollout<Flight, Double> rollout) {
    while (!air.isEmpty() && !air.peek().at().isAfter(instant)) {
      Landing landing = air.remove();
      turn(landing.at());
      rollout.reportById(landing.id(), landing.truth(), landing.at());
    }
    turn(instant);
  }

  private void turn(Instant instant) {
    Duration ahead = Duration.between(time.now(), instant);
    if (!ahead.isNegative()) {
      time.advance(ahead);
    }
  }

  private void tell(Rollout<Flight, Double> rollout, Path page) {
    long number = rollout.status().rollout();
    for (RolloutEvent event : rollout.history()) {
      if (event.rollout() == number) {
        out.println(event.sentence());
      }
    }
    out.println();
    try {
      Files.writeString(page, rollout.report().toHtml());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Departure> between(LocalDateTime from, LocalDateTime to) {
    return flights.stream()
        .filter(f -> !f.scheduledDeparture().isBefore(from) && f.scheduledDeparture().isBefore(to))
        .toList();
  }

  static List<Departure> load() {
    try (var rows =
        Dataset.csvResource(CanaryDemo.class, "/flights.csv.gz", Versions.DEPARTURE).stream()) {
      return rows.takeWhile(f -> f.scheduledDeparture().isBefore(LIVE.plusMonths(1))).toList();
    }
  }
}
