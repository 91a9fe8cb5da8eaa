package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

class OnlineViewTest {
  private final VirtualTime time = VirtualTime.startingAt(Clicks.START);
  private final OnlineStore store = OnlineStore.inMemory(1 << 24, time);

  private static FeatureView<Click, String> counts(Window window) {
    return FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
        .happened(Click::at)
        .known(Click::known)
        .id(Click::id)
        .feature("clicks", Aggregate.count(), window)
        .feature("last", Aggregate.last("amount"), window)
        .build();
  }

  private static Click click(String id, Instant at, double amount) {
    return new Click(id, "u", at, at, amount, "p");
  }

  @Test
  void write_mixedEvents_saysWhatBecameOfEach() {
    OnlineView<Click, String> online =
        OnlineView.of(counts(Window.within(Duration.ofHours(2))), store, time)
            .withHistory(Duration.ZERO);
    Click good = click("a", Clicks.START, 1);
    Click old = click("b", Clicks.START.minus(Duration.ofHours(3)), 1);
    Click never = new Click("c", "u", Clicks.START, null, 1.0, "p");
    Click nobodys = new Click("d", null, Clicks.START, Clicks.START, 1.0, "p");

    Materialized result =
        online.materialize(
            Clicks.dataset(List.of(good, good, old, never, nobodys)), Progress.silent());

    assertThat(result.events()).isEqualTo(5);
    assertThat(result.written()).isEqualTo(1);
    assertThat(result.duplicates()).isEqualTo(1);
    assertThat(result.tooOld()).isEqualTo(1);
    assertThat(result.withoutKey()).isEqualTo(1);
    assertThat(result.notKnown()).isEqualTo(1);
    assertThat(result.entities()).isEqualTo(1);
    assertThat(result.newest()).hasValue(Clicks.START);
    assertThat(online.write(List.of(good)).duplicates()).isEqualTo(1);
    assertThat(online.read("u").number("clicks")).isEqualTo(1);
    assertThat(online.read("nobody").number("clicks")).isZero();
    assertThat(online.read(null).number("last")).isNaN();
  }

  @Test
  void read_beforeTheHistory_isRefusedNotGuessed() {
    OnlineView<Click, String> online =
        OnlineView.of(counts(Window.within(Duration.ofHours(2))), store, time);
    online.write(List.of(click("a", Clicks.START, 1)));

    assertThat(online.read("u", Clicks.START.minus(Duration.ofHours(1))).number("clicks")).isZero();
    assertThatThrownBy(
            () -> online.read("u", Clicks.START.minus(Duration.ofHours(1)).minusNanos(1)))
        .isInstanceOf(FeatureException.class)
        .hasMessage(
            "View clicks was asked for 2026-03-28T18:59:59.999999999Z, and its store answers for"
                + " times from 2026-03-28T19:00:00Z on. Give withHistory(…) a longer time.");
    assertThatThrownBy(
            () -> online.read("other", Clicks.START.minus(Duration.ofHours(1)).minusNanos(1)))
        .isInstanceOf(FeatureException.class);
    assertThatThrownBy(() -> online.withHistory(Duration.ofDays(-1)))
        .hasMessageContaining("history: PT-24H");
  }

  @Test
  void write_clockFarAhead_dropsNothingThatIsNeeded() {
    FeatureView<Click, String> view = counts(Window.within(Duration.ofHours(2)));
    OnlineView<Click, String> online = OnlineView.of(view, store, time);
    VirtualTime ahead = VirtualTime.startingAt(Clicks.START.plus(Duration.ofDays(400)));
    online.write(List.of(click("a", Clicks.START.minusSeconds(60), 1)));

    OnlineView.of(view, store, ahead).write(List.of(click("b", Clicks.START.minusSeconds(30), 2)));

    assertThat(online.read("u").number("clicks")).isEqualTo(2);
  }

  @Test
  void write_correction_replacesWhatWasKnown() {
    OnlineView<Click, String> online = OnlineView.of(counts(Window.lastEvents(5)), store, time);
    online.write(List.of(click("a", Clicks.START, 1)));
    Instant later = Clicks.START.plusSeconds(10);
    online.write(List.of(new Click("a", "u", Clicks.START, later, 5.0, "p")));

    assertThat(online.read("u").number("last")).isEqualTo(1);
    assertThat(online.read("u", later).number("last")).isEqualTo(5);
    assertThat(online.read("u", later).number("clicks")).isEqualTo(1);
  }

  @Test
  void state_manyEvents_staysAsSmallAsTheWindows() {
    FeatureView<Click, String> view = counts(Window.lastEvents(20));
    OnlineView<Click, String> online = OnlineView.of(view, store, time);
    Random random = new Random(5);
    for (int day = 0; day < 50; day++) {
      time.advance(Duration.ofDays(1));
      List<Click> clicks = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        clicks.add(click(day + "-" + i, time.now().minusSeconds(random.nextInt(80_000)), 1));
      }
      online.write(clicks);
    }

