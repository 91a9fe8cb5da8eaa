package io.mlops4j.features;

import static io.mlops4j.features.Aggregate.count;
import static io.mlops4j.features.Aggregate.last;
import static io.mlops4j.features.Window.lastEvents;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where backends of other feature stores answer differently, there is one answer here. */
class FeastDisagreementsTest {
  private static final Instant T = Instant.parse("2026-05-01T12:00:00Z");

  record Key(int account, String card) {}

  record Score(
      String id, int account, String card, Instant at, @Nullable Instant created, double value) {}

  record Ask(int account, String card, Instant at, String label) {}

  private static final FeatureView<Score, Key> VIEW = view(Duration.ofDays(1));

  private static FeatureView<Score, Key> view(Duration ttl) {
    return FeatureView.named(
            "scores",
            Entity.of("card", Key.class),
            Schema.of(Score.class),
            (Score score) -> new Key(score.account(), score.card()))
        .happened(Score::at)
        .known(Score::created)
        .id(Score::id)
        .ttl(ttl)
        .feature("value", last("value"), lastEvents(1))
        .feature("scores", count(), lastEvents(100))
        .build();
  }

  private static List<FeatureRow<Ask>> join(List<Ask> rows, List<Score> scores) {
    FeatureSet<Ask> set =
        FeatureSet.of(Schema.of(Ask.class), Ask::at)
            .with(VIEW, ask -> new Key(ask.account(), ask.card()));
    try (Stream<FeatureRow<Ask>> stream =
        set
            .join(Dataset.of(Schema.of(Ask.class), rows))
            .events(VIEW, Dataset.of(VIEW.events(), scores))
            .dataset()
            .stream()) {
      return stream.toList();
    }
  }

  private static double value(FeatureRow<?> row) {
    return row.number("value");
  }

  private static Score score(String id, Duration ago, double value) {
    return new Score(id, 1, "a", T.minus(ago), T.minus(ago), value);
  }

  @Test
  void join_onlyCandidateIsTooOld_keepsTheRowWithMissingValues() {
    List<FeatureRow<Ask>> joined =
        join(List.of(new Ask(1, "a", T, "x")), List.of(score("s", Duration.ofDays(3), 7)));

    assertThat(joined).hasSize(1);
    assertThat(value(joined.get(0))).isNaN();
    assertThat(joined.get(0).number("scores")).isZero();
  }

  @Test
  void join_equalKeysAndTimesWithOtherLabels_keepsBothRows() {
    List<FeatureRow<Ask>> joined =
        join(
            List.of(new Ask(1, "a", T, "yes"), new Ask(1, "a", T, "no"), new Ask(1, "a", T, "yes")),
            List.of(score("s", Duration.ofHours(1), 7)));

    assertThat(joined).extracting(row -> row.row().label()).containsExactly("yes", "no", "yes");
    assertThat(joined).allSatisfy(row -> assertThat(value(row)).isEqualTo(7));
  }

  @Test
  void join_keysWhoseTextsRunTogetherAlike_areApart() {
    Score one = new Score("s", 1, "23", T, T, 1);
    Score other = new Score("s", 12, "3", T, T, 2);

    List<FeatureRow<Ask>> joined =
        join(List.of(new Ask(1, "23", T, ""), new Ask(12, "3", T, "")), List.of(one, other));

    assertThat(joined).extracting(FeastDisagreementsTest::value).containsExactly(1.0, 2.0);
  }

  @Test
  void join_noRows_isEmpty() {
    assertThat(join(List.of(), List.of(score("s", Duration.ZERO, 1)))).isEmpty();
  }

  @Test
  void join_noEvents_keepsAllRows() {
    assertThat(join(List.of(new Ask(1, "a", T, "")), List.of())).hasSize(1);
  }

  @Test
  void join_bothBounds_belongToTheWindow() {
    Score oldest = score("oldest", Duration.ofDays(1), 1);
    Score tooOld = score("too old", Duration.ofDays(1).plusNanos(1), 9);
    Score now = score("now", Duration.ZERO, 2);
    Score soon = score("soon", Duration.ofNanos(-1), 9);

    assertThat(value(join(List.of(new Ask(1, "a", T, "")), List.of(oldest, tooOld)).get(0)))
        .isEqualTo(1);
    assertThat(value(join(List.of(new Ask(1, "a", T, "")), List.of(now, soon)).get(0)))
        .isEqualTo(2);
  }

  @Test
  void join_createdLater_isNotSeenByDefault() {
    Score late = new Score("late", 1, "a", T.minusSeconds(60), T.plusNanos(1), 9);
    Score never = new Score("never", 1, "a", T.minusSeconds(50), null, 9);
    Score first = score("first", Duration.ofHours(1), 1);

    FeatureRow<Ask> row = join(List.of(new Ask(1, "a", T, "")), List.of(late, never, first)).get(0);

    assertThat(value(row)).isEqualTo(1);
    assertThat(row.number("scores")).isEqualTo(1);
  }

  @Test
  void join_sameEventTime_theOneCreatedLastWinsWhateverTheOrder() {
    Score early = new Score("b", 1, "a", T, T.plusSeconds(1), 1);
    Score late = new Score("a", 1, "a", T, T.plusSeconds(2), 2);
    Ask ask = new Ask(1, "a", T.plusSeconds(3), "");

    assertThat(value(join(List.of(ask), List.of(early, late)).get(0))).isEqualTo(2);
    assertThat(value(join(List.of(ask), List.of(late, early)).get(0))).isEqualTo(2);
  }

  @Test
  void read_olderThanTheTimeToLive_isMissingOnlineToo() {
    VirtualTime time = VirtualTime.startingAt(T);
    OnlineView<Score, Key> online = OnlineView.of(VIEW, OnlineStore.inMemory(1 << 20, time), time);
    online.write(List.of(score("s", Duration.ZERO, 7)));
    Key key = new Key(1, "a");
    assertThat(online.read(key).number("value")).isEqualTo(7);

    time.advance(Duration.ofDays(1));
    assertThat(online.read(key).number("value")).isEqualTo(7);
    time.advance(Duration.ofNanos(1));
    assertThat(online.read(key).number("value")).isNaN();
    assertThat(online.read(key).number("scores")).isZero();
  }
}
