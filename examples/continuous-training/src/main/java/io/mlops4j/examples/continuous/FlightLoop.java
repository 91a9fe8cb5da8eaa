package io.mlops4j.examples.continuous;

import static io.mlops4j.drift.DriftRule.psi;
import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.Watch;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.QualityMetric;
import io.mlops4j.drift.QualityMonitor;
import io.mlops4j.drift.QualityRule;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.pipeline.Occasion;
import io.mlops4j.pipeline.Trigger;
import io.mlops4j.pipeline.loop.ContinuousLoop;
import io.mlops4j.pipeline.loop.LoopData;
import io.mlops4j.pipeline.loop.LoopEvidence;
import io.mlops4j.pipeline.loop.LoopStage;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.Stage;
import io.mlops4j.serving.Mirror;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The whole loop as a team would write it: serving, monitors, shadow, canary, gates and retraining
 * in one process. This file is what the scenario counts as lines of user code.
 */
final class FlightLoop implements AutoCloseable {
  static final Duration EVERY = Duration.ofMinutes(1);

  final TrafficSplit<Flight, Double> service;
  final DriftMonitor<Flight, Double> drift;
  final QualityMonitor<Flight, Double> quality;
  final Rollout<Flight, Double> rollout;
  final ContinuousLoop<Flight, Double> loop;
  final List<Check> alarms;

  private final Map<ModelVersion, OptionalDouble> aucs = new ConcurrentHashMap<>();
  private final Predictor<Flight, Double> newest;
  private final Mirror<Flight, Double> mirror;
  private final RegisteredModel<Flight, Double> delay;

  FlightLoop(
      RegisteredModel<Flight, Double> delay,
      ObjectStore store,
      Function<Instant, LoopData<Flight>> tables,
      RefusedRows refused,
      BiFunction<LoopData<Flight>, Instant, ModelFiles> trainer,
      Options options,
      Time stamps,
      Time time) {
    this.delay = delay;
    GatePolicy policy = options.gates() ? gates() : GatePolicy.named("none").require(anything());
    drift =
        DriftMonitor.following(delay.production())
            .sliding(Duration.ofDays(1), Duration.ofHours(6))
            .ignoring("hour", "dayOfWeek")
            .alertWhen(psi().above(0.2).withFalseAlarms(atMostOncePer(Duration.ofDays(365))))
            .time(stamps)
            .build();
    quality =
        QualityMonitor.following(delay.production())
            .rolling(3)
            .segmentBy(Flight.SCHEMA, "origin")
            .failWhen(
                QualityRule.of(
                    QualityMetric.AUC,
                    new QualityRule.Absolute(0.05),
                    new QualityRule.Known(this::aucAtPromotion)))
            .time(stamps)
            .build();
    Check labels = Labels.check(tables, time);
    alarms =
        List.of(
            refused,
            drift,
            labels,
            quality,
            quality.segment("origin=ATL"),
            quality.segment("origin=LAX"),
            quality.segment("origin=ORD"));
    Shadow<Flight, Double> shadow =
        Shadow.of(Flight.SCHEMA, Comparison.probability(Tolerance.absolute(0.1)))
            .flipsAtMost(0.2)
            .errorsAtMost(0.05)
            .minimumRows(100)
            .time(stamps)
            .build();
    newest =
        Predictor.from(delay.select().newest(Stage.VALIDATION))
            .name("newest")
            .time(stamps)
            .startWithoutVersion()
            .build();
    mirror = Mirror.to(newest).rows(Flight::of).maxLoad(1).listener(shadow).build();
    rollout =
        Rollout.of(delay, policy, plan())
            .store(store)
            .scoreBy(risk -> risk)
            .every(Duration.ofHours(6))
            .time(time)
            .build();
    service =
        TrafficSplit.of(
            Predictor.from(delay.production())
                .startWithoutVersion()
                .keyBy(Flight::key)
                .unitBy(Flight::key)
                .time(stamps)
                .listener(drift)
                .listener(quality)
                .listener(rollout)
                .mirror(mirror)
                .build(),
            Flight::key,
            candidate ->
                candidate.keyBy(Flight::key).time(stamps).listener(rollout).listener(quality));
    rollout.steer(service);
    var builder =
        ContinuousLoop.of(delay)
            .data(tables)
            .train((data, step) -> trainer.apply(data, step.interval().to()))
            .evidence(
                LoopEvidence.comparing(Evaluator.<Flight>binary().metrics(Metric.AUC).build())
                    .and(LoopEvidence.latencyOn(500, bench -> bench.withCounts(5, 4, 10))))
            .gates(policy)
            .stage("shadow", LoopStage.shadow(delay, shadow))
            .stage("canary", LoopStage.canary(rollout))
            .trigger(
                Trigger.when(
                    "two-weeks-of-data",
                    Occasion.Kind.DATA_ARRIVAL,
                    () -> Clock.fortnight(time.now())))
            .every(EVERY)
            .storingIn(store, "service-1")
            .time(time)
            .executor(Runnable::run);
    alarms.forEach(
        check ->
            builder.trigger(
                Trigger.quality(Labels.word(check.name()), check)
                    .withCoolDown(Duration.ofDays(7))));
    if (options.validation()) {
      builder
          .validate(Flight.EXPECTED)
          .expect("rows to judge on", data -> Flight.EXPECTED.validate(data.judge()).evaluate())
          .expect("labels", data -> Labels.rate(data.learn(), data.judge()));
    }
    loop = builder.build();
  }

