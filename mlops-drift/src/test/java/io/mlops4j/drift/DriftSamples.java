package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PublicMethods;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.alert.AlertEvent;
import io.mlops4j.drift.alert.AlertRule;
import io.mlops4j.drift.alert.AlertSink;
import io.mlops4j.drift.alert.Alerts;
import io.mlops4j.drift.alert.WebhookSink;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import io.mlops4j.drift.multivariate.DomainClassifier;
import io.mlops4j.drift.multivariate.MaximumMeanDiscrepancy;
import io.mlops4j.drift.multivariate.PrincipalComponents;
import io.mlops4j.drift.page.MonitoringPage;
import io.mlops4j.drift.service.BurnRate;
import io.mlops4j.drift.service.ServiceMonitor;
import io.mlops4j.drift.stream.ChangeDetector;
import io.mlops4j.stats.Interval;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** An object of each public type of this module, and arguments for its methods. */
final class DriftSamples {
  private static final Baseline BASELINE =
      Baseline.fit(
          Fleet.SCHEMA,
          () -> Fleet.trips(200, 1, 0).stream(),
          Baseline.Options.withDefaults().withBins(10));
  private static final DataSource H2 = database();

  private DriftSamples() {}

  private static DataSource database() {
    org.h2.jdbcx.JdbcDataSource source = new org.h2.jdbcx.JdbcDataSource();
    source.setURL("jdbc:h2:mem:asked;DB_CLOSE_DELAY=-1");
    return source;
  }

  static PublicMethods methods() {
    PublicMethods methods =
        new PublicMethods(DriftMonitor.class)
            .theirs(AlertSink.class, QualityRule.Reference.class, DriftVerdict.class);
    monitors(methods);
    values(methods);
    functions(methods);
    return methods
        .sample("QualityMonitorBuilder.segmentBy: names", () -> new String[] {"airport"})
        .sample("DriftMonitorBuilder.sliding: by", () -> Duration.ofMinutes(10))
        .sample("Alerts.check: alert", () -> "dial")
        .sample("Alerts.snooze: alert", () -> "dial")
        .sample("new DomainClassifier.Options: limit", () -> 0.6)
        .sample("new DomainClassifier.Options: level", () -> 0.99)
        .sample("new DomainClassifier.Options: rows", () -> 200)
        .sample("new DomainClassifier.Options: leastRows", () -> 100)
        .sample("new DomainClassifier.Options: folds", () -> 2)
        .sample("new PrincipalComponents.Options: alpha", () -> 0.01)
        .sample("new PrincipalComponents.Options: rows", () -> 200)
        .sample("new PrincipalComponents.Options: leastRows", () -> 100)
        .sample("new PrincipalComponents.Options: permutations", () -> 99)
        .sample("new MaximumMeanDiscrepancy.Options: alpha", () -> 0.01)
        .sample("new MaximumMeanDiscrepancy.Options: rows", () -> 200)
        .sample("new MaximumMeanDiscrepancy.Options: leastRows", () -> 100)
        .sample("new MaximumMeanDiscrepancy.Options: permutations", () -> 99)
        .sample("QualityMonitor.reportById: label", () -> 1.0)
        .sample("QualityMonitor.reportByKey: label", () -> 1.0)
        .sample("QualityMonitor.correctById: label", () -> 1.0)
        .sample("QualityMonitor.correctByKey: label", () -> 1.0)
        .sample("QualityMonitorBuilder.classes: count", () -> 3)
        .sample("PredictionLog.jdbc: table", () -> "predictions");
  }

  private static Fleet fleet() {
    Fleet fleet = new Fleet();
    fleet.serve(1, BASELINE);
    return fleet;
  }

  private static VirtualTime time() {
    return VirtualTime.startingAt(START);
  }

  static DriftMonitor<Fleet.Trip, Double> drift() {
    return DriftMonitor.following(fleet()).time(time()).build();
  }

  static QualityMonitor<Fleet.Trip, Double> quality() {
    return QualityMonitor.following(fleet()).segment("x", row -> true).time(time()).build();
  }

