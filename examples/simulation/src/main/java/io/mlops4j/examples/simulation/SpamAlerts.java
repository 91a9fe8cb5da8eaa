package io.mlops4j.examples.simulation;

import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;
import static io.mlops4j.drift.FalseAlarmBudget.days;

import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.drift.QualityMetric;
import io.mlops4j.drift.QualityMonitor;
import io.mlops4j.drift.QualityRule;
import io.mlops4j.drift.QualityRule.Absolute;
import io.mlops4j.drift.QualityRule.Known;
import io.mlops4j.drift.alert.AlertRule;
import io.mlops4j.drift.alert.Alerts;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.Executor;

/**
 * The alerts of a spam filter as they run in production: users say what was spam, hours later, and
 * accuracy must not fall below what it was before release.
 *
 * @param quality a listener of the predictor, and the sink of what users say
 * @param alerts who is told
 */
record SpamAlerts<I>(QualityMonitor<I, Double> quality, Alerts alerts) implements AutoCloseable {
  private static final double ACCURACY_AT_RELEASE = 0.98;

  /**
   * The service gives the machine's time and its registry's store; a test gives a simulated one.
   */
  static <I> SpamAlerts<I> of(
      ModelSource<I, Double> filter, Time time, ObjectStore store, Executor threads) {
    QualityMonitor<I, Double> quality =
        QualityMonitor.following(filter)
            .failWhen(
                new QualityRule(
                    QualityMetric.ACCURACY,
                    new Absolute(0.01),
                    new Known(SpamAlerts::accuracyAtRelease),
                    atMostOncePer(days(365)),
                    200,
                    0.5))
            .window(days(1))
            .rolling(2)
            .time(time)
            .build();
    Alerts alerts =
        Alerts.named("spam-filter")
            .rule(AlertRule.on("quality", quality))
            .time(time)
            .store(store, "pod-1")
            .executor(threads)
            .every(Duration.ofHours(3))
            .build();
    return new SpamAlerts<>(quality, alerts);
  }

  private static OptionalDouble accuracyAtRelease(ModelVersion version) {
    return OptionalDouble.of(ACCURACY_AT_RELEASE);
  }

  @Override
  public void close() {
    alerts.close();
    quality.close();
  }
}
