package io.mlops4j.junit.simulation;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One run. Requests and labels are events in order of time; before each the clock moves to it,
 * which runs whatever the policy has scheduled until then. The clock is compared with the event's
 * own time every time, so that nothing a policy does can make delays come out wrong.
 *
 * <p>Traffic and regression draw from streams of their own: run r has the same traffic under every
 * regression.
 */
final class Replica<I> {
  private final Policy<I> policy;
  private final Traffic<I> traffic;
  private final Regression.Change<I> change;
  private final boolean untilDetected;
  private final Instant start;
  private final Instant onset;
  private final Duration lasting;
  private final Feed<I> feed;
  private final World<I> world;
  private final SplittableRandom chance;
  private final @Nullable Schema<I> schema;
  private final PriorityQueue<Due<I>> labels =
      new PriorityQueue<>(Comparator.<Due<I>, Instant>comparing(Due::at).thenComparing(Due::order));

  private long requests;
  private long affected;
  private @Nullable Instant begun;
  private boolean rangBefore;
  private int alarmsBefore;

  private record Due<I>(Instant at, long order, Prediction<I, Double> prediction, double label) {}

  /**
   * What came of a run.
   *
   * @param alarms from the end of the warm-up on, reminders among them
   * @param delay from the regression's first request to the first alarm; null if there was none
   * @param rangBefore whether an alarm was standing when the regression began
   * @param outcome how the policy ended it, or null
   * @param watched from the end of the warm-up to the end
   */
  record Result(
      long alarms,
      @Nullable Duration delay,
      boolean rangBefore,
      @Nullable String outcome,
      Duration watched,
      Duration length,
      long requests,
      long affected,
      @Nullable String first) {}

  Replica(Simulation<I> simulation, Regression.@Nullable Change<I> change, int run) {
    this.policy = simulation.policy();
    this.traffic = simulation.traffic();
    this.change = change == null ? (request, random) -> request : change;
    this.untilDetected = change != null;
    this.start = simulation.start();
    this.onset = start.plus(simulation.warmUp());
    this.lasting = simulation.lasting();
    this.feed = new Feed<>(traffic, start, simulation.seed(), run);
    long own = Draws.stream(simulation.seed(), run, 5).nextLong();
    this.world =
        new World<>(
            VirtualTime.startingAt(start),
            own,
            ModelSource.of(new SimulatedRelease<>(traffic, own)));
    this.chance = Draws.stream(simulation.seed(), run, 4);
    this.schema = traffic.schema().orElse(null);
  }

  Result run() throws Exception {
    try {
      policy.install(world);
      loop();
    } finally {
      world.close();
    }
    Instant now = world.over();
    Alarms.@Nullable Alarm detection = detection();
    return new Result(
        world.alarms().since(onset),
        detection == null || begun == null ? null : Duration.between(begun, detection.at()),
        rangBefore,
        world.outcome(),
        Duration.between(onset, now).isNegative() ? Duration.ZERO : Duration.between(onset, now),
        Duration.between(start, now),
        requests,
        affected,
        detection == null ? null : detection.why());
  }

  private void loop() {
    SimulatedRequest<I> request = feed.next();
    while (!done()) {
      Due<I> label = labels.peek();
      boolean labelFirst = label != null && !label.at().isAfter(request.at());
      Instant next = labelFirst && label != null ? label.at() : request.at();
      if (next.isAfter(end())) {
        moveTo(end());
        return;
      }
      moveTo(next);
      if (done()) {
        return;
      }
      if (labelFirst && label != null) {
        labels.remove();
        world.label(label.prediction(), label.label(), next);
      } else {
        serve(request);
        request = feed.next();
      }
    }
  }

  /** A candidate may have to wait for its first request; its time begins with that. */
  private Instant end() {
    return world.routes() && begun != null ? begun.plus(lasting) : onset.plus(lasting);
  }

  private boolean done() {
    return world.ended() || (untilDetected && detection() != null);
  }

  /** The first new alarm after the regression has changed something. */
  private Alarms.@Nullable Alarm detection() {
    if (affected > 0) {
      for (Alarms.Alarm alarm : world.alarms().from(alarmsBefore)) {
        if (alarm.fresh()) {
          return alarm;
        }
      }
    }
    return null;
  }

  private void moveTo(Instant target) {
    VirtualTime clock = world.clock();
    Instant before = clock.now();
    if (before.isAfter(target)) {
      throw moved(before, target);
    }
    clock.advance(Duration.between(before, target));
    if (!clock.now().equals(target)) {
      throw moved(clock.now(), target);
    }
  }

  private static IllegalStateException moved(Instant now, Instant expected) {
    return new IllegalStateException(
        "the clock stands at "
            + now
            + " (expected: "
            + expected
            + "): the policy has moved it. Only the simulation may.");
  }

  private void serve(SimulatedRequest<I> asked) {
    requests++;
    ModelVersion version = world.versionFor(asked.unit());
    boolean hit = world.routes() ? version.equals(World.CANDIDATE) : !asked.at().isBefore(onset);
    if (hit && begun == null) {
      begun = world.routes() ? asked.at() : onset;
    }
    SimulatedRequest<I> request = hit ? change.of(asked, chance) : asked;
    if (!request.equals(asked)) {
      if (affected == 0) {
        rangBefore = world.rings();
        alarmsBefore = world.alarms().all().size();
      }
      affected++;
    }
    deliver(request, version);
  }

  private void deliver(SimulatedRequest<I> request, ModelVersion version) {
    if (request.failed()) {
      FailedPrediction failure =
          new FailedPrediction(
              version, FailedPrediction.Reason.MODEL, request.at(), request.latency());
      for (PredictionListener<I, Double> listener : world.listeners()) {
        listener.onFailure(failure);
      }
      return;
    }
    I row = request.row();
    String id = "request-" + requests;
    Prediction<I, Double> prediction =
        new Prediction<>(
            id,
            null,
            request.unit(),
            version,
            Prediction.Source.MODEL,
            schema == null || row == null ? null : schema.encode(row),
            request.answer(),
            request.at(),
            request.latency());
    for (PredictionListener<I, Double> listener : world.listeners()) {
      listener.onPrediction(prediction);
    }
    Duration after = request.labelAfter();
    if (after != null) {
      labels.add(new Due<>(request.at().plus(after), requests, prediction, request.label()));
    }
  }
}
