package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.delivery.RolloutStatus.Phase;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.PredictionFailedException;
import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A candidate that fails for one airport only is seen by a guardrail on its error rate there. */
@Timeout(60)
class FailedSegmentTest {
  record Flight(String origin) {}

  private static final Schema<Flight> FLIGHTS = Schema.of(Flight.class);
  private static final List<String> AIRPORTS = List.of("ATL", "JFK", "LGA", "ORD", "DFW");

  private final VirtualTime time = VirtualTime.startingAt(Traffic.START);

  private Rollout<Flight, Double> rollout(Watch... watches) {
    Rollout<Flight, Double> rollout =
        Rollout.<Flight, Double>of(
                Traffic.CHAMPION,
                RolloutPlan.steps(0.5)
                    .watching(watches)
                    .withMinSamples(100)
                    .lasting(Duration.ofMinutes(1), Duration.ofDays(1)))
            .segmentOfRows("laguardia", row -> "LGA".equals(row.text(0)))
            .segmentOfRows(
                "broken",
                row -> {
                  throw new IllegalStateException("no segment");
                })
            .time(time)
            .every(Duration.ofDays(365))
            .build();
    rollout.start(2, "weekly");
    return rollout;
  }

  private static final Watch ALL = Watch.errorRateNotWorseBy(0.15);

  private Prediction<Flight, Double> answer(
      ModelVersion version, int i, String origin, Prediction.Source source) {
    return new Prediction<>(
        version + "/" + i,
        null,
        "u" + i,
        version,
        source,
        FLIGHTS.encode(new Flight(origin)),
        0.5,
        time.now(),
        Duration.ofMillis(5));
  }

  private FailedPrediction failure(int i, String origin) {
    return new FailedPrediction(
        Traffic.CANDIDATE,
        FailedPrediction.Reason.MODEL,
        time.now(),
        Duration.ofMillis(5),
        "u" + i,
        FLIGHTS.encode(new Flight(origin)));
  }

  /** The candidate fails on 8 % of 5,000 rows: on 40 % of LaGuardia's, or on 8 % of everybody's. */
  private void send(Rollout<Flight, Double> rollout, boolean onlyLaguardia, boolean fallback) {
    for (int i = 0; i < 5_000; i++) {
      String origin = AIRPORTS.get(i % 5);
      boolean fails = onlyLaguardia ? i % 5 == 2 && i % 25 < 10 : i % 25 < 2;
      rollout.onPrediction(answer(Traffic.CHAMPION, i, origin, Prediction.Source.MODEL));
      if (!fails) {
        rollout.onPrediction(answer(Traffic.CANDIDATE, i, origin, Prediction.Source.MODEL));
      } else if (fallback) {
        rollout.onPrediction(answer(Traffic.CANDIDATE, i, origin, Prediction.Source.FALLBACK));
      } else {
        rollout.onFailure(failure(i, origin));
      }
    }
    rollout.look();
  }

  @Test
  void errorsOfOneSegment_rollBack_andTheSameErrorsSpreadEvenlyDoNot() {
    for (String segment : List.of("origin=LGA", "laguardia")) {
      Watch guardrail = ALL.inSegment(segment);
      for (boolean fallback : new boolean[] {false, true}) {
        try (var rollout = rollout(ALL, guardrail)) {
          send(rollout, true, fallback);
          assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
          assertThat(rollout.status().reason())
              .startsWith("error rate, " + segment + ": Failed: candidate 40.0")
              .contains("(400 of 1,000)");
          assertThat(verdict(rollout.history().get(2).evidence(), "error rate"))
              .isEqualTo(RolloutVerdict.PROMOTE);
        }
        try (var rollout = rollout(ALL, guardrail)) {
          send(rollout, false, fallback);
          assertThat(rollout.status().phase()).isEqualTo(Phase.RUNNING);
          assertThat(verdict(rollout.results(), "error rate, " + segment))
              .isEqualTo(RolloutVerdict.PROMOTE);
        }
      }
    }
  }

  @Test
  void withoutTheGuardrail_errorsOfOneSegmentPass() {
    try (var rollout = rollout(ALL)) {
      send(rollout, true, false);
      assertThat(rollout.status().phase()).isEqualTo(Phase.RUNNING);
      assertThat(verdict(rollout.results(), "error rate")).isEqualTo(RolloutVerdict.PROMOTE);
    }
  }

