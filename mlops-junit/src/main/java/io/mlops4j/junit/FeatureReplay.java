package io.mlops4j.junit;

import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Entity;
import io.mlops4j.features.FeatureRow;
import io.mlops4j.features.FeatureSet;
import io.mlops4j.features.FeatureValues;
import io.mlops4j.features.FeatureView;
import io.mlops4j.features.OnlineStore;
import io.mlops4j.features.OnlineView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Replays a team's own events through a team's own view: each is written online when it becomes
 * known, shuffled and sometimes twice, and at many moments every feature is read. Each value read
 * must be the one a point-in-time join computes for that moment.
 *
 * <pre>{@code
 * FeatureReplay.of(originDelays).events(landings).verify();
 * }</pre>
 *
 * @param <E> the type of the events
 * @param <K> the type of the entity's key
 */
public final class FeatureReplay<E, K> {
  private static final int MAX_SHOWN = 5;
  private static final Duration BACK = Duration.ofHours(1);

  private final FeatureView<E, K> view;
  private final List<E> events = new ArrayList<>();
  private Function<Time, OnlineStore> store = time -> OnlineStore.inMemory(1L << 28, time);
  private long seed = 1;
  private int moments = 200;
  private int entities = 20;

  private record Question<K>(@Nullable K key, Instant at) {}

  private FeatureReplay(FeatureView<E, K> view) {
    this.view = Objects.requireNonNull(view, "view");
  }

  /**
   * Starts a replay of a view.
   *
   * @param view computes the features
   * @param <E> the type of the events
   * @param <K> the type of the entity's key
   * @return a replay without events
   */
  public static <E, K> FeatureReplay<E, K> of(FeatureView<E, K> view) {
    return new FeatureReplay<>(view);
  }

  /**
   * Adds events.
   *
   * @param more real ones, or made up; hundreds to some thousands
   * @return this replay
   */
  public FeatureReplay<E, K> events(List<? extends E> more) {
    events.addAll(more);
    return this;
  }

  /**
   * Says which store is tried; one in memory unless said.
   *
   * @param opens an empty one, with the replay's clock
   * @return this replay
   */
  public FeatureReplay<E, K> store(Function<Time, OnlineStore> opens) {
    store = Objects.requireNonNull(opens, "opens");
    return this;
  }

  /**
   * Says how much is read.
   *
   * @param mostMoments at how many moments, 200 unless said
   * @param mostEntities of how many entities at each, 20 unless said
   * @return this replay
   */
  public FeatureReplay<E, K> reading(int mostMoments, int mostEntities) {
    if (mostMoments < 1 || mostEntities < 1) {
      throw new IllegalArgumentException(
          "reading: " + mostMoments + ", " + mostEntities + " (expected: 1 or more each)");
    }
    moments = mostMoments;
    entities = mostEntities;
    return this;
  }

  /**
   * Says what shuffles the events.
   *
   * @param number any; 1 unless said
   * @return this replay
   */
  public FeatureReplay<E, K> seed(long number) {
    seed = number;
    return this;
  }

  /**
   * Runs the replay.
   *
   * @throws AssertionError if a value read online is not the one of the join; shows entity, moment,
   *     feature and both values (of sensitive features the name only)
   * @throws IllegalStateException if no event is ever known: such a replay shows nothing
   */
  public void verify() {
    Random random = new Random(seed);
    NavigableSet<Instant> times = times(random);
    VirtualTime time = VirtualTime.startingAt(times.first());
    List<Question<K>> questions = new ArrayList<>();
    List<FeatureValues> online = new ArrayList<>();
    try (OnlineStore opened = store.apply(time)) {
      OnlineView<E, K> reader = OnlineView.of(view, opened, time).withHistory(BACK);
      Map<Instant, List<E>> arriving = new HashMap<>();
      for (E event : events) {
        view.visibleFrom(event)
            .ifPresent(
                at ->
                    arriving
                        .computeIfAbsent(times.ceiling(at), when -> new ArrayList<>())
                        .add(event));
      }
      List<K> keys = keys(random);
      for (Instant now : times) {
        time.advance(Duration.between(time.now(), now));
        deliver(reader, arriving.getOrDefault(now, List.of()), random);
        // Now, and a little while ago: what the history must still hold.
        for (Instant at : List.of(now, ago(now, times, random))) {
          for (K key : keys) {
            questions.add(new Question<>(key, at));
            online.add(reader.read(key, at));
          }
        }
      }
    }
    compare(questions, online);
  }

