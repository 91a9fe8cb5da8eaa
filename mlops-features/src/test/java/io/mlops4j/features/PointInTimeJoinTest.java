package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointInTimeJoinTest {
  private static final @Nullable Duration[] TTLS = {
    null, Duration.ofHours(2), Duration.ofMinutes(20), Duration.ofHours(9)
  };

  @Property(tries = 30)
  void join_randomEvents_equalsTheDefinition(
      @ForAll long seed, @ForAll @IntRange(max = 3) int ttl, @ForAll boolean knownOnly) {
    List<Click> events = Clicks.events(seed, 40);
    List<Row> rows = Clicks.rows(seed, 25);
    FeatureView<Click, String> view = Clicks.view(TTLS[ttl]);

    List<FeatureRow<Row>> joined = join(view, rows, events, knownOnly);

    assertThat(joined).extracting(FeatureRow::row).containsExactlyElementsOf(rows);
    for (FeatureRow<Row> row : joined) {
      assertEqual(
          row,
          NaiveJoin.of(row.row(), events, TTLS[ttl], knownOnly),
          NaiveJoin.fadedSizes(row.row(), events, TTLS[ttl], knownOnly));
    }
  }

  private static void assertEqual(
      FeatureRow<Row> row, Map<String, @Nullable Object> expected, Map<String, Double> sizes) {
    FeatureValues values = row.of("clicks");
    expected.forEach(
        (feature, value) -> {
          if (value instanceof Double number && feature.startsWith("fading") && !number.isNaN()) {
            // The weights are within an ulp of each other: Math.pow and StrictMath.pow. What they
            // weigh may nearly cancel, so the error is one of the parts and not of their sum.
            assertThat(values.number(feature))
                .as(feature + " of " + row.row())
                .isCloseTo(
                    number, within(Math.max(1e-300, sizes.getOrDefault(feature, 0.0) * 1e-13)));
          } else if (value instanceof Double number) {
            assertThat(values.number(feature)).as(feature + " of " + row.row()).isEqualTo(number);
          } else {
            assertThat(values.text(feature)).as(feature + " of " + row.row()).isEqualTo(value);
          }
        });
  }

  @Property(tries = 10)
  void join_otherOrderOfEventsAndRows_sameValues(@ForAll long seed) {
    List<Click> events = Clicks.events(seed, 60);
    List<Row> rows = Clicks.rows(seed, 20);
    FeatureView<Click, String> view = Clicks.view(null);
    List<FeatureRow<Row>> joined = join(view, rows, events, true);

    List<Click> shuffled = new ArrayList<>(events);
    shuffled.addAll(events.subList(0, 10));
    Collections.shuffle(shuffled, new Random(seed));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed + 1));
    List<FeatureRow<Row>> again =
        join(view, order.stream().map(rows::get).toList(), shuffled, true);

    for (int i = 0; i < order.size(); i++) {
      assertThat(again.get(i)).isEqualTo(joined.get(order.get(i)));
    }
  }

  @Test
  void join_littleMemory_writesFilesAndRemovesThem(@TempDir Path directory) throws IOException {
    List<Click> events = Clicks.events(7, 20_000);
    List<Row> rows = Clicks.rows(7, 20_000);
    FeatureView<Click, String> view = Clicks.view(null);
    AtomicInteger most = new AtomicInteger();
    PointInTimeJoin<Row> join =
        Clicks.set(view)
            .join(Dataset.of(Clicks.ROW, rows))
            .events(view, Clicks.dataset(events))
            .directory(directory)
            .memory(1 << 20);

    List<FeatureRow<Row>> joined;
    try (Stream<FeatureRow<Row>> stream =
        join.dataset().stream()
            .peek(row -> most.accumulateAndGet(files(directory).size(), Math::max))) {
      joined = stream.toList();
    }

    assertThat(joined).isEqualTo(join(view, rows, events, true));
    assertThat(most.get()).isGreaterThan(2);
    assertThat(files(directory)).isEmpty();
    Stream<FeatureRow<Row>> abandoned = join.dataset().stream();
    assertThat(abandoned.limit(3).toList()).hasSize(3);
    abandoned.close();
    assertThat(files(directory)).isEmpty();
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !path.equals(directory)).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void join_sourceChangesBetweenReadings_isRefused() {
    AtomicInteger reading = new AtomicInteger();
    List<Row> rows = Clicks.rows(1, 10);
    Dataset<Row> changing =
        Dataset.of("rows", Clicks.ROW, () -> rows.stream().limit(10 - reading.getAndIncrement()));
    FeatureView<Click, String> view = Clicks.view(null);
    Dataset<FeatureRow<Row>> joined =
        Clicks.set(view).join(changing).events(view, Clicks.dataset(List.of())).dataset();

    assertThatThrownBy(joined::rows)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows gave other rows when it was read again");
  }

  @Test
  void join_eventsMissingOrUnknown_saysWhich() {
    FeatureView<Click, String> view = Clicks.view(null);
    PointInTimeJoin<Row> join = Clicks.set(view).join(Dataset.of(Clicks.ROW, List.of()));

    assertThatThrownBy(join::dataset)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("join: the events of view clicks were not given");
    assertThatThrownBy(() -> join.events(Clicks.view("others", null), Clicks.dataset(List.of())))
        .hasMessage("events: view others is not in the set");
    join.events(view, Clicks.dataset(List.of()));
    assertThatThrownBy(() -> join.events(view, Clicks.dataset(List.of())))
        .hasMessage("events of clicks were already given");
    assertThatThrownBy(() -> join.memory(10)).hasMessage("memory: 10 (expected: at least 1048576)");
  }

  static List<FeatureRow<Row>> join(
      FeatureView<Click, String> view, List<Row> rows, List<Click> events, boolean knownOnly) {
    PointInTimeJoin<Row> join =
        Clicks.set(view).join(Dataset.of(Clicks.ROW, rows)).events(view, Clicks.dataset(events));
    try (Stream<FeatureRow<Row>> stream =
        (knownOnly ? join : join.ignoringKnowledgeTime()).dataset().stream()) {
      return stream.toList();
    }
  }
}
