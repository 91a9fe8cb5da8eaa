package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.drift.log.Databases;
import io.mlops4j.drift.log.PredictionLog;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a monitor counts, whatever the order, with repetitions and restarts, is what a join of
 * everything at the end counts. That join is written here, by other means.
 */
class QualityJoinTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Duration HORIZON = Duration.ofDays(5);
  private static final int DAYS = 20;

  private record Made(String id, @Nullable String key, double score, Instant at) {}

  private record Told(String name, boolean byKey, double value, Instant at, boolean correction) {}

  /** Events of a few weeks: labels late, twice, contradicting, corrected, withdrawn, for nobody. */
  private static final class World {
    final List<Made> predictions = new ArrayList<>();
    final List<Told> labels = new ArrayList<>();
    final List<Object> events = new ArrayList<>();

    World(int n, long seed) {
      Random random = new Random(seed);
      for (int i = 0; i < n; i++) {
        Instant at = START.plusMillis((long) (random.nextDouble() * DAYS * 86_400_000L));
        // A key in ten has several predictions.
        String key = random.nextInt(3) == 0 ? null : "k" + (i - i % (1 + random.nextInt(10) / 9));
        Made made = new Made("p" + i, key, random.nextInt(101) / 100.0, at);
        predictions.add(made);
        for (int l = random.nextInt(4); l > 0; l--) {
          labels.add(told(made, random, l == 3));
        }
        if (random.nextInt(50) == 0) {
          labels.add(new Told("nobody" + i, random.nextBoolean(), 1, at, false));
        }
      }
      events.addAll(predictions);
      events.addAll(labels);
      for (int i = n / 10; i > 0; i--) {
        events.add(events.get(random.nextInt(events.size()))); // once more
      }
      // Mostly in order, sometimes days apart.
      Map<Object, Long> order = new HashMap<>();
      events.sort(
          Comparator.comparingLong(
              e -> order.computeIfAbsent(e, k -> at(k) + (long) (random.nextGaussian() * 8e7))));
      for (int i = 0; i < n / 20; i++) {
        Collections.swap(events, random.nextInt(events.size()), random.nextInt(events.size()));
      }
    }

    private static Told told(Made made, Random random, boolean correction) {
      boolean byKey = made.key() != null && random.nextBoolean();
      double value = random.nextDouble() < made.score() ? 1 : 0;
      return new Told(
          byKey && made.key() != null ? made.key() : made.id(),
          byKey,
          correction && random.nextInt(4) == 0 ? Double.NaN : value,
          made.at().plus(Duration.ofHours(random.nextInt(150) - 10)),
          correction);
    }

    private static long at(Object event) {
      return (event instanceof Made made ? made.at() : ((Told) event).at()).toEpochMilli();
    }

    /** The label of each prediction: the rules of the documentation, one by one. */
    Map<String, Double> batch(Duration horizon) {
      Map<String, List<Made>> byKey = new HashMap<>();
      Map<String, Made> byId = new HashMap<>();
      for (Made made : predictions) {
        byId.put(made.id(), made);
        if (made.key() != null) {
          byKey.computeIfAbsent(made.key(), k -> new ArrayList<>()).add(made);
        }
      }
      Map<String, List<Told>> candidates = new HashMap<>();
      for (Told told : labels) {
        Made owner = told.byKey() ? null : byId.get(told.name());
        if (told.byKey() && byKey.containsKey(told.name())) {
          List<Made> named = new ArrayList<>(Objects.requireNonNull(byKey.get(told.name())));
          named.sort(Comparator.comparing(Made::at).thenComparing(Made::id));
          owner = named.get(0);
          for (Made made : named) {
            owner = made.at().isAfter(told.at()) ? owner : made;
          }
        }
        if (owner != null && !told.at().isAfter(owner.at().plus(horizon))) {
          candidates.computeIfAbsent(owner.id(), k -> new ArrayList<>()).add(told);
        }
      }
      Map<String, Double> result = new HashMap<>();
      candidates.forEach((id, list) -> result.put(id, chosen(list)));
      result.values().removeIf(value -> value.isNaN());
      return result;
    }

    private static double chosen(List<Told> list) {
      List<Told> corrections = list.stream().filter(Told::correction).toList();
      boolean corrected = !corrections.isEmpty();
      Comparator<Told> byTime = Comparator.comparing(Told::at);
      return (corrected ? corrections : list)
          .stream()
              .max(
                  (corrected ? byTime : byTime.reversed())
                      .thenComparing(Told::value, Double::compare))
              .orElseThrow()
              .value();
    }
  }

  private static final class Counted {
    long predictions;
    long labels;
    long positives;
    BigDecimal squares = BigDecimal.ZERO;
  }

  private static Map<Instant, Counted> expected(World world, Duration horizon) {
    Map<String, Double> labels = world.batch(horizon);
    Map<Instant, Counted> days = new TreeMap<>();
    for (Made made : world.predictions) {
      Instant day = made.at().truncatedTo(java.time.temporal.ChronoUnit.DAYS);
      Counted counted = days.computeIfAbsent(day, d -> new Counted());
      counted.predictions++;
      Double label = labels.get(made.id());
      if (label != null) {
        counted.labels++;
        counted.positives += label == 1 ? 1 : 0;
        double difference = made.score() - label;
        counted.squares = counted.squares.add(new BigDecimal(difference * difference));
      }
    }
    return days;
  }

  private static void deliver(QualityMonitor<Fleet.Trip, Double> monitor, Object event) {
    if (event instanceof Made made) {
      Prediction<Fleet.Trip, Double> p =
          Fleet.prediction(made.id(), made.key(), 1, null, made.score(), made.at());
      monitor.onPrediction(p);
    } else if (event instanceof Told told) {
      if (Double.isNaN(told.value())) {
        if (told.byKey()) {
          monitor.retractByKey(told.name(), told.at());
        } else {
          monitor.retractById(told.name(), told.at());
        }
      } else if (told.correction() && told.byKey()) {
        monitor.correctByKey(told.name(), told.value(), told.at());
      } else if (told.correction()) {
        monitor.correctById(told.name(), told.value(), told.at());
      } else if (told.byKey()) {
        monitor.reportByKey(told.name(), told.value(), told.at());
      } else {
        monitor.reportById(told.name(), told.value(), told.at());
      }
    }
  }

  private static QualityMonitorBuilder<Fleet.Trip, Double> builder() {
    return builder(HORIZON);
  }

  private static QualityMonitorBuilder<Fleet.Trip, Double> builder(Duration horizon) {
    Fleet fleet = new Fleet();
    fleet.serve(1, Optional::empty);
    return QualityMonitor.following(fleet).labelHorizon(horizon).bins(100);
  }

  private static void assertCountsAreTheBatchs(
      QualityMonitor<Fleet.Trip, Double> monitor, World world, Duration horizon) {
    Map<Instant, Counted> expected = expected(world, horizon);
    List<Quality> history = monitor.history(version(1));
    assertThat(history).extracting(Quality::from).containsExactlyElementsOf(expected.keySet());
    for (Quality quality : history) {
      Counted counted = Objects.requireNonNull(expected.get(quality.from()));
      assertThat(quality.predictions()).isEqualTo(counted.predictions);
      assertThat(quality.labels()).isEqualTo(counted.labels);
      assertThat(quality.positives()).isEqualTo(counted.positives);
      if (counted.labels > 1) {
        assertThat(quality.brier().orElseThrow().value())
            .isEqualTo(counted.squares.doubleValue() / counted.labels);
      }
    }
    long labels = expected.values().stream().mapToLong(c -> c.labels).sum();
    assertThat(monitor.joins().joined()).isEqualTo(labels);
    assertThat(labels).isGreaterThan(world.predictions.size() / 4);
  }

  private static void restartAndCompare(
      World world, Supplier<PredictionLog> open, int restarts, int longestQueue) {
    Random random = new Random(world.events.size());
    List<Integer> stops = new ArrayList<>();
    for (int i = 0; i < restarts; i++) {
      stops.add(random.nextInt(world.events.size()));
    }
    PredictionLog log = open.get();
    QualityMonitor<Fleet.Trip, Double> monitor = builder().log(log).build();
    for (int i = 0; i < world.events.size(); i++) {
      deliver(monitor, world.events.get(i));
      if (i % longestQueue == 0) {
        assertThat(monitor.flush(Duration.ofMinutes(1))).isTrue();
      }
      if (stops.contains(i)) {
        monitor.close();
        log.close();
        log = open.get();
        monitor = builder().log(log).build();
        for (int again = Math.max(0, i - 50); again <= i; again++) {
          deliver(monitor, world.events.get(again)); // whoever delivers does not know what arrived
        }
      }
    }
    assertThat(monitor.flush(Duration.ofMinutes(1))).isTrue();
    assertCountsAreTheBatchs(monitor, world, HORIZON);
    monitor.reload();
    assertCountsAreTheBatchs(monitor, world, HORIZON);
    assertThat(monitor.joins().unlogged()).isZero();
    monitor.close();
    log.close();
  }

  @Test
  void flush_onlyLabelsSoFar_isWritten() {
    PredictionLog log = PredictionLog.jdbc(Databases.h2(), "predictions");
    QualityMonitor<Fleet.Trip, Double> monitor = builder().log(log).build();
    monitor.reportById("early", 1, Instant.parse("2026-03-01T00:00:00Z"));
    assertThat(monitor.flush(Duration.ofSeconds(30))).isTrue();
    monitor.close();
    log.close();
  }

  @Test
  void join_inMemory_equalsTheBatch() {
    World world = new World(PROOF ? 200_000 : 8_000, 1);
    QualityMonitor<Fleet.Trip, Double> monitor = builder().build();
    world.events.forEach(event -> deliver(monitor, event));
    assertThat(monitor.joins().corrected()).isPositive();
    assertThat(monitor.joins().late()).isPositive();
    assertThat(monitor.joins().waiting()).isPositive();
    // In memory what is past its horizon is given up. So the exact comparison is one in which
    // nothing passes it.
    Duration all = Duration.ofDays(2L * DAYS);
    QualityMonitor<Fleet.Trip, Double> patient = builder(all).capacity(10_000_000).build();
    world.events.forEach(event -> deliver(patient, event));
    assertCountsAreTheBatchs(patient, world, all);
  }

  @Test
  void join_inH2WithRestarts_equalsTheBatch() {
    DataSource source = Databases.h2();
    int n = PROOF ? 400_000 : 4_000; // each has 1.5 labels, and a tenth of all comes twice
    restartAndCompare(
        new World(n, 2), () -> PredictionLog.jdbc(source, "predictions"), PROOF ? 5 : 3, 2_000);
  }

  @Test
  void join_inPostgresWithRestarts_equalsTheBatch() {
    String table = Databases.table();
    restartAndCompare(
        new World(PROOF ? 50_000 : 1_500, 3),
        () -> PredictionLog.jdbc(Databases.postgres(), table),
        3,
        2_000);
  }

  @Test
  void join_inAnObjectStoreWithRestarts_equalsTheBatch() {
    ObjectStore store = ObjectStore.inMemory();
    restartAndCompare(
        new World(PROOF ? 50_000 : 3_000, 4), () -> PredictionLog.in(store, "trips"), 3, 2_000);
  }

  @Test
  void batch_oneLabelLess_isNotEqual() {
    World world = new World(500, 5);
    ObjectStore store = ObjectStore.inMemory();
    QualityMonitor<Fleet.Trip, Double> monitor =
        builder().log(PredictionLog.in(store, "trips")).build();
    String labelled = world.batch(HORIZON).keySet().iterator().next();
    world.events.forEach(event -> deliver(monitor, event));
    monitor.flush(Duration.ofMinutes(1));
    assertCountsAreTheBatchs(monitor, world, HORIZON);
    monitor.retractById(labelled, START.plus(HORIZON.multipliedBy(5)).minusSeconds(1));
    monitor.correctById(labelled, 1, START.plus(Duration.ofDays(99))); // too late to matter
    Instant made =
        world.predictions.stream()
            .filter(p -> p.id().equals(labelled))
            .findFirst()
            .orElseThrow()
            .at();
    monitor.retractById(labelled, made.plus(HORIZON));
    monitor.flush(Duration.ofMinutes(1));
    assertThatThrownBy(() -> assertCountsAreTheBatchs(monitor, world, HORIZON))
        .isInstanceOf(AssertionError.class);
    monitor.close();
  }
}