  private NavigableSet<Instant> times(Random random) {
    List<Instant> all = new ArrayList<>();
    events.forEach(event -> view.visibleFrom(event).ifPresent(all::add));
    if (all.isEmpty()) {
      throw new IllegalStateException(
          "replay of " + view.name() + ": none of " + events.size() + " events is ever known");
    }
    Collections.sort(all);
    Instant last = all.get(all.size() - 1);
    Duration whole = Duration.between(all.get(0), last);
    Collections.shuffle(all, random);
    NavigableSet<Instant> times =
        new TreeSet<>(all.subList(0, Math.min(all.size(), moments / 2 + 1)));
    while (times.size() < moments && !whole.isZero()) {
      Instant at = last.minus(Duration.ofNanos((long) (random.nextDouble() * whole.toNanos())));
      times.add(at);
    }
    times.add(last);
    return times;
  }

  private Instant ago(Instant now, NavigableSet<Instant> times, Random random) {
    Instant at = now.minus(Duration.ofNanos((long) (random.nextDouble() * BACK.toNanos())));
    // Events arrive at the next moment of the replay: between two of them none is complete.
    Instant before = times.floor(at);
    return before == null || before.isBefore(now.minus(BACK)) ? now : before;
  }

  private void deliver(OnlineView<E, K> to, List<E> arrived, Random random) {
    List<E> mixed = new ArrayList<>(arrived);
    arrived.stream().filter(event -> random.nextInt(4) == 0).forEach(mixed::add);
    Collections.shuffle(mixed, random);
    int cut = random.nextInt(mixed.size() + 1);
    to.write(mixed.subList(0, cut));
    to.write(mixed.subList(cut, mixed.size()));
  }

  private List<K> keys(Random random) {
    Map<String, K> byText = new HashMap<>();
    Entity<K> entity = view.entity();
    for (E event : events) {
      K key = view.keyOf(event);
      if (key != null) {
        byText.putIfAbsent(entity.text(key), key);
      }
    }
    List<K> keys = new ArrayList<>(new java.util.TreeMap<>(byText).values());
    Collections.shuffle(keys, random);
    return keys.subList(0, Math.min(keys.size(), entities));
  }

  private void compare(List<Question<K>> questions, List<FeatureValues> online) {
    Schema<Question<K>> asked =
        Schema.<Question<K>>builder("replay")
            .time("at", question -> question.at().toEpochMilli())
            .build();
    FeatureSet<Question<K>> set =
        FeatureSet.<Question<K>>of(asked, Question::at).with(view, Question::key);
    Dataset<FeatureRow<Question<K>>> joined =
        set.join(Dataset.of(asked, questions))
            .events(view, Dataset.of(view.events(), events))
            .dataset();
    List<String> wrong = new ArrayList<>();
    int[] n = {0, 0};
    try (Stream<FeatureRow<Question<K>>> rows = joined.stream()) {
      rows.forEachOrdered(
          row -> {
            FeatureValues read = online.get(n[0]++);
            FeatureValues expected = row.of(view.name());
            if (!read.equals(expected)) {
              n[1]++;
              if (wrong.size() < MAX_SHOWN) {
                wrong.add(difference(row.row(), read, expected));
              }
            }
          });
    }
    if (n[1] > 0) {
      throw new AssertionError(
          "View "
              + view.name()
              + ": "
              + n[1]
              + " of "
              + n[0]
              + " reads differ from the point-in-time join (seed "
              + seed
              + "):\n  "
              + String.join("\n  ", wrong));
    }
  }

  private String difference(Question<K> of, FeatureValues read, FeatureValues expected) {
    return view.entity().name()
        + " "
        + view.entity().text(of.key())
        + " at "
        + of.at()
        + "\n    online:   "
        + read
        + "\n    training: "
        + expected;
  }
}
