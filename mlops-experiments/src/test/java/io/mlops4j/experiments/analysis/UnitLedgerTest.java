package io.mlops4j.experiments.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.VirtualTime;
import io.mlops4j.experiments.Experiment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UnitLedgerTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private final VirtualTime time = VirtualTime.startingAt(START);

  @Test
  void exposed_experimentsListener_countsEveryUnitOnce() {
    UnitLedger ledger =
        plan("checkout").metric(Metric.binary("bought")).alwaysValid(1_000).build().ledger(time);
    Experiment<String> experiment =
        Experiment.named("checkout")
            .control("control", "a")
            .treatment("treatment", 0.5, "b")
            .exposures(ledger)
            .build();
    for (int i = 0; i < 2_000; i++) {
      experiment.assign("user-" + i % 1_000);
    }
    ExperimentAnalysis analysis = ledger.analyse();

    assertThat(analysis.traffic().total()).isEqualTo(1_000);
    assertThat(analysis.traffic().mismatch()).isFalse();
    assertThat(analysis.when()).isEqualTo(START);
    assertThat(experiment.exposureFailures()).isZero();
    Experiment<String> other =
        Experiment.named("other")
            .control("control", "a")
            .treatment("treatment", 0.5, "b")
            .exposures(ledger)
            .build();
    other.assign("user");
    assertThat(other.exposureFailures()).isEqualTo(1);
  }

  @Test
  void observe_eventsOfOneUnit_areSummedByKind() {
    UnitLedger ledger =
        plan("e")
            .metric(Metric.binary("bought"))
            .metric(Metric.continuous("revenue").withCuped())
            .metric(Metric.ratio("clicks per view"))
            .metric(Metric.quantile("latency", 0.5))
            .by("country")
            .oneLook(100)
            .minUnits(10)
            .build()
            .ledger(time);
    UnitRowProbe probe = new UnitRowProbe(ledger);
    for (int i = 0; i < 40; i++) {
      probe.expose(i);
      String unit = "u" + i;
      ledger.segment(unit, "country", i % 3 == 0 ? "DE" : "US");
      ledger.segment(unit, "country", "moved later");
      ledger.before(unit, "revenue", i);
      for (int event = 0; event <= i % 6; event++) {
        ledger.observe(unit, "bought", 1);
        ledger.observe(unit, "revenue", 10);
        ledger.observeRatio(unit, "clicks per view", event % 2, 1);
        ledger.observe(unit, "latency", 100 + i + event);
      }
    }
    ExperimentAnalysis analysis = ledger.analyse();

    assertThat(analysis.of("bought", "treatment").absolute())
        .isInstanceOf(Effect.NotEnoughData.class); // everybody did: 1 in both arms
    // Even units are control: events per unit 1, 3, 5 and 2, 4, 6, by hand over 20 units each.
    assertThat(analysis.of("revenue", "treatment").controlValue().orElseThrow())
        .isEqualTo(10 * (7 * 1 + 7 * 3 + 6 * 5) / 20.0, within(1e-9));
    assertThat(analysis.of("clicks per view", "treatment").controlValue().orElseThrow())
        .isEqualTo((7 * 0 + 7 * 1 + 6 * 2) / (7.0 * 1 + 7 * 3 + 6 * 5), within(1e-12));
    assertThat(analysis.segments())
        .extracting(one -> one.segment().value())
        .containsOnly("DE", "US");
  }

  /** Sessions of one user agree; as if independent, a difference of nothing looks clear. */
  @Test
  void observe_correlatedSessions_areOneObservation() {
    int clear = 0;
    int naive = 0;
    int runs = 200;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run);
      AnalysisBuilder builder = plan("e").metric(Metric.ratio("rate")).oneLook(200);
      UnitLedger ledger = builder.build().ledger(time);
      UnitLedger sessions =
          plan("e").metric(Metric.ratio("rate")).oneLook(200).build().ledger(time);
      for (int user = 0; user < 200; user++) {
        String arm = Simulated.arm(random);
        double taste = random.nextDouble();
        ledger.exposed("u" + user, arm);
        for (int session = 0; session < 20; session++) {
          double click = random.nextDouble() < taste ? 1 : 0;
          ledger.observeRatio("u" + user, "rate", click, 1);
          sessions.exposed("u" + user + "s" + session, arm);
          sessions.observeRatio("u" + user + "s" + session, "rate", click, 1);
        }
      }
      clear += isClear(ledger) ? 1 : 0;
      naive += isClear(sessions) ? 1 : 0;
    }

    assertThat((double) clear / runs).isLessThan(0.05 + Simulated.bound(0.05, runs));
    assertThat((double) naive / runs).isGreaterThan(0.3); // the missing cluster correction is seen
  }

  @Test
  void exposed_secondArm_takesTheUnitOut() {
    UnitLedger ledger = bought(null);
    ledger.exposed("a", "control");
    ledger.exposed("a", "control");
    ledger.exposed("b", "control");
    ledger.exposed("b", "treatment");
    Traffic traffic = ledger.analyse().traffic();

    assertThat(traffic.units()).containsExactly(1L, 0L);
    assertThat(traffic.contaminated()).isEqualTo(1);
  }

  /** Fast converters must not count before the slow ones had the same time. */
  @Test
  void attribution_window_countsMatureUnitsAndTimelyEvents() {
    UnitLedger ledger = bought(Duration.ofDays(7));
    ledger.exposed("early", "control");
    time.advance(Duration.ofDays(3));
    ledger.observe("early", "bought", 1);
    ledger.exposed("young", "treatment");
    ledger.observe("young", "bought", 1);
    time.advance(Duration.ofDays(5));
    ledger.observe("early", "bought", 1); // day 8 of 7
    Traffic traffic = ledger.analyse().traffic();

    assertThat(traffic.units()).containsExactly(1L, 0L);
    assertThat(traffic.maturing()).isEqualTo(1);
    assertThat(traffic.late()).isEqualTo(1);
    time.advance(Duration.ofDays(2));
    assertThat(ledger.analyse().traffic().units()).containsExactly(1L, 1L);
  }

  @Test
  void observe_withoutExposure_isIgnoredAndCounted() {
    UnitLedger ledger = bought(null);
    ledger.observe("nobody", "bought", 1);
    ledger.exposed("a", "control");
    ledger.observe("a", "bought", 1, START.minusSeconds(1));

    assertThat(ledger.sums().analyse(START).traffic().unexposed()).isEqualTo(2);
  }

  @Test
  void observe_mistakes_areNamed() {
    UnitLedger ledger =
        plan("e")
            .metric(Metric.binary("bought"))
            .metric(Metric.ratio("rate").withCuped())
            .oneLook(100)
            .build()
            .ledger(time);
    ledger.exposed("a", "control");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ledger.observe("a", "rate", 1))
        .withMessage("metric 'rate' is RATIO: use observeRatio");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ledger.observeRatio("a", "bought", 1, 1))
        .withMessage("metric 'bought' is BINARY: use observe");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ledger.observe("a", "bougth", 1))
        .withMessageContaining("known: [bought, rate]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ledger.observe("a", "bought", Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ledger.observeRatio("a", "rate", 1, -1))
        .withMessage("metric 'rate': denominator -1.0 (expected: at least 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ledger.before("a", "bought", 1))
        .withMessageContaining("none, it has no CUPED");
    assertThatIllegalArgumentException().isThrownBy(() -> ledger.before("a", "rate", 1));
    assertThatIllegalArgumentException().isThrownBy(() -> ledger.segment("a", "planet", "Mars"));
    assertThatIllegalArgumentException().isThrownBy(() -> ledger.exposed("a", "c"));
  }

  private static boolean isClear(UnitLedger ledger) {
    return ((Effect.Measured) ledger.analyse().of("rate", "treatment").absolute()).isClear();
  }

  private UnitLedger bought(@Nullable Duration attribution) {
    AnalysisBuilder builder = plan("e").metric(Metric.binary("bought")).oneLook(100);
    if (attribution != null) {
      builder.attribution(attribution);
    }
    return builder.build().ledger(time);
  }

  private static AnalysisBuilder plan(String name) {
    return Analysis.named(name, Simulated.HALVES);
  }

  /** Exposes even numbers to control, odd ones to the treatment. */
  private record UnitRowProbe(UnitLedger ledger) {
    void expose(int i) {
      ledger.exposed("u" + i, Simulated.ARMS.get(i % 2));
    }
  }

  /** A window that outlasts the calendar never ends: the unit never matures, nothing is late. */
  @Test
  void attribution_windowWithoutEnd_keepsUnitsMaturing() {
    for (Duration window :
        List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofDays(400_000_000_000L))) {
      UnitLedger ledger = bought(window);
      ledger.exposed("a", "control");
      ledger.observe("a", "bought", 1, Instant.MAX);
      Traffic traffic = ledger.analyse().traffic();
      assertThat(traffic.maturing()).isEqualTo(1);
      assertThat(traffic.late()).isZero();
    }
  }
}
