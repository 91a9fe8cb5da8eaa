package io.mlops4j.features;

import static io.mlops4j.features.Aggregate.count;
import static io.mlops4j.features.Aggregate.last;
import static io.mlops4j.features.Aggregate.mean;
import static io.mlops4j.features.Aggregate.rate;
import static io.mlops4j.features.Window.lastEvents;
import static io.mlops4j.features.Window.today;
import static io.mlops4j.features.Window.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeatureViewTest {
  private static final Click CLICK = new Click("e", "u", Clicks.START, Clicks.START, 12.0, "p");

  private static FeatureViewBuilder<Click, String> builder() {
    return FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
        .happened(Click::at)
        .known(Click::known)
        .id(Click::id);
  }

  private static FeatureView<Click, String> mean(int events) {
    return builder().feature("mean", Aggregate.mean("amount"), lastEvents(events)).build();
  }

  @Test
  void build_incomplete_saysWhatIsMissing() {
    assertThatThrownBy(
            () -> FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("FeatureView clicks needs happened(…), known(…) or knownAtOnce()");
    assertThatThrownBy(() -> builder().happened(Click::at))
        .hasMessage("happened was already set for view clicks");
    assertThatThrownBy(
            () -> FeatureView.named("c", Clicks.USER, Clicks.CLICK, Click::user).knownAtOnce())
        .hasMessage("knownAtOnce: say first when events happened");
    assertThatThrownBy(() -> FeatureView.named("1", Clicks.USER, Clicks.CLICK, Click::user))
        .hasMessageContaining("view: \"1\" (expected: 1 to 64");
  }

  @Test
  void feature_thatCannotBe_isRefused() {
    assertThatThrownBy(
            () -> builder().feature("f", Aggregate.mean("amuont"), lastEvents(1)).build())
        .hasMessage("feature f: no column amuont. Columns: id, user, at, known, amount, page.");
    assertThatThrownBy(() -> builder().feature("f", Aggregate.mean("page"), lastEvents(1)).build())
        .hasMessage("feature f: MEAN of page: categorical (expected: a column of numbers)");
    assertThatThrownBy(() -> builder().feature("f", rate(Duration.ofHours(1)), lastEvents(5)))
        .hasMessageContaining("expected: a span of time; a rate needs one");
    assertThatThrownBy(
            () ->
                builder().feature("f", count(), lastEvents(1)).feature("f", count(), lastEvents(2)))
        .hasMessage("feature: there is already a f");
    assertThatThrownBy(() -> builder().column("amount", click -> 1))
        .hasMessage("column: there is already a amount");
    assertThatThrownBy(() -> builder().ttl(Duration.ZERO)).hasMessageContaining("ttl: PT0S");
    assertThatThrownBy(() -> lastEvents(0)).hasMessage("events: 0 (expected: 1..10000)");
    assertThatThrownBy(() -> within(Duration.ofDays(-1))).hasMessageContaining("span: PT-24H");
    assertThatThrownBy(() -> Aggregate.decayedSum("x", Duration.ZERO))
        .hasMessage("scale of DECAYED_SUM: PT0S (expected: more than 0)");
    assertThatThrownBy(() -> Aggregate.sum(" ")).hasMessageContaining("column: blank");
  }

  @Test
  void fingerprint_changesWithEveryDefinitionAndOnlyThen() {
    assertThat(mean(3).fingerprint()).isEqualTo(mean(3).fingerprint()).hasSize(64);
    assertThat(
            List.of(
                mean(3).fingerprint(),
                mean(4).fingerprint(),
                builder()
                    .feature("mean", Aggregate.sum("amount"), lastEvents(3))
                    .build()
                    .fingerprint(),
                builder()
                    .feature("other", Aggregate.mean("amount"), lastEvents(3))
                    .build()
                    .fingerprint(),
                builder()
                    .ttl(Duration.ofDays(1))
                    .feature("mean", Aggregate.mean("amount"), lastEvents(3))
                    .build()
                    .fingerprint(),
                builder()
                    .revision(1)
                    .feature("mean", Aggregate.mean("amount"), lastEvents(3))
                    .build()
                    .fingerprint(),
                builder()
                    .feature("mean", Aggregate.mean("amount"), today(Clicks.BERLIN))
                    .build()
                    .fingerprint()))
        .doesNotHaveDuplicates();
  }

  @Test
  void fingerprint_withExamples_noticesThatCodeChanged() {
    FeatureView<Click, String> one = large(10);
    assertThat(large(10).fingerprint()).isEqualTo(one.fingerprint());
    assertThat(large(11).fingerprint()).as("no example tells").isEqualTo(one.fingerprint());
    assertThat(large(13).fingerprint()).isNotEqualTo(one.fingerprint());
  }

  private static FeatureView<Click, String> large(double limit) {
    return builder()
        .column("large", click -> click.amount() != null && click.amount() > limit ? 1 : 0)
        .feature("large", Aggregate.mean("large"), lastEvents(3))
        .examples(List.of(CLICK))
        .build();
  }

  @Test
  void schema_kinds_followTheColumns() {
    Click secret = new Click("e", "u", Clicks.START, Clicks.START, 917.25, "p");
    FeatureView<Click, String> view =
        FeatureView.named("clicks", Clicks.USER, Clicks.CLICK.withSensitive("amount"), Click::user)
            .happened(Click::at)
            .known(Click::known)
            .id(Click::id)
            .category("letter", click -> click.page() == null ? null : click.page().substring(0, 1))
            .feature("page", last("page"), lastEvents(1))
            .feature("letter", last("letter"), lastEvents(1))
            .feature("when", last("at"), lastEvents(1))
            .feature("spent", Aggregate.sum("amount"), lastEvents(2))
            .build();

    Schema<FeatureValues> schema = view.schema();
    assertThat(schema.feature("page").kind()).isEqualTo(FeatureKind.CATEGORICAL);
    assertThat(schema.feature("when").kind()).isEqualTo(FeatureKind.TIME);
    assertThat(schema.feature("spent").sensitive()).isTrue();
    assertThat(schema.features()).allSatisfy(f -> assertThat(f.definition()).isPresent());
    FeatureRow<Row> row =
        PointInTimeJoinTest.join(
                view, List.of(new Row("u", Clicks.START, 0)), List.of(secret), true)
            .get(0);
    FeatureValues values = row.of("clicks");
    assertThat(values.number("when")).isEqualTo((double) Clicks.START.toEpochMilli());
    assertThat(values.newestEvent()).hasValue(Clicks.START);
    assertThat(values.toString())
        .contains("letter=p")
        .contains("spent=(sensitive)")
        .doesNotContain("917");
    assertThat(row.number("number")).isZero();
    assertThatThrownBy(() -> row.of("clikcs"))
        .hasMessage("view: no clikcs (expected: one of [clicks])");
  }

  @Test
  void event_withoutTimeOrId_isAnError() {
    List<Row> rows = List.of(new Row("u", Clicks.START, 0));
    FeatureView<Click, String> timeless =
        FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
            .happened(click -> null)
            .known(Click::known)
            .id(Click::id)
            .feature("n", count(), lastEvents(1))
            .build();
    FeatureView<Click, String> nameless =
        FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
            .happened(Click::at)
            .knownAtOnce()
            .id(click -> null)
            .feature("n", count(), lastEvents(1))
            .build();

    assertThatThrownBy(() -> PointInTimeJoinTest.join(timeless, rows, List.of(CLICK), true))
        .hasMessage("View clicks: event e does not say when it happened. Filter such events.");
    assertThatThrownBy(() -> PointInTimeJoinTest.join(nameless, rows, List.of(CLICK), true))
        .hasMessage("View clicks: an event has no id. Give it one, or use idFromContent().");
    Click ancient = new Click("e", "u", Instant.MIN, Clicks.START, 1.0, "p");
    assertThatThrownBy(() -> PointInTimeJoinTest.join(mean(1), rows, List.of(ancient), true))
        .hasMessageContaining("(expected: 1678 to 2261)");
  }

  @Test
  void idFromContent_equalEvents_areOne() {
    FeatureView<Click, String> view =
        FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
            .happened(Click::at)
            .knownAtOnce()
            .idFromContent()
            .feature("n", count(), lastEvents(9))
            .build();
    Click other = new Click("e", "u", Clicks.START, Clicks.START, 12.5, "p");

    FeatureRow<Row> row =
        PointInTimeJoinTest.join(
                view,
                List.of(new Row("u", Clicks.START, 0)),
                List.of(CLICK, other, new Click("e", "u", Clicks.START, Clicks.START, 12.0, "p")),
                true)
            .get(0);

    assertThat(row.number("n")).isEqualTo(2);
  }

  record Local(String id, LocalDateTime at) {}

  @Test
  void happened_localTimeThatOccursTwice_isTheFirst() {
    FeatureView<Local, String> view =
        FeatureView.named("local", Clicks.USER, Schema.of(Local.class), (Local local) -> "u")
            .happened(Local::at, ZoneId.of("Europe/Berlin"))
            .knownAtOnce()
            .id(Local::id)
            .feature("n", count(), today(ZoneId.of("Europe/Berlin")))
            .build();

    assertThat(view.visibleFrom(new Local("a", LocalDateTime.parse("2026-10-25T02:30:00"))))
        .hasValue(Instant.parse("2026-10-25T00:30:00Z"));
    assertThat(view.visibleFrom(new Local("a", LocalDateTime.parse("2026-03-29T02:30:00"))))
        .as("skipped: moved on by the gap")
        .hasValue(Instant.parse("2026-03-29T01:30:00Z"));
    assertThat(view.keyOf(new Local("a", LocalDateTime.parse("2026-03-29T02:30:00"))))
        .isEqualTo("u");
  }

  enum Size {
    SMALL
  }

  record Composite(long a, @Nullable String b, Size c, UUID d) {}

  record Wrong(double a) {}

  @Test
  void entity_keys_haveTextsOfTheirOwn() {
    Entity<Composite> entity = Entity.of("thing", Composite.class);
    UUID id = UUID.fromString("00000000-0000-0000-0000-000000000001");

    assertThat(entity.text(new Composite(-1, "a b%\u00e9", Size.SMALL, id)))
        .isEqualTo("2:-117:a%0020b%0025%00e95:SMALL36:00000000-0000-0000-0000-000000000001");
    assertThat(entity.text(new Composite(1, null, Size.SMALL, id))).isEmpty();
    assertThat(Clicks.USER.text(null)).isEmpty();
    assertThat(Clicks.USER.text("")).isEqualTo("0:");
    assertThat(Clicks.USER.text("x".repeat(500))).hasSize(65).startsWith("#");
    assertThat(Clicks.USER.text("\ud800")).isNotEqualTo(Clicks.USER.text("?"));
    assertThat(entity).isNotEqualTo(Clicks.USER).hasToString("thing(a:whole,b:text,c:text,d:uuid)");
    assertThat(Entity.of("user", String.class)).isEqualTo(Clicks.USER);
    assertThatThrownBy(() -> Entity.of("wrong", Wrong.class))
        .hasMessage(
            "key of wrong.a: a double (expected: String, a whole number, an enum, UUID, or a"
                + " record of those)");
  }

  @Test
  void infinities_followIeee() {
    List<Click> events =
        List.of(
            new Click("a", "u", Clicks.START, Clicks.START, Double.POSITIVE_INFINITY, "p"),
            new Click("b", "u", Clicks.START, Clicks.START, 1.0, "p"));

    FeatureRow<Row> row =
        PointInTimeJoinTest.join(mean(5), List.of(new Row("u", Clicks.START, 0)), events, true)
            .get(0);

    assertThat(row.number("mean")).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void set_namesAndFactory_roundTrip() {
    FeatureView<Click, String> view = mean(3);
    FeatureSet<Row> set =
        Clicks.set(view)
            .with("again", view, Row::user)
            .computed("twice", 1, row -> 2 * row.number("mean"));

    assertThat(set.schema().features())
        .extracting(io.mlops4j.core.Feature::name)
        .containsExactly("user", "at", "number", "mean", "again.mean", "twice");
    FeatureRow<Row> row =
        set.schema()
            .row(
                java.util.Map.of(
                    "user", "u", "at", "2026-01-01T00:00:00Z", "number", 3, "mean", 1.5));
    assertThat(row.number("twice")).isEqualTo(3);
    assertThat(row.number("again.mean")).isNaN();
    assertThat(row.at()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(set.definitions()).containsOnlyKeys("features.clicks", "features.twice");
    assertThatThrownBy(() -> set.with(view, Row::user))
        .hasMessageContaining("has two features named mean");
    assertThat(Clicks.set(view).computed("twice", 2, r -> 0).definitions().get("features.twice"))
        .isNotEqualTo(set.definitions().get("features.twice"));
    Dataset<FeatureRow<Row>> joined =
        set.join(Dataset.of(Clicks.ROW, List.of(new Row("u", Clicks.START, 0))))
            .events(view, Clicks.dataset(List.of(CLICK)))
            .dataset();
    assertThat(joined.schema().fingerprint()).isEqualTo(set.schema().fingerprint());
    assertThat(joined.stream().map(r -> r.number("twice"))).containsExactly(24.0);
  }
}
