package io.mlops4j.features;

import static io.mlops4j.features.Aggregate.count;
import static io.mlops4j.features.Aggregate.decayedMean;
import static io.mlops4j.features.Aggregate.decayedSum;
import static io.mlops4j.features.Aggregate.distinct;
import static io.mlops4j.features.Aggregate.last;
import static io.mlops4j.features.Aggregate.mean;
import static io.mlops4j.features.Aggregate.rate;
import static io.mlops4j.features.Aggregate.sum;
import static io.mlops4j.features.Window.lastEvents;
import static io.mlops4j.features.Window.today;
import static io.mlops4j.features.Window.within;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Events and rows on few times, keys and ids, so that ties, versions and duplicates are common. */
final class Clicks {
  static final Instant START = Instant.parse("2026-03-28T20:00:00Z");
  static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  static final Entity<String> USER = Entity.of("user", String.class);
  static final Schema<Click> CLICK = Schema.of(Click.class);
  static final Schema<Row> ROW = Schema.of(Row.class);

  record Click(
      String id,
      @Nullable String user,
      Instant at,
      @Nullable Instant known,
      @Nullable Double amount,
      @Nullable String page) {}

  record Row(@Nullable String user, Instant at, int number) {}

  private Clicks() {}

  /** A view with every aggregate over windows of every sort. */
  static FeatureView<Click, String> view(@Nullable Duration ttl) {
    return view("clicks", ttl);
  }

  static FeatureView<Click, String> view(String name, @Nullable Duration ttl) {
    FeatureViewBuilder<Click, String> builder =
        FeatureView.named(name, USER, CLICK, Click::user)
            .happened(Click::at)
            .known(Click::known)
            .id(Click::id)
            .column("large", click -> click.amount() == null ? Double.NaN : large(click.amount()))
            .feature("count", count(), within(Duration.ofHours(3)))
            .feature("amounts", count("amount"), lastEvents(4))
            .feature("sum", sum("amount"), within(Duration.ofHours(5)))
            .feature("mean", mean("amount"), lastEvents(3))
            .feature("largeShare", mean("large"), within(Duration.ofHours(4)).atMost(2))
            .feature("rate", rate(Duration.ofMinutes(30)), within(Duration.ofHours(2)))
            .feature("pages", distinct("page"), within(Duration.ofHours(6)))
            .feature("distinctAmounts", distinct("amount"), lastEvents(5))
            .feature("lastPage", last("page"), lastEvents(1))
            .feature("lastAmount", last("amount"), within(Duration.ofHours(7)))
            .feature(
                "fading", decayedSum("amount", Duration.ofHours(1)), within(Duration.ofHours(8)))
            .feature("fadingMean", decayedMean("amount", Duration.ofHours(2)), lastEvents(6))
            .feature("today", count(), today(BERLIN));
    return (ttl == null ? builder : builder.ttl(ttl)).build();
  }

  private static double large(double amount) {
    return amount > 10 ? 1 : 0;
  }

  static FeatureSet<Row> set(FeatureView<Click, String> view) {
    return FeatureSet.of(ROW, Row::at).with(view, Row::user);
  }

  static List<Click> events(long seed, int count) {
    Random random = new Random(seed);
    List<Click> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i > 0 && random.nextInt(8) == 0) {
        events.add(events.get(random.nextInt(i))); // Delivered twice.
        continue;
      }
      Instant at = START.plus(Duration.ofMinutes(20L * random.nextInt(45)));
      int delay = random.nextInt(7) - 1; // Sometimes known before it happened: clocks differ.
      boolean never = random.nextInt(15) == 0;
      events.add(
          new Click(
              "e" + random.nextInt(Math.max(2, count / 2)),
              random.nextInt(12) == 0 ? null : "u" + random.nextInt(3),
              at,
              never ? null : at.plus(Duration.ofMinutes(20L * delay * delay)),
              random.nextInt(6) == 0 ? null : amount(random),
              random.nextInt(6) == 0 ? null : "p" + random.nextInt(4)));
    }
    return events;
  }

  private static double amount(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(3);
      case 1 -> -0.0;
      case 2 -> 1e16 * random.nextDouble();
      default -> random.nextDouble() * 20 - 5;
    };
  }

  static List<Row> rows(long seed, int count) {
    Random random = new Random(seed + 1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i > 0 && random.nextInt(8) == 0) {
        rows.add(rows.get(random.nextInt(i)));
        continue;
      }
      rows.add(
          new Row(
              random.nextInt(10) == 0 ? null : "u" + random.nextInt(4),
              START.plus(Duration.ofMinutes(20L * random.nextInt(60) - 100)),
              i));
    }
    return rows;
  }

  static Dataset<Click> dataset(List<Click> events) {
    return Dataset.of(CLICK, events);
  }
}
