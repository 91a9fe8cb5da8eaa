package io.mlops4j.drift.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Check;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ServiceMonitorTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration FIVE = Duration.ofMinutes(5);
  private static final ModelVersion VERSION = new ModelVersion("m", 1);

  private final VirtualTime time = VirtualTime.startingAt(NOON);
  private final ServiceMonitor<String, Double> monitor = ServiceMonitor.named("flights", time, 100);

  private void answers(int n, int millis, Prediction.Source source) {
    for (int i = 0; i < n; i++) {
      monitor.onPrediction(
          new Prediction<>(
              "p", null, null, VERSION, source, null, 0.5, NOON, Duration.ofMillis(millis)));
    }
  }

  private void answers(int n, int millis) {
    answers(n, millis, Prediction.Source.MODEL);
  }

  private void failures(int n, FailedPrediction.Reason reason) {
    for (int i = 0; i < n; i++) {
      monitor.onFailure(new FailedPrediction(VERSION, reason, NOON, MINUTE));
    }
  }

  @Test
  void latency_moreThanOnePercentOver_fails() {
    Check check = monitor.latency(0.99, Duration.ofMillis(100), FIVE);
    assertThat(check.name()).isEqualTo("latency of flights");
    answers(50, 500);
    assertThat(check.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(check.evaluate().sentence()).contains("over 50 answers", "fewer than 100");
    time.advance(FIVE); // gone
    answers(990, 20);
    answers(10, 150);
    assertThat(check.evaluate()).isInstanceOf(Check.Pass.class);
    answers(3, 150);
    assertThat(check.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(check.evaluate().sentence()).endsWith("which may be chance.");
    answers(10, 150);
    assertThat(check.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(check.evaluate().sentence())
        .matches(
            "flights: p99 is 15\\d\\.\\d ms, promised is 100.0 ms, over 1,013 answers in PT5M.");
    assertThat(monitor.latency(0.95, Duration.ofMillis(100), FIVE).evaluate())
        .isInstanceOf(Check.Pass.class);
  }

  @Test
  void report_quantiles_areAtMostSixPercentHigh() {
    for (int i = 1; i <= 1_000; i++) {
      answers(1, i);
    }
    ServiceReport report = monitor.report(FIVE);
    assertThat(report.p50().toNanos() / 1e6).isBetween(500.0, 532.0);
    assertThat(report.p95().toNanos() / 1e6).isBetween(950.0, 1010.0);
    assertThat(report.p99().toNanos() / 1e6).isBetween(990.0, 1053.0);
    assertThat(report.requests()).isEqualTo(1_000);
    assertThat(report.errorRate()).isZero();
    answers(1, Integer.MAX_VALUE);
    monitor.onPrediction(
        new Prediction<>(
            "p",
            null,
            null,
            VERSION,
            Prediction.Source.CACHE,
            null,
            0.5,
            NOON,
            Duration.ofDays(400)));
    assertThat(monitor.report(FIVE).answers()).isEqualTo(1_002);
    assertThat(ServiceMonitor.<String, Double>named("x").report(FIVE).p99())
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void errorRate_countsWhatIsNotTheCallersFault() {
    Check check = monitor.errorRate(0.01, FIVE);
    answers(980, 10);
    failures(500, FailedPrediction.Reason.INVALID_INPUT);
    assertThat(check.evaluate()).isInstanceOf(Check.Pass.class);
    failures(10, FailedPrediction.Reason.MODEL);
    failures(5, FailedPrediction.Reason.TIMEOUT);
    failures(5, FailedPrediction.Reason.REJECTED);
    assertThat(check.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(check.evaluate().sentence())
        .isEqualTo("flights: 20 of 1,000 requests failed in PT5M, allowed are 1 %.");
    assertThat(monitor.report(FIVE).invalid()).isEqualTo(500);
    assertThat(monitor.report(FIVE).errorRate()).isEqualTo(0.02);
    time.advance(Duration.ofMinutes(4));
    assertThat(check.evaluate()).isInstanceOf(Check.Fail.class);
    time.advance(MINUTE);
    assertThat(check.evaluate()).isInstanceOf(Check.NoData.class);
  }

  @Test
  void fallbackRate_countsAnswersThatAreNotTheModels() {
    answers(90, 10);
    answers(5, 10, Prediction.Source.FALLBACK);
    answers(5, 10, Prediction.Source.PREVIOUS_VERSION);
    answers(10, 10, Prediction.Source.CACHE);
    assertThat(monitor.fallbackRate(0.01, FIVE).evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.report(FIVE).fallbacks()).isEqualTo(10);
  }

  @Test
  void burn_needsBothWindows() {
    Check burn = monitor.burn(BurnRate.fast(0.999)); // 1.44 % over an hour and over five minutes
    for (int minute = 0; minute < 60; minute++) {
      answers(100, 10);
      failures(minute < 50 ? 3 : 0, FailedPrediction.Reason.MODEL);
      time.advance(MINUTE);
    }
    // The hour is bad, but it is over.
    assertThat(monitor.errorRate(0.0144, Duration.ofHours(1)).evaluate())
        .isInstanceOf(Check.Fail.class);
    assertThat(burn.evaluate()).isInstanceOf(Check.Pass.class);
    for (int minute = 0; minute < 5; minute++) {
      time.advance(MINUTE);
      answers(100, 10);
      failures(4, FailedPrediction.Reason.MODEL);
    }
    assertThat(burn.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(burn.evaluate().sentence()).contains("burn rate limit 14.4 of objective 99.9 %");
    // A bad moment alone is not enough either.
    ServiceMonitor<String, Double> calm = ServiceMonitor.named("calm", time, 100);
    for (int i = 0; i < 100_000; i++) {
      calm.onPrediction(
          new Prediction<>(
              "p", null, null, VERSION, Prediction.Source.MODEL, null, 0.5, NOON, MINUTE));
    }
    time.advance(Duration.ofMinutes(30));
    for (int i = 0; i < 200; i++) {
      calm.onFailure(new FailedPrediction(VERSION, FailedPrediction.Reason.MODEL, NOON, MINUTE));
    }
    assertThat(calm.errorRate(0.0144, FIVE).evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(calm.burn(BurnRate.fast(0.999)).evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(calm.burn(BurnRate.slow(0.999)).name()).isEqualTo("burn rate of calm");
  }

  @Test
  void time_longSilenceAndSetClock_keepOnlyWhatIsInTheWindow() {
    answers(200, 500);
    time.setWallClock(NOON.minus(Duration.ofDays(1)));
    assertThat(monitor.report(FIVE).answers()).isEqualTo(200);
    time.advance(Duration.ofDays(10));
    assertThat(monitor.report(Duration.ofHours(1)).answers()).isZero();
    answers(1, 500);
    assertThat(monitor.report(Duration.ofHours(1)).answers()).isEqualTo(1);
    assertThat(monitor.errorRate(0.5, Duration.ofDays(3)).evaluate().sentence())
        .contains("0 of 1 requests");
  }

  // scipy 1.17.1: scipy.stats.binomtest(20, 1000).proportion_ci(0.90, method="wilson").low
  @Test
  void wilson_low_isScipys() {
    assertThat(ServiceMonitor.wilsonLow(20, 1_000)).isCloseTo(0.01390847965915425, within(1e-12));
    assertThat(ServiceMonitor.wilsonLow(3, 100)).isCloseTo(0.01205181424927991, within(1e-12));
  }

  @Test
  void arguments_wrong_areNamed() {
    assertThatThrownBy(() -> monitor.latency(1, MINUTE, FIVE)).hasMessageContaining("share: 1.0");
    assertThatThrownBy(() -> monitor.errorRate(0, FIVE)).hasMessageContaining("limit: 0.0");
    assertThatThrownBy(() -> monitor.report(Duration.ofSeconds(1)))
        .hasMessage("window: PT1S (expected: PT1M..PT1H)");
    assertThatThrownBy(() -> ServiceMonitor.named("x", time, 0))
        .hasMessageContaining("minRequests");
    assertThatThrownBy(() -> BurnRate.fast(0.5)).hasMessageContaining("factor: 14.4");
    assertThatThrownBy(() -> new BurnRate(1, 2, FIVE, MINUTE)).hasMessageContaining("objective");
    assertThatThrownBy(() -> new BurnRate(0.9, 2, MINUTE, FIVE)).hasMessageContaining("windows");
  }
}