  @Test
  void failuresWithoutARow_orWhoseSegmentCannotBeTold_countForAllOnly() {
    try (var rollout = rollout(ALL, ALL.inSegment("laguardia"), ALL.inSegment("broken"))) {
      for (int i = 0; i < 200; i++) {
        rollout.onFailure(
            new FailedPrediction(
                Traffic.CANDIDATE, FailedPrediction.Reason.MODEL, time.now(), Duration.ZERO));
        rollout.onFailure(failure(i, "ORD"));
      }
      rollout.look();
      assertThat(samples(rollout, "error rate")).isEqualTo(400);
      assertThat(samples(rollout, "error rate, laguardia")).isZero();
      assertThat(samples(rollout, "error rate, broken")).isZero();
    }
  }

  @Test
  void failuresOfFewUnits_areNoEvidence() {
    try (var rollout = rollout(ALL)) {
      for (int i = 0; i < 1_000; i++) {
        rollout.onPrediction(answer(Traffic.CHAMPION, i, "JFK", Prediction.Source.MODEL));
        rollout.onFailure(failure(i % 3, "JFK"));
      }
      assertThat(rollout.look().phase()).isEqualTo(Phase.RUNNING);
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.NO_DATA);
    }
  }

  /** Real sessions: a candidate whose table has no place for LaGuardia, and one that has. */
  @Test
  void onnxSession_thatFailsForOneAirport_isRolledBack_andOneThatKnowsItIsNot() {
    for (boolean gap : new boolean[] {true, false}) {
      try (var rollout = rollout(Watch.errorRateNotWorseBy(0.3).inSegment("origin=LGA"));
          var champion = predictor("airports", Traffic.CHAMPION, rollout);
          var candidate =
              predictor(gap ? "airports_gap" : "airports", Traffic.CANDIDATE, rollout)) {
        int failed = 0;
        for (int i = 0; i < 1_500; i++) {
          Flight flight = new Flight(AIRPORTS.get(i % 5));
          champion.predict(flight);
          try {
            candidate.predict(flight);
          } catch (PredictionFailedException e) {
            failed++;
          }
        }
        assertThat(champion.awaitListeners(Duration.ofSeconds(20))).isTrue();
        assertThat(candidate.awaitListeners(Duration.ofSeconds(20))).isTrue();
        assertThat(failed).isEqualTo(gap ? 300 : 0);
        assertThat(rollout.look().phase()).isEqualTo(gap ? Phase.ROLLED_BACK : Phase.RUNNING);
        if (gap) {
          assertThat(rollout.status().reason())
              .startsWith("error rate, origin=LGA: Failed: candidate 100")
              .contains("(300 of 300)");
        } else {
          assertThat(verdict(rollout.results(), "error rate, origin=LGA"))
              .isEqualTo(RolloutVerdict.PROMOTE);
        }
      }
    }
  }

  private Predictor<Flight, Double> predictor(
      String file, ModelVersion version, Rollout<Flight, Double> rollout) {
    Path path = Path.of("src/test/resources/models/" + file + ".onnx");
    AtomicInteger unit = new AtomicInteger();
    return Predictor.from(ModelSource.of(new Fixed(version, path)))
        .unitBy(flight -> "u" + unit.getAndIncrement())
        .time(time)
        .listener(rollout)
        .build();
  }

  /** A version that is a file. */
  private record Fixed(ModelVersion version, Path path) implements ModelRelease<Flight, Double> {
    @Override
    public Optional<Baseline> baseline() {
      return Optional.empty();
    }

    @Override
    public Optional<GoldenRows> goldenRows() {
      return Optional.empty();
    }

    @Override
    public Model<Flight, Double> load() {
      return OnnxModel.regression(FLIGHTS).load(path);
    }
  }

  private static RolloutVerdict verdict(List<WatchResult> results, String watch) {
    return of(results, watch).verdict();
  }

  private static long samples(Rollout<?, ?> rollout, String watch) {
    return of(rollout.results(), watch).candidateSamples();
  }

  private static WatchResult of(List<WatchResult> results, String watch) {
    return Objects.requireNonNull(
        results.stream().filter(result -> result.watch().equals(watch)).findFirst().orElse(null),
        watch);
  }
}