  static Alerts.Builder alertsBuilder() {
    return Alerts.named("flights").time(time()).executor(Runnable::run);
  }

  static Alerts alerts() {
    return alertsBuilder().rule(AlertRule.on("dial", new Dial())).build();
  }

  static Prediction<Fleet.Trip, Double> prediction() {
    Fleet.Trip trip = new Fleet.Trip(1.0, "A1");
    return Fleet.prediction("p", "k", 1, Fleet.SCHEMA.encode(trip), 0.5, START);
  }

  private static void monitors(PublicMethods methods) {
    methods
        .sample(Fleet.class, DriftSamples::fleet)
        .sample(ModelSource.class, DriftSamples::fleet)
        .sample(DriftMonitor.class, DriftSamples::drift)
        .sample(QualityMonitor.class, DriftSamples::quality)
        .sample(DriftMonitorBuilder.class, () -> DriftMonitor.following(fleet()).time(time()))
        .sample(QualityMonitorBuilder.class, () -> QualityMonitor.following(fleet()).time(time()))
        .sample(Alerts.class, DriftSamples::alerts)
        .sample(Alerts.Builder.class, () -> Alerts.named("flights"))
        .sample(ServiceMonitor.class, () -> ServiceMonitor.named("trips", time(), 100))
        .sample(MonitoringPage.class, () -> MonitoringPage.of(Fleet.version(1)))
        .sample(PredictionLog.class, () -> PredictionLog.in(store(), "x"))
        .sample(WebhookSink.class, () -> WebhookSink.to(NOBODY).attempts(1, SHORT).build())
        .sample(WebhookSink.Builder.class, () -> WebhookSink.to(NOBODY))
        .sample(AlertSink.class, () -> AlertSink.trigger(event -> {}))
        .sample(ChangeDetector.class, () -> ChangeDetector.adwin(0.01))
        .sample(
            DomainClassifier.class,
            () -> DomainClassifier.comparing(Fleet.SCHEMA, rows(), SMALL_CLASSIFIER))
        .sample(
            PrincipalComponents.class,
            () -> PrincipalComponents.comparing(Fleet.SCHEMA, rows(), SMALL_COMPONENTS))
        .sample(
            MaximumMeanDiscrepancy.class,
            () -> MaximumMeanDiscrepancy.comparing(Fleet.SCHEMA, rows(), SMALL_DISCREPANCY));
  }

  private static final URI NOBODY = URI.create("http://127.0.0.1:9/hook");
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final DomainClassifier.Options SMALL_CLASSIFIER =
      DomainClassifier.Options.withDefaults();
  private static final PrincipalComponents.Options SMALL_COMPONENTS =
      PrincipalComponents.Options.withDefaults();
  private static final MaximumMeanDiscrepancy.Options SMALL_DISCREPANCY =
      MaximumMeanDiscrepancy.Options.withDefaults();

  private static io.mlops4j.core.ObjectStore store() {
    return io.mlops4j.core.ObjectStore.inMemory();
  }

  private static Stream<Fleet.Trip> rows() {
    return Fleet.trips(400, 3, 0).stream();
  }

  private static DriftCounter counter() {
    return new DriftCounter(Fleet.version(1), BASELINE);
  }

