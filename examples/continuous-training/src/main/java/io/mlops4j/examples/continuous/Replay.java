package io.mlops4j.examples.continuous;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.pipeline.loop.LoopData;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.tribuo.TribuoModel;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Plays the clock, the clients and the label supplier of the scenario: the measuring stick, not the
 * loop. Hour by hour; every six hours the monitors, the rollout and the loop look.
 */
final class Replay implements AutoCloseable {
  static final String MODEL = "flight-delay";

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final double LATE = 4_000;
  private static final double ON_TIME = 100;
  private static final int LOOK_HOURS = 6;

  /** Gates, shadow, canary and promotion are asked one after the other. */
  private static final int PASSES = 4;

  final Warehouse warehouse = new Warehouse();
  final List<Alarm> alarms = new ArrayList<>();
  final List<Answer> answers = new ArrayList<>();
  final Map<Integer, Double> mechanism = new LinkedHashMap<>();
  final FlightLoop loop;
  final RegisteredModel<Flight, Double> delay;

  private final ModelRegistry registry;
  private final RefusedRows refused = new RefusedRows();
  private final VirtualTime time;
  private final Clock stamps;
  private final List<Event> hour = new ArrayList<>();
  private final Setup setup;
  private final Instant resumed;
  private int next;
  private long trainingNanos;

  /**
   * What is replayed.
   *
   * @param options what of the loop is turned off
   * @param slow whether {@link Fault#SLOW} is injected
   * @param regression when the training rows are joined with what is known only after landing, or
   *     empty: offline that looks brilliant
   */
  record Setup(FlightLoop.Options options, boolean slow, Optional<Instant> regression) {
    static final Setup FROZEN = new Setup(FlightLoop.Options.ALL, true, Optional.empty());

    /** On 7 May somebody takes a column that is filled after landing for the distance. */
    static Setup withRegression() {
      return new Setup(
          FlightLoop.Options.ALL, true, Optional.of(Instant.parse("2001-05-07T06:00:00Z")));
    }
  }

  /** Something failed when it was looked at. */
  record Alarm(Instant at, String check, String sentence) {}

  /** A request and who answered; version 0 if its row was refused. */
  record Answer(Instant at, int id, Map<String, Object> row, int version, double risk) {}

  Replay(ObjectStore store, Instant from, Setup setup) {
    this.setup = setup;
    this.resumed = from;
    this.time = VirtualTime.startingAt(from);
    this.stamps = new Clock(from);
    this.registry =
        ModelRegistry.on(
            store, RegistryOptions.withDefaults().withTime(time).withPollInterval(HOUR));
    this.delay = registry.model(MODEL, TribuoModel.probability(Flight.SCHEMA), new SlowLoader());
    this.loop =
        new FlightLoop(
            delay, store, this::asOf, refused, this::train, setup.options(), stamps, time);
    settle();
  }

  /**
   * Replays events until a moment, from where the call before has stopped. What was before this
   * replay began only fills the tables.
   */
  void run(List<Event> events, Instant until) {
    if (next == 0) {
      while (next < events.size() && events.get(next).at().isBefore(resumed)) {
        warehouse.store(events.get(next++));
      }
      look();
    }
    while (next < events.size() && events.get(next).at().isBefore(until)) {
      Event event = events.get(next++);
      while (!event.at().isBefore(nextHour())) {
        endHour();
      }
      hour.add(event);
    }
    while (time.now().isBefore(until)) {
      endHour();
    }
  }

