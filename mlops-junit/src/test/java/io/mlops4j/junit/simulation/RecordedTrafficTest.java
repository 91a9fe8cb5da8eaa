package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordedTrafficTest {
  private static final Instant THURSDAY = Instant.parse("2026-01-01T00:00:00Z");
  private static final ModelVersion VERSION = new ModelVersion("m", 1);

  record Ask(Instant at, double amount) {}

  private static final Schema<Ask> ASK = Schema.of(Ask.class).only("amount");

  /** Sixteen days; on day d there are d + 1 requests, at d minutes past the hours. */
  private static LabeledDataset<Ask> sixteenDays() {
    List<Labeled<Ask>> rows = new ArrayList<>();
    for (int day = 15; day >= 0; day--) {
      for (int i = 0; i <= day; i++) {
        Instant at = THURSDAY.plus(Duration.ofDays(day).plusHours(i).plusMinutes(day));
        rows.add(new Labeled<>(new Ask(at, day), i % 2));
      }
    }
    return LabeledDataset.of(ASK, rows);
  }

  private static final Traffic<Ask> RECORDED =
      Traffic.recorded(sixteenDays(), Ask::at, ask -> ask.amount() / 100);

  private static <I> List<SimulatedRequest<I>> take(Traffic<I> traffic, int run, int count) {
    Feed<I> feed =
        new Feed<>(traffic, java.util.Objects.requireNonNull(traffic.recorded()).first(), 1, run);
    List<SimulatedRequest<I>> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(feed.next());
    }
    return taken;
  }

  @Test
  void recorded_firstRun_isTheRecordAndThenTheRecordAgain() {
    List<SimulatedRequest<Ask>> taken = take(RECORDED, 0, 2 * 136);
    for (int i = 0; i < 136; i++) {
      SimulatedRequest<Ask> request = taken.get(i);
      assertThat(request.at()).isEqualTo(Rows.of(request).at());
      assertThat(request.answer()).isEqualTo(Rows.of(request).amount() / 100);
      assertThat(request.labelAfter()).isEqualTo(Duration.ofDays(1));
      assertThat(taken.get(i + 136).at()).isEqualTo(request.at().plus(Duration.ofDays(16)));
      assertThat(taken.get(i + 136).row()).isEqualTo(request.row());
    }
  }

  @Test
  void recorded_otherRuns_drawWholeDaysOfTheSameWeekday() {
    List<SimulatedRequest<Ask>> taken = take(RECORDED, 1, 400);
    assertThat(taken).isSortedAccordingTo(java.util.Comparator.comparing(SimulatedRequest::at));
    assertThat(taken)
        .allSatisfy(
            request ->
                assertThat(request.at().atOffset(ZoneOffset.UTC).getDayOfWeek())
                    .isEqualTo(Rows.of(request).at().atOffset(ZoneOffset.UTC).getDayOfWeek()));
    assertThat(taken.stream().map(request -> Rows.of(request).amount()).distinct())
        .hasSizeGreaterThan(10);
    assertThat(take(RECORDED, 2, 400)).isNotEqualTo(taken);
    assertThat(take(RECORDED, 1, 400)).isEqualTo(taken);
  }

  @Test
  void recorded_regressionsOnTop_areSeen() {
    Simulation<Ask> simulation =
        Simulation.of(
                RECORDED,
                world ->
                    world.listener(
                        new io.mlops4j.core.PredictionListener<>() {
                          @Override
                          public void onPrediction(
                              io.mlops4j.core.Prediction<Ask, Double> prediction) {
                            if (java.util.Objects.requireNonNull(prediction.row()).number(0)
                                > 100) {
                              world.alarm("large");
                            }
                          }
                        }))
            .warmUp(Duration.ofDays(5))
            .lasting(Duration.ofDays(10))
            .replicas(8);
    Detection seen =
        simulation.detection(
            Regression.drift("amounts", ask -> new Ask(ask.at(), ask.amount() + 100)));
    // Day 5 has the first request at 0:05 in the record; other runs draw another Tuesday.
    assertThat(seen.delays()).hasSize(8);
    assertThat(seen.delays().get(0)).isEqualTo(Duration.ofMinutes(5));
    assertThat(simulation.falseAlarms().alarms()).isZero();
    assertThat(simulation.run().traffic())
        .isEqualTo("recorded, 136 requests of 16 days from 2026-01-01T00:00:00Z");
  }

  @Test
  void resampling_ownRows_drawsThemWithTheirLabels() {
    Traffic<Ask> traffic =
        Traffic.resampling(sixteenDays(), ask -> ask.amount() / 100)
            .arriving(Arrivals.constant(24));
    Feed<Ask> feed = new Feed<>(traffic, THURSDAY, 1, 0);
    for (int i = 0; i < 100; i++) {
      SimulatedRequest<Ask> request = feed.next();
      assertThat(request.answer()).isEqualTo(Rows.of(request).amount() / 100);
      assertThat(request.label())
          .isEqualTo(Rows.of(request).at().atOffset(ZoneOffset.UTC).getHour() % 2);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Traffic.resampling(LabeledDataset.of(ASK, List.of()), ask -> 0));
  }

  @Test
  void recorded_whatCannotBeSet_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> RECORDED.arriving(Arrivals.constant(1)))
        .withMessageContaining("comes as it came");
    assertThatIllegalStateException()
        .isThrownBy(() -> Simulation.of(RECORDED, world -> {}).startingAt(THURSDAY))
        .withMessageContaining("begins at 2026-01-01");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Traffic.recorded(List.of()))
        .withMessageContaining("at least 1");
  }

  private static LoggedPrediction logged(
      String id, @org.jspecify.annotations.Nullable String key, Instant at, double output) {
    return new LoggedPrediction(
        id, key, "customer-" + id, VERSION, output, at, List.of(), Map.of("amount", "7.5"));
  }

  @Test
  void logged_predictions_comeWithTheLabelThatCounts() {
    Instant noon = THURSDAY.plus(Duration.ofHours(12));
    PredictionLog log = PredictionLog.in(ObjectStore.inMemory(), "log");
    log.append(
        List.of(
            logged("a", "k", noon, 0.1),
            logged("b", "k", noon.plusSeconds(60), 0.2),
            logged("c", null, noon.plusSeconds(120), 0.3),
            logged("d", null, noon.plusSeconds(180), 0.4),
            logged("e", null, noon.plus(Duration.ofDays(3)), 0.5)),
        List.of(
            // By key: to the last prediction before it, which is a.
            new ReportedLabel("k", true, 1, noon.plusSeconds(30), false),
            // Twice: the earlier report counts.
            new ReportedLabel("c", false, 0, noon.plusSeconds(500), false),
            new ReportedLabel("c", false, 1, noon.plusSeconds(400), false),
            // Corrected, then withdrawn.
            new ReportedLabel("d", false, 1, noon.plusSeconds(300), false),
            new ReportedLabel("d", false, Double.NaN, noon.plusSeconds(600), true)));
    Traffic<Ask> traffic =
        LoggedTraffic.of(
                log,
                THURSDAY,
                THURSDAY.plus(Duration.ofDays(1)),
                one -> new Ask(one.at(), Double.parseDouble(one.features().get("amount"))))
            .rows(ASK, ask -> ask.amount() / 10);
    List<SimulatedRequest<Ask>> taken = take(traffic, 0, 4);
    assertThat(taken.stream().map(SimulatedRequest::answer)).containsExactly(0.1, 0.2, 0.3, 0.4);
    assertThat(taken.stream().map(SimulatedRequest::unit))
        .containsExactly("customer-a", "customer-b", "customer-c", "customer-d");
    assertThat(taken.stream().map(SimulatedRequest::label))
        .containsExactly(1.0, Double.NaN, 1.0, Double.NaN);
    assertThat(taken.stream().map(SimulatedRequest::labelAfter))
        .containsExactly(Duration.ofSeconds(30), null, Duration.ofSeconds(280), null);
    assertThat(Rows.of(taken.get(0)).amount()).isEqualTo(7.5);
    assertThat(traffic.schema()).contains(ASK);

    // Without rows nobody sees features, and labels can be given a delay of one's own.
    Traffic<Object> bare =
        LoggedTraffic.of(log, THURSDAY, THURSDAY.plus(Duration.ofDays(1)))
            .labelled(LabelDelay.constant(Duration.ofHours(2)));
    assertThat(bare.schema()).isEmpty();
    assertThat(bare.baseline(1)).isEmpty();
    assertThat(take(bare, 0, 4).stream().map(SimulatedRequest::labelAfter))
        .containsExactly(Duration.ofSeconds(30), null, Duration.ofSeconds(280), null);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Regression.<Object>drift("amount", 1).in(bare))
        .withMessageContaining("the traffic has no rows");
  }
}