  private static void values(PublicMethods methods) {
    Quality.Estimate estimate = new Quality.Estimate(0.5, 0.4, 0.6);
    DriftMeasures.Distances distances =
        new DriftMeasures.Distances(
            0, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    Quality quality =
        new Quality(
            START,
            START,
            1,
            1,
            1,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    methods
        .sample(ModelVersion.class, () -> Fleet.version(1))
        .sample(Baseline.class, () -> BASELINE)
        .sample(DriftCounter.class, DriftSamples::counter)
        .sample(DriftCounts.class, () -> counter().snapshot())
        .sample(Quality.Estimate.class, () -> estimate)
        .sample(Quality.class, () -> quality)
        .sample(DriftMeasures.Distances.class, () -> distances)
        .sample(DataQuality.class, () -> new DataQuality(0, 0, 0, 0, OptionalDouble.empty()))
        .sample(DriftVerdict.class, () -> new DriftVerdict.Stable("x"))
        .sample(QualityMetric.class, () -> QualityMetric.AUC)
        .sample(QualityRule.Drop.class, () -> new QualityRule.Absolute(0.1))
        .sample(QualityRule.Absolute.class, () -> new QualityRule.Absolute(0.1))
        .sample(QualityRule.Relative.class, () -> new QualityRule.Relative(0.1))
        .sample(QualityRule.Reference.class, () -> new QualityRule.FirstWindows(1))
        .sample(QualityRule.class, DriftSamples::qualityRule)
        .sample(FalseAlarmBudget.class, () -> FalseAlarmBudget.atMostOncePer(Duration.ofDays(90)))
        .sample(DriftRule.class, () -> DriftRule.of(DriftEffect.PSI, 0.2))
        .sample(DataRule.class, () -> DataRule.atMost(DataQuality.Measure.MISSING, 0.1))
        .sample(AlertRule.class, () -> AlertRule.on("dial", new Dial()))
        .sample(Check.class, Dial::new)
        .sample(BurnRate.class, () -> BurnRate.fast(0.99))
        .sample(Interval.class, () -> new Interval(0, 1, 0.95))
        .sample(DomainClassifier.Options.class, () -> SMALL_CLASSIFIER)
        .sample(PrincipalComponents.Options.class, () -> SMALL_COMPONENTS)
        .sample(MaximumMeanDiscrepancy.Options.class, () -> SMALL_DISCREPANCY)
        .sample(ScoreCurve.class, () -> new ScoreCurve(new long[4], new long[4]))
        .sample(ReportedLabel.class, () -> new ReportedLabel("p", false, 1, START, false))
        .sample(LoggedPrediction.class, DriftSamples::logged)
        .sample(Prediction.class, DriftSamples::prediction)
        .sample(Schema.class, () -> Fleet.SCHEMA)
        .sample(EncodedRow.class, () -> Fleet.SCHEMA.encode(new Fleet.Trip(1.0, "A1")))
        .sample(
            FailedPrediction.class,
            () ->
                new FailedPrediction(
                    Fleet.version(1), FailedPrediction.Reason.MODEL, START, Duration.ZERO))
        .sample(
            AlertEvent.class,
            () ->
                new AlertEvent(
                    "g", "r", "s", AlertEvent.Status.FIRING, 1, START, Optional.empty(), "why"));
  }

  private static QualityRule qualityRule() {
    return QualityRule.of(
        QualityMetric.AUC, new QualityRule.Absolute(0.1), new QualityRule.FirstWindows(1));
  }

  private static LoggedPrediction logged() {
    return new LoggedPrediction("p", "k", "u", Fleet.version(1), 0.5, START, List.of(), Map.of());
  }

  private static void functions(PublicMethods methods) {
    Function<Object, Object> same = any -> any;
    Predicate<Object> all = any -> true;
    Consumer<Object> nobody = any -> {};
    ToDoubleFunction<Object> half = any -> 0.5;
    ToIntFunction<Object> first = any -> 0;
    DoubleBinaryOperator product = (a, b) -> a * b;
    methods
        .sample(Function.class, () -> same)
        .sample(Predicate.class, () -> all)
        .sample(Consumer.class, () -> nobody)
        .sample(ToDoubleFunction.class, () -> half)
        .sample(ToIntFunction.class, () -> first)
        .sample(DoubleBinaryOperator.class, () -> product)
        .sample(MeterRegistry.class, SimpleMeterRegistry::new)
        .sample(DataSource.class, () -> H2)
        .sample(URI.class, () -> NOBODY)
        .sample(
            byte[].class, () -> "secret of 32 bytes, at the least".getBytes(StandardCharsets.UTF_8))
        .sample(Set.class, Set::of);
  }

  /** A check that has nothing to say. */
  static final class Dial implements Check {
    @Override
    public String name() {
      return "dial";
    }

    @Override
    public Outcome evaluate() {
      return new NoData("nothing yet");
    }
  }
}
