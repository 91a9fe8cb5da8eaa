package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The requests of one run, in order, without end. Used by one thread. */
final class Feed<I> {
  private final Traffic<I> traffic;
  private final long run;
  private final SplittableRandom arrivals;
  private final SplittableRandom cases;
  private final SplittableRandom service;
  private Instant now;
  private @Nullable Iterator<SimulatedRequest<I>> day;

  Feed(Traffic<I> traffic, Instant start, long seed, long run) {
    this.traffic = traffic;
    this.run = run;
    this.now = start;
    this.arrivals = Draws.stream(seed, run, 1);
    this.cases = Draws.stream(seed, run, 2);
    this.service = Draws.stream(seed, run, 3);
  }

  SimulatedRequest<I> next() {
    RecordedDays<I> recorded = traffic.recorded();
    SimulatedRequest<I> request = recorded == null ? sampled() : replayed(recorded);
    ServiceSettings settings = traffic.settings();
    Duration latency =
        Duration.ofNanos(
            Math.round(
                Draws.lognormal(
                    (double) settings.median().toNanos(), settings.latencySigma(), service)));
    request = request.withLatency(latency);
    return service.nextDouble() < settings.errors() ? request.withFailure() : request;
  }

  private SimulatedRequest<I> sampled() {
    now = traffic.settings().arrivals().next(now, arrivals);
    Cases.Case<I> drawn = Objects.requireNonNull(traffic.cases()).draw(cases);
    return new SimulatedRequest<>(
        now,
        "unit-" + cases.nextInt(traffic.settings().units()),
        drawn.row(),
        drawn.answer(),
        drawn.label(),
        traffic.settings().labels().draw(drawn.label(), cases),
        Duration.ZERO,
        false);
  }

  private SimulatedRequest<I> replayed(RecordedDays<I> recorded) {
    for (int empty = 0; day == null || !day.hasNext(); empty++) {
      if (empty > 3_660) {
        throw new IllegalStateException("the recorded days that are drawn are all empty");
      }
      if (day != null) {
        now = now.plus(Duration.ofDays(1));
      }
      List<SimulatedRequest<I>> requests = recorded.day(now, run, arrivals);
      day = requests.iterator();
    }
    SimulatedRequest<I> request = day.next();
    return request.labelAfter() == null && traffic.settings().drawsLabels()
        ? request.withLabelAfter(
            Double.isFinite(request.label())
                ? traffic.settings().labels().draw(request.label(), cases)
                : null)
        : request;
  }
}
