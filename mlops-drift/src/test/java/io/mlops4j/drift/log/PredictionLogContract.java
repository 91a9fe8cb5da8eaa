package io.mlops4j.drift.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every log does. */
abstract class PredictionLogContract {
  static final Instant START = Instant.parse("2026-11-23T10:00:00.123456Z");

  /** Opens the same log again and again: what one wrote the next one reads. */
  abstract PredictionLog open();

  static LoggedPrediction prediction(
      String id, @Nullable String key, @Nullable String unit, int at) {
    return new LoggedPrediction(
        id,
        key,
        unit,
        new ModelVersion("trips", 3),
        0.1 + 0.2,
        START.plusSeconds(at),
        List.of("origin=ORD", "night; \"late\""),
        Map.of("distance", "733.0", "airport", "Łódź '\"\\ \uD83D\uDEEB"));
  }

  static ReportedLabel label(String name, boolean byKey, double value, int at) {
    return new ReportedLabel(name, byKey, value, START.plusSeconds(at), false);
  }

  @Test
  void append_thenOpenedAgain_findsByIdAndByKey() {
    ReportedLabel gone = new ReportedLabel("a", false, Double.NaN, START, true);
    ReportedLabel early = label("k1", true, 1, 5);
    try (PredictionLog log = open()) {
      log.append(
          List.of(prediction("a", "k1", "u", 1), prediction("b", "k1", null, 2)),
          List.of(gone, early, label("k1", false, 0, 5)));
      log.append(List.of(prediction("c", null, null, 3)), List.of());
      log.append(List.of(), List.of());
    }
    try (PredictionLog log = open()) {
      assertThat(log.predictions(Set.of("a", "nobody"), Set.of("none")))
          .containsExactly(prediction("a", "k1", "u", 1));
      assertThat(log.predictions(Set.of(), Set.of("k1")))
          .containsExactlyInAnyOrder(prediction("a", "k1", "u", 1), prediction("b", "k1", null, 2));
      assertThat(log.predictions(Set.of("k1"), Set.of("a", "c"))).isEmpty();
      assertThat(log.labels(Set.of("a"), Set.of("k1"))).containsExactlyInAnyOrder(gone, early);
      assertThat(log.labels(Set.of("k1"), Set.of())).containsExactly(label("k1", false, 0, 5));
      assertThat(log.labels(Set.of(), Set.of())).isEmpty();
    }
  }

  @Test
  void append_idThatIsThere_isLeftOut() {
    try (PredictionLog log = open()) {
      log.append(List.of(prediction("a", "k", null, 1)), List.of());
      log.append(
          List.of(prediction("a", "other", null, 9), prediction("b", null, null, 2)), List.of());
      log.append(
          List.of(prediction("b", null, null, 2), prediction("b", null, null, 7)), List.of());
      assertThat(log.predictions(Set.of("a", "b"), Set.of()))
          .containsExactlyInAnyOrder(prediction("a", "k", null, 1), prediction("b", null, null, 2));
    }
  }

