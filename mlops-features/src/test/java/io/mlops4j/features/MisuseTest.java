package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What careless and hostile users do to views, joins and stores: the error names who and what, no
 * other entity pays for it, and no file is left.
 */
@Timeout(60)
@SuppressWarnings("NullAway") // What a caller without a checker may do.
class MisuseTest {
  private final VirtualTime time = VirtualTime.startingAt(Clicks.START);
  private final OnlineStore store = OnlineStore.inMemory(1 << 24, time);

  private static FeatureView<Click, String> view(String page) {
    return FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
        .happened(Click::at)
        .known(Click::known)
        .id(Click::id)
        .column("long", click -> click.page() == null ? 0 : click.page().length())
        .feature(page, Aggregate.count(), Window.within(Duration.ofHours(2)))
        .feature("last", Aggregate.last("page"), Window.within(Duration.ofHours(2)))
        .build();
  }

  private static Click click(String id, @Nullable String user, String page) {
    return new Click(id, user, Clicks.START, Clicks.START, 1.0, page);
  }

  @Test
  void set_twoViewsOfOneName_areRefused() {
    FeatureView<Click, String> one = view("one");
    FeatureSet<Row> set = FeatureSet.of(Clicks.ROW, Row::at).with("a", one, Row::user);
    assertThatThrownBy(() -> set.with("b", view("two"), Row::user))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "view: clicks is in the set with another definition (expected: a name of its own for"
                + " each definition)");
    // The same one twice is what prefixes are for.
    assertThat(set.with("b", one, row -> "other").schema().has("b.one")).isTrue();
  }

  /** Its windows hold more than a state may have: it, and nobody else, is not written. */
  @Test
  void write_oneEntityTooLarge_othersAreWritten() {
    OnlineView<Click, String> online = OnlineView.of(view("clicks"), store, time);
    List<Click> events = new ArrayList<>();
    events.add(click("a", "before", "p"));
    String page = "x".repeat(1_000_000);
    for (int i = 0; i < 9; i++) {
      events.add(click("e" + i, "large", page));
    }
    events.add(click("b", "after", "p"));
    assertThatThrownBy(() -> online.write(events))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("View clicks: the windows of one entity hold 9 events, which are ")
        .hasMessageEndingWith(
            "Shorten the windows or the history. The events of 2 of 3 entities were written.");
    assertThat(online.read("before").number("clicks")).isEqualTo(1);
    assertThat(online.read("after").number("clicks")).isEqualTo(1);
    assertThat(online.read("large").number("clicks")).isZero();
  }

  @Test
  void write_oneStateDamaged_othersAreWrittenAndRead() {
    FeatureView<Click, String> clicks = view("clicks");
    OnlineView<Click, String> online = OnlineView.of(clicks, store, time);
    String damaged = clicks.entity().text("damaged");
    assertThat(store.replace(online.table(), damaged, null, new byte[] {9, 1, 2}, null)).isTrue();
    assertThatThrownBy(
            () -> online.write(List.of(click("a", "damaged", "p"), click("b", "after", "p"))))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("entity " + damaged + " in table clicks.")
        .hasMessageContaining("it has format 9, and this library reads format 1")
        .hasMessageEndingWith("The events of 1 of 2 entities were written.");
    assertThat(online.read("after").number("clicks")).isEqualTo(1);
    assertThatThrownBy(() -> online.read("damaged"))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("Clear its table and materialize the view again");
    store.clear(online.table());
    assertThat(online.write(List.of(click("a", "damaged", "p"))).written()).isEqualTo(1);
  }

  @Test
  void events_thatCannotBeRead_areNamed() {
    OnlineView<Click, String> online = OnlineView.of(view("clicks"), store, time);
    Click far = new Click("far", "u", Instant.MAX, Instant.MAX, 1.0, "p");
    assertThatThrownBy(() -> online.write(List.of(far)))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("View clicks: event far happened at " + Instant.MAX);
    assertThatThrownBy(() -> online.read("u", Instant.MIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(expected: 1678 to 2261)");
    FeatureView<Click, String> failing =
        FeatureView.named("failing", Clicks.USER, Clicks.CLICK, Click::user)
            .happened(Click::at)
            .known(Click::known)
            .id(Click::id)
            .column("amounts", click -> click.amount())
            .feature("sum", Aggregate.sum("amounts"), Window.within(Duration.ofHours(2)))
            .build();
    Click without = new Click("e7", "u", Clicks.START, Clicks.START, null, "p");
    assertThatThrownBy(() -> OnlineView.of(failing, store, time).write(List.of(without)))
        .isInstanceOf(FeatureException.class)
        .hasMessage(
            "View failing: the column amounts of event e7 cannot be read:"
                + " java.lang.NullPointerException (see the cause). Let its function answer every"
                + " event, NaN where there is nothing.")
        .hasCauseInstanceOf(NullPointerException.class);
    assertThat(online.read("u").number("clicks")).isZero();
  }

  /** A store that answers what it should not. */
  private record Odd(boolean stores, Supplier<Optional<byte[]>> answer) implements OnlineStore {
    @Override
    public Optional<byte[]> get(String table, String key) {
      return answer.get();
    }

    @Override
    public boolean replace(
        String table,
        String key,
        byte @Nullable [] expected,
        byte[] state,
        @Nullable Instant expires) {
      return stores;
    }

    @Override
    public void clear(String table) {}
  }

  @Test
  void stores_thatNeverAgree_areGivenUpNotWaitedFor() {
    List<Click> one = List.of(click("a", "u", "p"));
    OnlineView<Click, String> never =
        OnlineView.of(view("clicks"), new Odd(false, Optional::empty), time);
    assertThatThrownBy(() -> never.write(one))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("was changed by others 1000 times");
    OnlineView<Click, String> nothing =
        OnlineView.of(view("clicks"), new Odd(true, () -> null), time);
    for (Consumer<OnlineView<Click, String>> call :
        List.<Consumer<OnlineView<Click, String>>>of(v -> v.write(one), v -> v.read("u"))) {
      assertThatThrownBy(() -> call.accept(nothing))
          .isInstanceOf(FeatureException.class)
          .hasMessage(
              "View clicks: its store answered null (expected: a state, or Optional.empty()).");
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !path.equals(directory)).toList();
    }
  }

  /** Whatever a reader, a listener or a row does in the middle: no file stays. */
  @Test
  void join_thatFailsAnywhere_leavesNoFile(@TempDir Path directory) throws Exception {
    FeatureView<Click, String> view = Clicks.view(null);
    List<Click> clicks = Clicks.events(1, 8_000);
    List<Row> rows = Clicks.rows(1, 200);
    Dataset<Row> failing =
        Dataset.of(
            "rows",
            Clicks.ROW,
            () ->
                rows.stream()
                    .peek(
                        row -> {
                          if (row.number() > 150) {
                            throw new AssertionError("row 150");
                          }
                        }));
    PointInTimeJoin<Row> join =
        Clicks.set(view).join(failing).events(view, Clicks.dataset(clicks)).memory(1 << 20);
    assertThatThrownBy(() -> read(join.directory(directory).dataset())).hasMessage("row 150");
    assertThat(files(directory)).isEmpty();

    int[] reads = {0};
    Dataset<Row> later =
        Dataset.of(
            "rows",
            Clicks.ROW,
            () -> {
              boolean last = ++reads[0] > 1;
              return rows.stream()
                  .peek(
                      row -> {
                        if (last && row.number() > 150) {
                          throw new AssertionError("row 150, the second time");
                        }
                      });
            });
    PointInTimeJoin<Row> second =
        Clicks.set(view).join(later).events(view, Clicks.dataset(clicks)).memory(1 << 20);
    List<Integer> seen = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              // Not closed: whoever fails closes.
              Stream<FeatureRow<Row>> stream = second.directory(directory).dataset().stream();
              stream.forEach(
                  row -> {
                    seen.add(row.row().number());
                    assertThat(safeFiles(directory)).isNotEmpty(); // the control
                  });
            })
        .hasMessage("row 150, the second time");
    assertThat(seen).isNotEmpty();
    assertThat(files(directory)).isEmpty();

    Progress angry =
        (what, done, total) -> {
          throw new IllegalStateException("a listener");
        };
    for (PointInTimeJoin<Row> told :
        List.of(
            plain(view, clicks, rows, directory).progress(angry),
            plain(view, clicks, rows, directory)
                .facts(
                    facts -> {
                      throw new IllegalStateException("a listener");
                    }))) {
      assertThatThrownBy(() -> read(told.dataset())).hasMessage("a listener");
      assertThat(files(directory)).isEmpty();
    }
    assertThatThrownBy(() -> read(plain(view, clicks, rows, directory.resolve("absent")).dataset()))
        .isInstanceOf(FeatureException.class)
        .hasMessageContaining("absent cannot be created");
  }

  private static PointInTimeJoin<Row> plain(
      FeatureView<Click, String> view, List<Click> clicks, List<Row> rows, Path directory) {
    return Clicks.set(view)
        .join(Dataset.of(Clicks.ROW, rows))
        .events(view, Clicks.dataset(clicks))
        .memory(1 << 20)
        .directory(directory);
  }

  private static long read(Dataset<FeatureRow<Row>> dataset) {
    return dataset.stream().filter(row -> row.at() != null).map(FeatureRow::row).toList().size();
  }

  private static List<Path> safeFiles(Path directory) {
    try {
      return files(directory);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