  private static Gate anything() {
    return Gate.metric(Metric.AUC).atLeast(0);
  }

  private static GatePolicy gates() {
    return GatePolicy.named("flight-delay")
        .require(
            Gate.dataValidated(),
            Gate.metric(Metric.AUC).atLeast(0.55),
            Gate.metric(Metric.AUC).notInferiorBy(Margin.absolute(0.05)),
            Gate.latency(LatencyReport.Percentile.P50).atMostTimesTheChampions(3));
  }

  /** Little traffic: a day at 5 % has 28 flights. Nothing must be proved to go on. */
  private static RolloutPlan plan() {
    return RolloutPlan.steps(0.05, 0.25, 1)
        .watching(
            Watch.errorRateNotWorseBy(0.05).notWaitedFor(),
            Watch.latencyNotSlowerThan(0.5, 50).notWaitedFor(),
            Watch.scoreShiftAtMost(0.2).notWaitedFor(),
            Watch.squaredErrorNotWorseBy(0.03).notWaitedFor())
        .withMinSamples(50)
        .lasting(Duration.ofDays(1), Duration.ofDays(14));
  }

  private OptionalDouble aucAtPromotion(ModelVersion version) {
    return aucs.computeIfAbsent(version, this::evaluated);
  }

  private OptionalDouble evaluated(ModelVersion version) {
    List<EvaluationReport> evaluations = delay.version(version.number()).evaluations();
    return evaluations.isEmpty()
        ? OptionalDouble.empty()
        : evaluations.get(0).value(Metric.AUC).number();
  }

  Mirror<Flight, Double> mirror() {
    return mirror;
  }

  /** Truth comes, or is corrected. */
  void label(int id, int delayed, boolean again, Instant at) {
    String key = Integer.toString(id);
    if (again) {
      quality.correctByKey(key, delayed, at);
    } else {
      quality.reportByKey(key, delayed, at);
      rollout.reportByKey(key, delayed, at);
    }
  }

  @Override
  public void close() {
    loop.close();
    rollout.close();
    service.close();
    mirror.close();
    newest.close();
    drift.close();
    quality.close();
  }

  /**
   * What a test turns off to see what is then let through.
   *
   * @param validation whether data are looked at before they are trained on
   * @param gates whether candidates are judged
   */
  record Options(boolean validation, boolean gates) {
    static final Options ALL = new Options(true, true);
  }
}
