package io.mlops4j.examples.flightdelay;

import static io.mlops4j.drift.DriftRule.psi;
import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.DriftReport;
import io.mlops4j.drift.DriftVerdict;
import io.mlops4j.drift.FeatureDrift;
import io.mlops4j.drift.Quality;
import io.mlops4j.drift.QualityMetric;
import io.mlops4j.drift.QualityMonitor;
import io.mlops4j.drift.QualityRule;
import io.mlops4j.drift.alert.AlertEvent;
import io.mlops4j.drift.alert.AlertRule;
import io.mlops4j.drift.alert.Alerts;
import io.mlops4j.drift.page.MonitoringPage;
import io.mlops4j.drift.service.ServiceMonitor;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.report.Report;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorStats;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Serves April to June in event order from many threads, hands in the truth as flights land, looks
 * at the monitors once a week, and asks for a new model when one of them fails.
 */
final class LiveTraffic implements AutoCloseable {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final int WEEKS_BETWEEN_RETRAININGS = 4;

  /** How fast flights are asked for while a new version is swapped in. */
  private static final long SWAP_INTERVAL_NANOS = 500_000;

  /**
   * How many flights are asked for at once: the replay is a hundred thousand times faster than
   * life, and monitors would rather drop predictions than slow it down.
   */
  private static final int BURST = 512;

  private static final Duration SWAP_LIMIT = Duration.ofSeconds(30);

  /** What is promised for 99 of 100 answers. */
  private static final Duration SLA = Duration.ofMillis(100);

  private final FlightData data;
  private final RegisteredModel<Flight, Double> delay;
  private final ReplayTime clock;
  private final DriftMonitor<Flight, Double> drift;
  private final QualityMonitor<Flight, Double> quality;
  private final ServiceMonitor<Flight, Double> service = ServiceMonitor.named("flight-delay");
  private final Alerts alerts;
  private final List<AlertEvent> told = new CopyOnWriteArrayList<>();
  private final Predictor<Flight, Double> production;
  private final Predictor<Flight, Double> holdback;
  private final Callers callers;
  private final Tally tally = new Tally();
  private final List<Week> weeks = new ArrayList<>();
  private long busyNanos;
  private long asked;

  LiveTraffic(Scenario scenario, FlightData data, RegisteredModel<Flight, Double> delay) {
    this.data = data;
    this.delay = delay;
    this.clock = new ReplayTime(instant(Scenario.LIVE.from()));
    this.drift =
        DriftMonitor.following(delay.production())
            .window(WEEK)
            .alertWhen(psi().above(0.2).withFalseAlarms(atMostOncePer(Duration.ofDays(365))))
            .time(clock)
            .build();
    this.quality =
        QualityMonitor.following(delay.production())
            .window(Duration.ofDays(1))
            .rolling(7)
            .segmentBy(FlightData.FLIGHT, "origin")
            .failWhen(
                QualityRule.of(
                    QualityMetric.AUC,
                    new QualityRule.Absolute(0.02),
                    new QualityRule.Known(this::aucAtPromotion)))
            .build();
    // Asked once a week, so two weeks in a row are what "for" would be in life.
    this.alerts =
        Alerts.named("flight-delay")
            .rule(AlertRule.on("quality", quality).withSeverity("critical"))
            .rule(AlertRule.on("expected-quality", quality.expected()).withConsecutive(2, 1))
            .rule(AlertRule.on("drift", drift))
            .rule(
                AlertRule.on("latency", service.latency(0.99, SLA, Duration.ofHours(1)))
                    .withSeverity("critical"))
            .rule(AlertRule.on("errors", service.errorRate(0.01, Duration.ofHours(1))))
            .sink(told::add)
            .time(clock)
            .build();
    this.production =
        Predictor.from(delay.production())
            .name("flight-delay")
            .microBatching(MicroBatching.withDefaults())
            .fallback(flight -> 0.22)
            .listener(drift)
            .listener(quality)
            .listener(service)
            .meters(new SimpleMeterRegistry())
            .time(clock)
            .build();
    this.holdback =
        Predictor.from(delay.version(1).source()).name("flight-delay-holdback").time(clock).build();
    this.callers =
        new Callers(
            scenario.threads(),
            Experiment.named("champion-by-route")
                .control("holdback " + delay.version(1).version(), holdback)
                .treatment("production", 0.9, production)
                .build());
  }

  /** Returns what the version was promoted on: the newest evaluation it had as a candidate. */
  private OptionalDouble aucAtPromotion(ModelVersion version) {
    List<EvaluationReport> evaluations = delay.version(version.number()).evaluations();
    return evaluations.isEmpty()
        ? OptionalDouble.empty()
        : evaluations.get(0).value(Metric.AUC).number();
  }

