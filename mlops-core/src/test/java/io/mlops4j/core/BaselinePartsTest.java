package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Segments, seasons, directions of vectors and classes: what a baseline holds beside all rows. */
class BaselinePartsTest {
  private static final Instant MONDAY = Instant.parse("2026-11-23T00:00:00Z");

  @SuppressWarnings("ArrayRecordComponent")
  record Ride(double km, String city, Instant at, float[] text) {}

  private static final Schema<Ride> SCHEMA = Schema.of(Ride.class).only("km", "city", "text");

  private static List<Ride> rides(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Ride> rides = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int hour = i % 168;
      boolean weekend = hour >= 120;
      rides.add(
          new Ride(
              random.nextGaussian() + (weekend ? 3 : 0),
              random.nextInt(10) < 6 ? "Ulm" : "town" + random.nextInt(5),
              MONDAY.plus(hour, ChronoUnit.HOURS),
              new float[] {(float) random.nextGaussian(), weekend ? 1 : 0, 2}));
    }
    return rides;
  }

  private static BaselineBuilder<Ride> builder() {
    return Baseline.of(SCHEMA)
        .options(Baseline.Options.withDefaults().withBins(5).withDirections(2))
        .season(Season.dayOfWeek(), Ride::at)
        .segmentBy("city", 2)
        .segment("long", row -> row.number(0) > 2);
  }

  private static long sum(long[] counts) {
    return LongStream.of(counts).sum();
  }

  @Test
  void segments_ofAFeature_addUpToAllRows() {
    List<Ride> rides = rides(5_040, 1);
    Baseline baseline = builder().fit(rides::stream);
    assertThat(baseline.segments())
        .extracting(Segment::name)
        .hasSize(4)
        .startsWith("city: Ulm")
        .contains("city: other", "long");
    for (FeatureCells cells : baseline.features()) {
      long[] total = new long[cells.size()];
      for (int s = 0; s < 3; s++) {
        long[] part = baseline.reference(s, cells.feature());
        Arrays.setAll(total, i -> total[i] + part[i]);
      }
      assertThat(total).isEqualTo(cells.reference());
    }
    long ulm = rides.stream().filter(r -> r.city().equals("Ulm")).count();
    assertThat(sum(baseline.reference(0, "km"))).isEqualTo(ulm);
    long distant = rides.stream().filter(r -> r.km() > 2).count();
    assertThat(sum(baseline.reference(3, "city"))).isEqualTo(distant);
    assertThatThrownBy(() -> baseline.reference(0, Baseline.SCORE))
        .hasMessageContaining("no feature");
  }

  @Test
  void seasonal_halfAWeek_isLikeThoseDaysOfTraining() {
    List<Ride> rides = rides(8_400, 1);
    Baseline baseline = builder().fit(rides::stream);
    FeatureCells km = baseline.features().get(0);
    // Saturday and Sunday only, in equal parts: what rows of those days look like, all 2,400.
    long[] weekend = baseline.seasonal("km", 0, 0, 0, 0, 0, 50, 50);
    long[] counted = new long[km.size()];
    IntStream.range(0, rides.size())
        .filter(i -> i % 168 >= 120)
        .forEach(i -> counted[km.cellOf(rides.get(i).km())]++);
    assertThat(weekend).isEqualTo(counted);
    // All days alike: all rows. Rounded, so within a row a cell.
    long[] week = baseline.seasonal("km", 9, 9, 9, 9, 9, 9, 9);
    for (int i = 0; i < week.length; i++) {
      assertThat((double) week[i]).isCloseTo((double) km.reference()[i], within(1.0));
    }
    // Kish: 1 / (.75^2 / 1200 + .25^2 / 1200) = 1920 rows' worth.
    assertThat((double) sum(baseline.seasonal("km", 3, 1, 0, 0, 0, 0, 0)))
        .isCloseTo(1_920, within(5.0));
    assertThat(baseline.seasonal("km", 0, 0, 0, 0, 0, 0, 0)).isEqualTo(km.reference());
  }

  @Test
  void seasonal_slotThatTrainingDidNotSee_isLikeAllRows() {
    List<Ride> weekdays =
        rides(8_400, 1).stream()
            .filter(r -> r.at().isBefore(MONDAY.plus(5, ChronoUnit.DAYS)))
            .toList();
    Baseline baseline = builder().fit(weekdays::stream);
    assertThat(baseline.seasonal("km", 0, 0, 0, 0, 0, 0, 7))
        .isEqualTo(baseline.features().get(0).reference());
  }

  @Test
  void slotOf_zones_areLocalHours() {
    Season hours = Season.hourOfWeek();
    assertThat(hours.slotOf(MONDAY)).isZero();
    assertThat(hours.slotOf(MONDAY.minusSeconds(1))).isEqualTo(167);
    assertThat(hours.slotOf(Instant.EPOCH)).isEqualTo(72); // a Thursday
    Season berlin = hours.in(ZoneId.of("Europe/Berlin"));
    assertThat(berlin.slotOf(Instant.parse("2026-11-23T07:30:00Z"))).isEqualTo(8); // winter
    assertThat(berlin.slotOf(Instant.parse("2026-07-06T07:30:00Z"))).isEqualTo(9); // summer
    assertThat(Season.dayOfWeek().slotOf(Instant.parse("2026-11-29T12:00:00Z"))).isEqualTo(6);
    Season day = new Season(Season.Cycle.HOUR_OF_DAY, ZoneId.of("Asia/Kolkata"));
    assertThat(day.slotOf(Instant.parse("2026-11-23T18:29:59Z"))).isEqualTo(23);
    assertThat(day.slotOf(Instant.MAX)).isBetween(0, 23);
    assertThat(day.slotOf(Instant.MIN)).isBetween(0, 23);
  }

  @Test
  void toJson_everything_comesBackEqual() {
    Baseline baseline =
        builder().fit(rides(2_000, 1)::stream).withClasses(List.of("spam", "ham", "ham"));
    Baseline read = Baseline.fromJson(baseline.toJson());
    assertThat(read.toJson()).isEqualTo(baseline.toJson());
    assertThat(read.fingerprint()).isEqualTo(baseline.fingerprint());
    assertThat(read.segments()).isEqualTo(baseline.segments());
    assertThat(read.season()).contains(Season.dayOfWeek());
    assertThat(read.seasonal("km", 1, 2, 3, 4, 5, 6, 7))
        .isEqualTo(baseline.seasonal("km", 1, 2, 3, 4, 5, 6, 7));
    assertThat(read.classes().orElseThrow().reference()).containsExactly(2, 1, 0, 0, 0);
    assertThat(read.all())
        .extracting(FeatureCells::feature)
        .containsExactly("km", "city", "text~1", "text~2", Baseline.CLASS);
    float[] vector = {1, -2, 3};
    assertThat(read.features().get(2).cellOf(vector))
        .isEqualTo(baseline.features().get(2).cellOf(vector));
  }

  @Test
  void fromJson_everyFormatEverWritten_isRead() {
    Baseline kept = Baseline.fromJson(resource("baseline/baseline-2.json"));
    assertThat(kept.fingerprint())
        .isEqualTo("87c043305c3b59195b6020d3f4d26371ca483ec90f06195df8049bf0533ec81b");
    assertThat(kept.segments()).hasSize(4);
    assertThat(Baseline.fromJson(resource("python-export/export-1/baseline.json")).rows())
        .isPositive();
  }

  private static byte[] resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(BaselinePartsTest.class.getResourceAsStream("/" + name))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void fromJson_damagedParts_areRefusedByName() {
    String good = new String(builder().fit(rides(500, 1)::stream).toJson(), StandardCharsets.UTF_8);
    refuses(good, "\"cycle\":\"day_of_week\"", "\"cycle\":\"fortnight\"", "cycle or zone");
    refuses(good, "\"cycle\":\"day_of_week\"", "\"cycle\":\"hour_of_day\"", "wrong length");
    refuses(good, "\"zone\":\"Z\"", "\"zone\":\"Nowhere\"", "cycle or zone");
    refuses(good, "\"name\":\"long\"", "\"name\":\"city: other\"", "two segments of one name");
    refuses(good, "\"source\":\"text\"", "\"source\":\"next\"", "source, direction or length");
    refuses(good, "\"feature\":\"city\"", "\"feature\":\"town\"", "unknown feature");
  }

  private static void refuses(String good, String from, String to, String because) {
    String bad = good.replaceFirst(java.util.regex.Pattern.quote(from), to);
    assertThat(bad).isNotEqualTo(good);
    assertThatThrownBy(() -> Baseline.fromJson(bad.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(because);
  }

  @Test
  void direction_vectors_fallIntoCellsAndBadOnesAreUnseen() {
    Baseline baseline = builder().fit(rides(2_000, 1)::stream);
    FeatureCells cells = baseline.features().get(2);
    assertThat(cells.source()).isEqualTo("text");
    assertThat(cells.kind()).isEqualTo(FeatureKind.VECTOR);
    assertThat(sum(cells.reference())).isEqualTo(2_000);
    assertThat(cells.cellOf((float[]) null)).isEqualTo(cells.missing());
    assertThat(cells.cellOf(new float[] {1})).isEqualTo(cells.unseen());
    assertThat(cells.cellOf(new float[] {1, Float.NaN, 1})).isEqualTo(cells.unseen());
    assertThat(cells.cellOf(new float[] {1e9f, 1e9f, 1e9f})).isIn(0, cells.ordered() - 1);
    assertThat(cells.cellOf(1.0)).isEqualTo(cells.missing());
    assertThat(cells.cellOf("x")).isEqualTo(cells.missing());
    // The length of a vector is kept on average over directions: Johnson and Lindenstrauss.
    SplittableRandom random = new SplittableRandom(3);
    float[] wide = new float[256];
    double square = 0;
    for (int i = 0; i < wide.length; i++) {
      wide[i] = (float) random.nextGaussian();
      square += (double) wide[i] * wide[i];
    }
    double projected = 0;
    for (int d = 1; d <= 64; d++) {
      double x = ProjectionCells.project(wide, ProjectionCells.signs("v", d, 256));
      projected += x * x * 256 / 64;
    }
    assertThat(projected / square).isBetween(0.6, 1.5);
  }

  @Test
  void encoded_rows_giveTheSameBaseline() {
    List<Ride> rides = rides(1_000, 2);
    List<EncodedRow<Ride>> encoded = rides.stream().map(SCHEMA::encode).toList();
    assertThat(Baseline.fit(SCHEMA.encoded(), encoded::stream).toJson())
        .isEqualTo(Baseline.fit(SCHEMA, rides::stream).toJson());
  }

  @Test
  void builder_wrongOrTwice_isNamed() {
    assertThatThrownBy(() -> Baseline.of(SCHEMA).segmentBy("nothing", 3))
        .hasMessageContaining("no feature nothing");
    assertThatThrownBy(() -> Baseline.of(SCHEMA).segmentBy("text", 3))
        .hasMessageContaining("segmentBy text");
    assertThatThrownBy(() -> Baseline.of(SCHEMA).segmentBy("city", 0))
        .hasMessageContaining("most: 0");
    assertThatThrownBy(() -> builder().segmentBy("city", 3)).hasMessageContaining("set already");
    assertThatThrownBy(() -> builder().segment("long", row -> true))
        .hasMessageContaining("set already");
    assertThatThrownBy(() -> builder().segment("bad\nname", row -> true))
        .hasMessageContaining("printable");
    assertThatThrownBy(() -> builder().season(Season.hourOfWeek(), Ride::at))
        .hasMessageContaining("season is set already");
    assertThatThrownBy(() -> builder().options(Baseline.Options.withDefaults()))
        .hasMessageContaining("options are set already");
    var many = Baseline.of(SCHEMA);
    IntStream.range(0, 201).forEach(i -> many.segment("s" + i, row -> true));
    assertThatThrownBy(() -> many.fit(rides(10, 1)::stream))
        .hasMessageContaining("201 segments (expected: at most 200)");
  }
}