  private void endHour() {
    List<Flight> asked = new ArrayList<>();
    List<Event.Ask> asks = new ArrayList<>();
    for (Event event : hour) {
      tell(event);
      if (event instanceof Event.Ask ask && !time.now().isBefore(Clock.LIVE)) {
        Optional<Flight> flight = Warehouse.read(ask);
        refused.asked(flight.isPresent());
        flight.ifPresentOrElse(
            f -> {
              asked.add(f);
              asks.add(ask);
            },
            () -> answers.add(new Answer(ask.at(), ask.id(), ask.row(), 0, Double.NaN)));
      }
    }
    for (int i = 0; i < asked.size(); i++) {
      answer(asks.get(i), asked.get(i));
    }
    hour.clear();
    loop.service.awaitListeners(LIMIT);
    loop.mirror().await(LIMIT);
    time.advance(Duration.between(time.now(), nextHour()));
    stamps.moveTo(time.now());
    if (time.now().atZone(ZoneOffset.UTC).getHour() % LOOK_HOURS == 0) {
      look();
    }
  }

  private Instant nextHour() {
    return time.now().truncatedTo(ChronoUnit.HOURS).plus(HOUR);
  }

  private void tell(Event event) {
    boolean again = warehouse.hasLabel(event.id());
    warehouse.store(event);
    if (event instanceof Event.Known known && !time.now().isBefore(Clock.LIVE)) {
      loop.label(known.id(), known.delayed(), again, known.at());
    }
  }

  private void answer(Event.Ask ask, Flight flight) {
    Prediction<Flight, Double> prediction = loop.service.predictDetailed(flight);
    answers.add(
        new Answer(
            ask.at(), ask.id(), ask.row(), prediction.version().number(), prediction.output()));
  }

  private void look() {
    refused.look();
    if (time.now().isAfter(Clock.LIVE)) {
      for (Check check : loop.alarms) {
        if (check.evaluate() instanceof Check.Fail fail) {
          alarms.add(new Alarm(time.now(), check.name(), fail.sentence()));
        }
      }
    }
    int before = delay.versions().size();
    long start = System.nanoTime();
    trainingNanos = 0;
    for (int i = 0; i < PASSES; i++) {
      loop.loop.pass();
      settle();
      time.advance(FlightLoop.EVERY);
      stamps.moveTo(time.now());
    }
    double seconds = (System.nanoTime() - start - trainingNanos) / 1e9;
    int after = delay.versions().size();
    if (after > before || loop.rollout.status().active()) {
      mechanism.merge(after, seconds, Double::sum);
    }
  }

  /** What the tables say, or what they say joined with what nobody knows before landing. */
  private LoopData<Flight> asOf(Instant at) {
    LoopData<Flight> data = warehouse.asOf(at);
    return setup
            .regression()
            .filter(from -> !at.isBefore(from) && at.isBefore(from.plus(HOUR)))
            .isEmpty()
        ? data
        : new LoopData<>(data.name(), leaking(data.learn()), leaking(data.judge()));
  }

  private static LabeledDataset<Flight> leaking(LabeledDataset<Flight> rows) {
    try (var all = rows.stream()) {
      return LabeledDataset.of(
          Flight.SCHEMA,
          all.map(r -> new Labeled<>(r.row().withDistance(flown(r)), r.label())).toList());
    }
  }

  /** A column that is filled after landing, taken for the distance. */
  private static double flown(Labeled<Flight> flight) {
    return flight.label() == 1 ? LATE : ON_TIME;
  }

  private ModelFiles train(LoopData<Flight> data, Instant at) {
    long start = System.nanoTime();
    ModelFiles files = Trainer.train(data);
    LocalDateTime local = LocalDateTime.ofInstant(at, ZoneOffset.UTC);
    trainingNanos += System.nanoTime() - start;
    return setup.slow() && Fault.SLOW.covers(local) ? SlowLoader.slow(files) : files;
  }

  /** Waits until the service serves what registry and rollout say; in life that is a second. */
  private void settle() {
    Optional<ModelVersion> champion = delay.champion().map(RegisteredVersion::version);
    await(() -> champion.isEmpty() || loop.service.version().equals(champion));
    await(
        () ->
            !loop.rollout.status().active()
                || loop.service.candidateFailed()
                || loop.service.candidateProblem().isEmpty());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the service has not followed the registry in " + LIMIT);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  Instant now() {
    return time.now();
  }

  @Override
  public void close() {
    loop.close();
    registry.close();
  }
}