  /** Serves the whole period. The callback gets each week when it is over. */
  void run(BiFunction<LocalDateTime, String, Retraining> retrain, Consumer<Week> whenWeekIsOver) {
    LocalDateTime day = Scenario.LIVE.from();
    int cooldown = 0;
    @Nullable Retraining swap = null;
    while (day.isBefore(Scenario.LIVE.to())) {
      LocalDateTime weekFrom = day;
      long before = asked;
      do {
        serve(day, swap);
        swap = null;
        day = day.plusDays(1);
      } while (day.getDayOfWeek() != DayOfWeek.MONDAY && day.isBefore(Scenario.LIVE.to()));
      Week week = observe(weekFrom, day, asked - before);
      cooldown--;
      Optional<String> trouble = trouble();
      if (trouble.isPresent() && cooldown <= 0 && day.isBefore(Scenario.LIVE.to())) {
        Retraining next = retrain.apply(day, trouble.get());
        week = week.withAction(next.summary());
        cooldown = WEEKS_BETWEEN_RETRAININGS;
        swap = next;
      }
      weeks.add(week);
      whenWeekIsOver.accept(week);
    }
    clock.moveTo(instant(Scenario.LIVE.to()).plus(Duration.ofDays(2)));
    tally.land(clock.now(), this::hand);
  }

  /** Serves one day; a candidate that passed its gates is promoted in the middle of it. */
  private void serve(LocalDateTime day, @Nullable Retraining swap) {
    List<Departure> flights = data.departures(day, day.plusDays(1));
    clock.moveTo(instant(day));
    tally.land(clock.now(), this::hand);
    // A prediction is stamped a moment before it is drained: at midnight, that is the day before.
    clock.moveTo(instant(day.plusHours(12)));
    if (swap == null) {
      for (int from = 0; from < flights.size(); from += BURST) {
        burst(flights.subList(from, Math.min(flights.size(), from + BURST)));
      }
    } else {
      Callers.Pending pending = callers.ask(flights, SWAP_INTERVAL_NANOS);
      GateDecision decision = swap.promote();
      List<Tally.Answer> answers = pending.await();
      awaitVersion(decision);
      tally.departed(answers);
    }
    asked += flights.size();
    production.awaitListeners(SWAP_LIMIT);
  }

  private void burst(List<Departure> flights) {
    long start = System.nanoTime();
    tally.departed(callers.ask(flights).await());
    busyNanos += System.nanoTime() - start;
    production.awaitListeners(SWAP_LIMIT);
  }

  private void awaitVersion(GateDecision decision) {
    long deadline = System.nanoTime() + SWAP_LIMIT.toNanos();
    while (decision.promoted()
        && production.version().filter(decision.candidate()::equals).isEmpty()
        && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
  }

  private void hand(Tally.Answer answer) {
    quality.reportById(answer.answer().id(), answer.flight().delayed(), answer.flight().lands());
  }

  private Week observe(LocalDateTime from, LocalDateTime to, long flights) {
    clock.moveTo(instant(to));
    tally.land(clock.now(), this::hand);
    alerts.evaluate();
    alerts.awaitSinks(SWAP_LIMIT);
    ModelVersion version = production.version().orElseThrow();
    Map<String, Double> psi = new TreeMap<>();
    String drifted = "";
    Optional<DriftReport> report = drift.report(version);
    if (report.isPresent()) {
      for (FeatureDrift feature : report.get().features()) {
        feature.measures().ifPresent(m -> psi.put(feature.feature(), m.psi()));
      }
      drifted =
          report.get().features().stream()
              .filter(f -> f.verdict() instanceof DriftVerdict.Drifted)
              .map(FeatureDrift::feature)
              .collect(Collectors.joining(", "));
    }
    OptionalDouble auc =
        quality
            .newest(version)
            .flatMap(Quality::auc)
            .map(estimate -> OptionalDouble.of(estimate.value()))
            .orElse(OptionalDouble.empty());
    return new Week(instant(from), version.toString(), flights, auc, psi, drifted, "");
  }

  private Optional<String> trouble() {
    for (Check check : List.<Check>of(quality, drift)) {
      if (check.evaluate() instanceof Check.Fail fail) {
        return Optional.of(fail.sentence());
      }
    }
    return Optional.empty();
  }

  /** Returns what the alerts told, in that order. */
  List<AlertEvent> told() {
    return told;
  }

  /** Returns how the version in production is doing, for a browser. */
  Optional<Report> monitoring() {
    if (!(delay.production().current() instanceof ModelSource.Selected<Flight, Double> selected)) {
      return Optional.empty();
    }
    MonitoringPage page =
        MonitoringPage.of(selected.release().version()).quality(quality).service(service);
    selected.release().baseline().ifPresent(baseline -> page.drift(drift, baseline));
    return Optional.of(page.alerts(alerts).report(clock.now()));
  }

  List<Week> weeks() {
    return weeks;
  }

  Tally tally() {
    return tally;
  }

  long asked() {
    return asked;
  }

  long failed() {
    return callers.failed();
  }

  PredictorStats stats() {
    return production.stats();
  }

  /** Returns predictions per second while all callers were busy. */
  double throughput() {
    return asked / (busyNanos / 1e9);
  }

  private static Instant instant(LocalDateTime local) {
    return local.toInstant(ZoneOffset.UTC);
  }

  @Override
  public void close() {
    alerts.close();
    callers.close();
    production.close();
    holdback.close();
    drift.close();
  }

  /** A model that was trained because a monitor failed. */
  interface Retraining {
    /** Returns what came out, for the table. */
    String summary();

    /** Asks the gates and promotes, or refuses. */
    GateDecision promote();
  }
}