  @Test
  void scan_moreThanAPage_handsOverEachOnceOldestFirst() {
    try (PredictionLog log = open()) {
      for (int part = 0; part < 5; part++) {
        List<LoggedPrediction> predictions = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          // Ten of one moment, so that a page can end among them.
          predictions.add(prediction("p" + (part * 500 + i), null, null, (part * 500 + i) / 10));
        }
        log.append(predictions, List.of());
      }
      List<LoggedPrediction> all = new ArrayList<>();
      log.scan(START.plusSeconds(50), all::addAll);
      assertThat(all).hasSize(2_000).doesNotHaveDuplicates();
      assertThat(all).extracting(LoggedPrediction::at).isSorted();
    }
  }

  @Test
  void predictions_oneKeyForEverything_givesTheNewest() {
    try (PredictionLog log = open()) {
      List<LoggedPrediction> predictions = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        predictions.add(prediction("p" + i, "same", null, i));
      }
      log.append(predictions, List.of());
      List<LoggedPrediction> found = log.predictions(Set.of(), Set.of("same"));
      assertThat(found).hasSize(PredictionLog.MAX_PER_KEY);
      assertThat(found).allMatch(p -> !p.at().isBefore(START.plusSeconds(200)));
    }
  }

  @Test
  void forget_aUnit_removesItsPredictionsAndTheirLabelsForEver() {
    try (PredictionLog log = open()) {
      log.append(
          List.of(
              prediction("a", "ka", "alice", 1),
              prediction("b", null, "alice", 2),
              prediction("c", "kc", "bob", 3),
              prediction("ka", null, null, 4)),
          List.of(label("a", false, 1, 5), label("ka", true, 1, 5), label("c", false, 1, 5)));
      log.append(List.of(), List.of(label("b", false, 0, 6), label("ka", false, 0, 6)));
      assertThat(log.forget("alice")).isEqualTo(2);
      assertThat(log.forget("alice")).isZero();
    }
    try (PredictionLog log = open()) {
      Set<String> names = Set.of("a", "b", "c", "ka", "kc");
      assertThat(log.predictions(names, names))
          .extracting(LoggedPrediction::id)
          .containsExactlyInAnyOrder("c", "ka");
      assertThat(log.labels(names, names))
          .containsExactlyInAnyOrder(label("c", false, 1, 5), label("ka", false, 0, 6));
    }
  }

  @Test
  void dropBefore_aTime_keepsWhatIsNotOlder() {
    try (PredictionLog log = open()) {
      log.append(
          List.of(prediction("old", null, null, 1), prediction("new", null, null, 100)),
          List.of(label("old", false, 1, 2), label("old", false, 0, 200)));
      log.append(List.of(prediction("older", null, null, 0)), List.of());
      assertThat(log.dropBefore(START.plusSeconds(100))).isEqualTo(2);
      List<LoggedPrediction> left = new ArrayList<>();
      log.scan(Instant.MIN, left::addAll);
      assertThat(left).containsExactly(prediction("new", null, null, 100));
      assertThat(log.labels(Set.of("old"), Set.of())).containsExactly(label("old", false, 0, 200));
    }
  }

  @Test
  void times_farAway_areKept() {
    try (PredictionLog log = open()) {
      LoggedPrediction past =
          new LoggedPrediction(
              "past", null, null, new ModelVersion("m", 0), 1, Instant.MIN, List.of(), Map.of());
      LoggedPrediction future =
          new LoggedPrediction(
              "future", null, null, new ModelVersion("m", 0), -5, Instant.MAX, List.of(), Map.of());
      log.append(List.of(future, past), List.of());
      assertThat(log.predictions(Set.of("past", "future"), Set.of()))
          .containsExactlyInAnyOrder(past, future);
      assertThat(Duration.between(past.at(), future.at()).toDays()).isGreaterThan(200_000_000L);
    }
  }

  @Test
  void names_noLogCanKeep_areRefusedWithoutQuotingThem() {
    assertThatThrownBy(() -> prediction("", null, null, 0))
        .hasMessage("id: 0 characters (expected: 1..1024, without NUL or half a surrogate pair)");
    assertThatThrownBy(() -> prediction("a", "secret\0", null, 0))
        .hasMessageContaining("key: 7 characters")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> prediction("a", null, "\uD83D", 0)).hasMessageContaining("unit: 1");
    assertThatThrownBy(() -> label("x".repeat(1_025), true, 0, 0))
        .hasMessageContaining("key: 1025");
    assertThatThrownBy(() -> label("x", false, Double.NaN, 0)).hasMessageContaining("label: NaN");
    assertThat(prediction("p1", "key-1", "alice", 0).toString()).doesNotContain("key-1", "alice");
    assertThat(label("key-1", true, 1, 0).toString()).doesNotContain("key-1");
  }
}
