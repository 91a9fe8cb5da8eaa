package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.VirtualTime;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** I19: what is read online at any time is what a join gives for that time. */
class OnlineReplayTest {
  private static final List<String> USERS = List.of("u0", "u1", "u2", "u3");

  @Property(tries = 12)
  void read_eventsWrittenAsTheyBecomeKnown_equalsTheJoin(
      @ForAll long seed, @ForAll boolean ttl, @ForAll boolean history) {
    List<Click> events = Clicks.events(seed, 40);
    FeatureView<Click, String> view = Clicks.view(ttl ? Duration.ofHours(3) : null);
    Duration back = history ? Duration.ofHours(2) : Duration.ZERO;
    Random random = new Random(seed);
    VirtualTime time = VirtualTime.startingAt(Clicks.START.minus(Duration.ofHours(1)));
    OnlineView<Click, String> online =
        OnlineView.of(view, OnlineStore.inMemory(1 << 24, time), time).withHistory(back);
    TreeSet<Instant> times = new TreeSet<>();
    events.forEach(e -> times.add(e.at()));
    events.stream().filter(e -> e.known() != null).forEach(e -> times.add(e.known()));
    for (int i = 0; i < 10; i++) {
      times.add(Clicks.START.plus(Duration.ofMinutes(17L * random.nextInt(100))));
    }

    List<Row> rows = new ArrayList<>();
    List<FeatureValues> read = new ArrayList<>();
    for (Instant now : times.tailSet(time.now())) {
      time.advance(Duration.between(time.now(), now));
      List<Click> known =
          new ArrayList<>(
              events.stream().filter(e -> e.known() == null || !e.known().isAfter(now)).toList());
      Collections.shuffle(known, random);
      // Again and again, in any order, in pieces: repetition must not show.
      int cut = random.nextInt(known.size() + 1);
      online.write(known.subList(cut, known.size()));
      online.write(known.subList(0, cut));
      Instant at = history ? now.minus(Duration.ofMinutes(random.nextInt(120))) : now;
      for (String user : USERS) {
        rows.add(new Row(user, at, 0));
        read.add(online.read(user, at));
      }
    }
    List<FeatureRow<Row>> joined = PointInTimeJoinTest.join(view, rows, events, true);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(read.get(i)).as(rows.get(i).toString()).isEqualTo(joined.get(i).of("clicks"));
    }
  }
}