    byte[] state = store.get(online.table(), Clicks.USER.text("u")).orElseThrow();
    assertThat(state.length).isLessThan(45 * 60);
    assertThat(online.read("u").number("clicks")).isEqualTo(20);
  }

  @Test
  void table_otherDefinition_isAnotherOne() {
    OnlineView<Click, String> one = OnlineView.of(counts(Window.lastEvents(1)), store, time);
    OnlineView<Click, String> two = OnlineView.of(counts(Window.lastEvents(2)), store, time);
    one.write(List.of(click("a", Clicks.START, 1)));

    assertThat(one.table()).isNotEqualTo(two.table());
    assertThat(two.read("u").number("clicks")).as("needs to be materialized").isZero();
    store.clear(one.table());
    assertThat(one.read("u").number("clicks")).isZero();
  }

  @Test
  void state_damaged_isRefusedWithWhatToDo() {
    FeatureView<Click, String> view = counts(Window.lastEvents(5));
    OnlineView<Click, String> online = OnlineView.of(view, store, time);
    online.write(List.of(click("a", Clicks.START, 1), click("b", Clicks.START.minusSeconds(5), 2)));
    String key = Clicks.USER.text("u");
    byte[] good = store.get(online.table(), key).orElseThrow();
    Random random = new Random(9);
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] bad = hostile(good, random, i);
      try {
        Timeline read = StateForm.read("x", bad, 1);
        assertThat(view.evaluator(true).at(read, Nanos.of(Clicks.START)).numbers()).hasSize(2);
      } catch (FeatureException e) {
        refused++;
        assertThat(e)
            .hasMessageContaining("cannot be read")
            .hasMessageContaining("Clear its table");
      }
    }
    assertThat(refused).isGreaterThan(1_000);

    byte[] future = good.clone();
    future[0] = 2;
    store.replace(online.table(), key, good, future, null);
    assertThatThrownBy(() -> online.read("u"))
        .hasMessageContaining("it has format 2, and this library reads format 1");
    assertThatThrownBy(() -> StateForm.read("x", good, 3))
        .hasMessageContaining("it has 1 columns, and the view has 3");
  }

  private static byte[] hostile(byte[] good, Random random, int i) {
    if (i < good.length) {
      return java.util.Arrays.copyOf(good, i);
    }
    byte[] bad = java.util.Arrays.copyOf(good, good.length + (i % 5 == 0 ? 3 : 0));
    for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
      bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
    }
    return bad;
  }

  @Test
  void meters_readsAndWrites_areCounted() {
    MeterRegistry meters = new SimpleMeterRegistry();
    FeatureView<Click, String> view = counts(Window.lastEvents(5));
    OnlineFeatures<Row> features =
        OnlineFeatures.of(Clicks.set(view), store, time)
            .withMeters(meters)
            .withHistory(Duration.ofHours(3));
    time.advance(Duration.ofSeconds(90));
    features.view(view).write(List.of(click("a", Clicks.START, 1), click("a", Clicks.START, 1)));

    FeatureRow<Row> row = features.row(new Row("u", time.now(), 0));
    features.row(new Row("x", time.now(), 0), time.now().plusSeconds(1));

    assertThat(row.number("last")).isEqualTo(1);
    assertThat(meters.get("mlops.features.freshness").timeGauge().value()).isEqualTo(90);
    assertThat(meters.get("mlops.features.events").tag("outcome", "written").counter().count())
        .isEqualTo(1);
    assertThat(meters.get("mlops.features.events").tag("outcome", "duplicate").counter().count())
        .isEqualTo(1);
    assertThat(meters.get("mlops.features.reads").tag("result", "found").counter().count())
        .isEqualTo(1);
    assertThat(meters.get("mlops.features.reads").tag("result", "empty").counter().count())
        .isEqualTo(1);
    assertThat(meters.get("mlops.features.reads.ahead").counter().count()).isEqualTo(1);
    assertThat(meters.get("mlops.features.age").timer().count()).isEqualTo(1);
    assertThat(meters.get("mlops.features.forgotten").functionCounter().count()).isZero();
    assertThatThrownBy(() -> features.view(counts(Window.lastEvents(5))))
        .hasMessage("view: clicks is not in the set");
  }

  @Test
  void inMemory_full_forgetsAndSaysHowOften() {
    CaffeineStore small = new CaffeineStore(2_000, time);
    for (int i = 0; i < 50; i++) {
      small.replace("t", "k" + i, null, new byte[100], null);
    }
    assertThat(small.evicted()).isGreaterThan(30);
    assertThatThrownBy(() -> OnlineStore.inMemory(0))
        .hasMessage("maxBytes: 0 (expected: 1 or more)");
  }

  @Test
  void jdbc_h2_keepsStatesOverReopening() throws Exception {
    JdbcConnectionPool pool =
        JdbcConnectionPool.create("jdbc:h2:mem:view;DB_CLOSE_DELAY=-1", "sa", "");
    FeatureView<Click, String> view = counts(Window.within(Duration.ofHours(2)));
    OnlineView.of(view, OnlineStore.jdbc(pool, "features", time), time)
        .write(List.of(click("a", Clicks.START, 7)));
    OnlineStore again = OnlineStore.jdbc(pool, "features", time);
    OnlineView<Click, String> online = OnlineView.of(view, again, time);

    assertThat(online.read("u").number("last")).isEqualTo(7);
    online.write(List.of(click("b", Clicks.START.plusSeconds(1), 8)));
    assertThat(online.read("u", Clicks.START.plusSeconds(1)).number("last")).isEqualTo(8);
    time.advance(Duration.ofHours(4));
    assertThat(online.read("u").number("clicks")).isZero();
    online.write(List.of(click("c", time.now(), 9)));
    assertThat(online.read("u").number("last")).isEqualTo(9);
    again.clear(online.table());
    assertThat(online.read("u").number("clicks")).isZero();
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE features");
    }
    assertThatThrownBy(() -> online.read("u"))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("Online store 'features' cannot be read: the database answered with");
    assertThatThrownBy(() -> OnlineStore.jdbc(pool, "x; DROP", time))
        .hasMessageContaining("(expected: 1 to 40 letters");
  }
}
