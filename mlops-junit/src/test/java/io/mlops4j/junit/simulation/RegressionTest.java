package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RegressionTest {
  private static final int N = 10_000;

  record Trip(int hour, double distance, String origin) {}

  private static final Schema<Trip> TRIP = Schema.of(Trip.class);
  private static final Traffic<Trip> TRIPS =
      Traffic.of(
          TRIP,
          random ->
              new Labeled<>(
                  new Trip(
                      random.nextInt(24),
                      random.nextDouble() * 1_000,
                      random.nextInt(4) == 0 ? "ORD" : "LGA"),
                  random.nextInt(2)),
          trip -> trip.distance() / 1_000);
  private static final Traffic<float[]> SCORES = Traffic.binary(0.75, 0.2);

  private static <I> List<SimulatedRequest<I>> requests(Traffic<I> traffic) {
    Feed<I> feed = new Feed<>(traffic, Instant.EPOCH, 3, 0);
    List<SimulatedRequest<I>> requests = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      requests.add(feed.next());
    }
    return requests;
  }

  private static <I> List<SimulatedRequest<I>> after(Regression<I> regression, Traffic<I> traffic) {
    SplittableRandom random = new SplittableRandom(9);
    Regression.Change<I> change = regression.in(traffic);
    return requests(traffic).stream().map(request -> change.of(request, random)).toList();
  }

  @Test
  void binary_aucAndAccuracy_areScipysOfTheBinormalModel() {
    for (JsonNode row : Oracle.read("binormal")) {
      double auc = row.get("auc").asDouble();
      double positives = row.get("positives").asDouble();
      QualityDrop drop = QualityDrop.in(requests(Traffic.binary(auc, positives)));
      // Standard error of the AUC below 0.5 / sqrt(positives), of accuracy 0.5 / sqrt(n).
      assertThat(drop.auc()).isEqualTo(auc, within(2 / Math.sqrt(positives * N)));
      assertThat(drop.accuracy())
          .isEqualTo(row.get("accuracy").asDouble(), within(2 / Math.sqrt(N)));
    }
  }

  @Test
  void aucDrop_threePoints_isMeasuredAsThreePoints() {
    double before = QualityDrop.in(requests(SCORES)).auc();
    double drop = before - QualityDrop.in(after(Regression.aucDrop(0.03), SCORES)).auc();
    assertThat(drop).isEqualTo(0.03, within(0.012));
    // The control: none.
    assertThat(QualityDrop.in(after(Regression.aucDrop(0), SCORES)).auc()).isEqualTo(before);
  }

  @Test
  void accuracyDrop_fivePoints_isMeasuredAsFivePoints() {
    Traffic<float[]> good = Traffic.binary(0.95, 0.5);
    double before = QualityDrop.in(requests(good)).accuracy();
    double drop = before - QualityDrop.in(after(Regression.accuracyDrop(0.05), good)).accuracy();
    assertThat(drop).isEqualTo(0.05, within(0.01));
  }

  @Test
  void aucDrop_moreThanThereIs_saysHowMuchThereIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> after(Regression.aucDrop(0.3), SCORES))
        .withMessageContaining("AUC of the traffic is 0.7")
        .withMessageContaining("cannot fall by 0.3");
  }

  @Test
  void latencyAndErrors_areAsStated() {
    List<SimulatedRequest<float[]>> before = requests(SCORES);
    List<SimulatedRequest<float[]>> slow = after(Regression.latency(1.5), SCORES);
    for (int i = 0; i < 100; i++) {
      assertThat(slow.get(i).latency().toNanos())
          .isEqualTo(Math.round(before.get(i).latency().toNanos() * 1.5));
    }
    long failed =
        after(Regression.<float[]>errors(0.1), SCORES).stream()
            .filter(SimulatedRequest::failed)
            .count();
    assertThat(failed).isBetween(880L, 1_120L);
  }

  @Test
  void badSegment_itsAnswers_areWorthlessAndNoOthers() {
    List<SimulatedRequest<Trip>> before = requests(TRIPS);
    List<SimulatedRequest<Trip>> bad =
        after(Regression.badSegment("ORD", trip -> trip.origin().equals("ORD")), TRIPS);
    int changed = 0;
    for (int i = 0; i < N; i++) {
      boolean member = "ORD".equals(Rows.of(before.get(i)).origin());
      if (!member) {
        assertThat(bad.get(i)).isEqualTo(before.get(i));
      } else if (bad.get(i).answer() != before.get(i).answer()) {
        changed++;
      }
    }
    assertThat(changed).isBetween(2_300, 2_700);
  }

  @Test
  void drift_ofANumber_movesItByDeviationsAndAnswersTheNewRow() {
    List<SimulatedRequest<Trip>> before = requests(TRIPS);
    List<SimulatedRequest<Trip>> moved = after(Regression.drift("distance", 0.5), TRIPS);
    // Uniform on 0 to 1000: deviation 1000 / sqrt(12) = 288.675.
    for (int i = 0; i < 100; i++) {
      Trip was = Rows.of(before.get(i));
      Trip is = Rows.of(moved.get(i));
      assertThat(is.distance() - was.distance()).isEqualTo(144.3, within(2.0));
      assertThat(is.origin()).isEqualTo(was.origin());
      assertThat(moved.get(i).answer()).isEqualTo(is.distance() / 1_000);
    }
  }

  @Test
  void drift_ofAWholeNumber_staysWhole() {
    List<SimulatedRequest<Trip>> before = requests(TRIPS);
    List<SimulatedRequest<Trip>> moved = after(Regression.drift("hour", 1), TRIPS);
    // Uniform on 0 to 23: deviation sqrt((24^2 - 1) / 12) = 6.92.
    for (int i = 0; i < 100; i++) {
      assertThat(Rows.of(moved.get(i)).hour() - Rows.of(before.get(i)).hour()).isEqualTo(7);
    }
  }

  @Test
  void drift_byAFunction_andOthers_changeWhatTheySay() {
    List<SimulatedRequest<Trip>> moved =
        after(
            Regression.<Trip>drift("all from JFK", t -> new Trip(t.hour(), t.distance(), "JFK"))
                .and(Regression.fewerPositives(1))
                .and(Regression.largerErrors(2))
                .named("everything"),
            TRIPS);
    assertThat(moved).allMatch(request -> Rows.of(request).origin().equals("JFK"));
    assertThat(moved).allMatch(request -> request.label() == 0);
    assertThat(moved)
        .allMatch(request -> request.answer() == 2 * (Rows.of(request).distance() / 1_000));
    double mean =
        after(Regression.<float[]>shiftedScores(1), SCORES).stream()
            .mapToDouble(SimulatedRequest::answer)
            .average()
            .orElseThrow();
    assertThat(mean).isBetween(0.25, 0.45);
  }

  @Test
  void regressions_ofSizeZero_changeNoRequest() {
    List<SimulatedRequest<float[]>> before = requests(SCORES).subList(0, 200);
    SplittableRandom random = new SplittableRandom(9);
    for (Regression<float[]> nothing :
        List.<Regression<float[]>>of(
            Regression.none(),
            Regression.latency(1),
            Regression.errors(0),
            Regression.aucDrop(0),
            Regression.accuracyDrop(0),
            Regression.largerErrors(1),
            Regression.fewerPositives(0),
            Regression.shiftedScores(0),
            Regression.badSegment("nobody", row -> false),
            Regression.drift("signal", 0),
            Regression.drift("the same", row -> row),
            Regression.of("mine", (request, chance) -> request))) {
      Regression.Change<float[]> change = nothing.in(SCORES);
      assertThat(before)
          .as(nothing.name())
          .allMatch(request -> change.of(request, random).equals(request));
    }
  }

  @Test
  void regressions_unusable_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Regression.latency(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Regression.errors(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> Regression.aucDrop(-0.1));
    assertThatIllegalArgumentException().isThrownBy(() -> Regression.largerErrors(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Regression.shiftedScores(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Regression.drift("signal", Double.POSITIVE_INFINITY));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Regression.of(" ", (request, random) -> request));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> after(Regression.drift("origin", 1), TRIPS))
        .withMessageContaining("expected: a number");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> after(Regression.drift("altitude", 1), TRIPS))
        .withMessageContaining("distance");
    Schema<Trip> byHand = Schema.<Trip>builder("trip").numeric("distance", Trip::distance).build();
    Traffic<Trip> unmakeable =
        Traffic.of(byHand, random -> new Labeled<>(new Trip(1, 1, ""), 1), Trip::distance);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> after(Regression.drift("distance", 1), unmakeable))
        .withMessageContaining("Use drift(name, row -> otherRow)");
    SimulatedRequest<Object> request =
        new SimulatedRequest<>(Instant.EPOCH, "u", null, 1, Double.NaN, null, Duration.ZERO, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withLabelAfter(Duration.ofDays(1)))
        .withMessageContaining("expected: finite");
    assertThatIllegalArgumentException().isThrownBy(() -> request.withLatency(Duration.ofDays(-1)));
  }
}
