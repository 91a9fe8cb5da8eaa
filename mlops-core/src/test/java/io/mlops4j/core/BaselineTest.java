package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BaselineTest {
  @SuppressWarnings("ArrayRecordComponent") // a vector, as rows have them
  record Row(double amount, @Nullable Double age, @Nullable String city, float[] embedding) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);

  private static List<Row> rows(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      rows.add(
          new Row(
              Math.exp(random.nextGaussian()),
              i % 10 == 0 ? null : (double) random.nextInt(18, 80),
              "city" + (int) Math.sqrt(random.nextInt(400)),
              new float[] {1, 2}));
    }
    return rows;
  }

  private static NumberCells cells(double... values) {
    Schema<Double> doubles = Schema.<Double>builder("x").numeric("x", Double::doubleValue).build();
    Baseline baseline = Baseline.fit(doubles, () -> Arrays.stream(values).boxed());
    return (NumberCells) baseline.features().get(0);
  }

  private static long sum(FeatureCells cells) {
    return LongStream.of(cells.reference()).sum();
  }

  @Test
  void fit_mixedRows_countsEveryRowInEveryFeature() {
    List<Row> rows = rows(10_000, 1);
    Baseline baseline = Baseline.fit(SCHEMA, rows::stream);

    assertThat(baseline.rows()).isEqualTo(10_000);
    assertThat(baseline.features())
        .extracting(FeatureCells::feature)
        .containsExactly(
            "amount", "age", "city", "embedding~1", "embedding~2", "embedding~3", "embedding~4");
    assertThat(baseline.skipped()).isEmpty();
    var none = Baseline.Options.withDefaults().withDirections(0);
    assertThat(Baseline.fit(SCHEMA, rows::stream, none).skipped()).containsExactly("embedding");
    assertThat(baseline.features()).allSatisfy(cells -> assertThat(sum(cells)).isEqualTo(10_000));
    FeatureCells age = baseline.features().get(1);
    assertThat(age.reference()[age.missing()]).isEqualTo(1_000);
    FeatureCells amount = baseline.features().get(0);
    // 20 quantile cells of 10,000 distinct values, and two empty ones outside the range.
    assertThat(amount.ordered()).isEqualTo(22);
    assertThat(Arrays.copyOfRange(amount.reference(), 1, 21)).containsOnly(500);
    assertThat(amount.reference()[0]).isZero();
    assertThat(amount.reference()[21]).isZero();
  }

  @Test
  void cellOf_valueAtAnEdge_belongsToTheCellThatEndsThere() {
    NumberCells cells = cells(IntStream.rangeClosed(0, 100).asDoubleStream().toArray());
    assertThat(cells.label(1)).isEqualTo("[0, 5]");
    assertThat(cells.cellOf(5.0)).isEqualTo(1);
    assertThat(cells.cellOf(Math.nextUp(5.0))).isEqualTo(2);
    assertThat(cells.cellOf(0.0)).isEqualTo(1);
    assertThat(cells.cellOf(-0.0)).isEqualTo(1);
    assertThat(cells.cellOf(-Double.MIN_VALUE)).isZero();
    assertThat(cells.cellOf(100.0)).isEqualTo(20);
    assertThat(cells.cellOf(Math.nextUp(100.0))).isEqualTo(21);
    assertThat(cells.cellOf(Double.MAX_VALUE)).isEqualTo(21);
    assertThat(cells.cellOf(Double.POSITIVE_INFINITY)).isEqualTo(cells.unseen());
    assertThat(cells.cellOf(Double.NEGATIVE_INFINITY)).isEqualTo(cells.unseen());
    assertThat(cells.cellOf(Double.NaN)).isEqualTo(cells.missing());
    assertThat(cells.cellOf("text")).isEqualTo(cells.missing());
  }

  @Test
  void fit_constantFeature_hasOneValueAndBothSides() {
    NumberCells cells = cells(7, 7, 7, 7);
    assertThat(cells.ordered()).isEqualTo(3);
    assertThat(cells.label(1)).isEqualTo("= 7");
    assertThat(cells.reference()).containsExactly(0, 4, 0, 0, 0);
    assertThat(cells.cellOf(6.999)).isZero();
    assertThat(cells.cellOf(7.001)).isEqualTo(2);
  }

  @Test
  void fit_nothingFinite_hasOneCellForAnyNumber() {
    NumberCells cells = cells(Double.NaN, Double.POSITIVE_INFINITY);
    assertThat(cells.label(0)).isEqualTo("any number");
    assertThat(cells.reference()).containsExactly(0, 1, 1);
    assertThat(cells.cellOf(3)).isZero();
  }

  @Test
  void fit_noRows_isABaselineOfNothing() {
    NumberCells cells = cells();
    assertThat(cells.reference()).containsExactly(0, 0, 0);
  }

  @Test
  void fit_heavyValues_haveCellsOfTheirOwn() {
    double[] values = IntStream.range(0, 1000).mapToDouble(i -> i % 2 == 0 ? 0 : i).toArray();
    NumberCells cells = cells(values);
    int zero = cells.cellOf(0.0);
    assertThat(cells.reference()[zero]).isEqualTo(500);
    assertThat(cells.label(zero)).isEqualTo("= 0");
    assertThat(cells.cellOf(1e-9)).isEqualTo(zero + 1);
  }

  @Test
  void fit_extremes_doNotOverflow() {
    NumberCells cells =
        cells(-Double.MAX_VALUE, -1e308, 0, Double.MIN_VALUE, 1e308, Double.MAX_VALUE);
    assertThat(sum(cells)).isEqualTo(6);
    assertThat(cells.cellOf(-Double.MAX_VALUE)).isZero();
  }

  @Test
  void fit_moreValuesThanTheSample_countsExactlyAndRepeats() {
    List<Row> rows = rows(5_000, 2);
    Baseline.Options options = Baseline.Options.withDefaults().withSample(500, 7);
    Baseline first = Baseline.fit(SCHEMA, rows::stream, options);
    Baseline second = Baseline.fit(SCHEMA, rows::stream, options);
    assertThat(first.toJson()).isEqualTo(second.toJson());
    long[] counts = first.features().get(0).reference();
    assertThat(LongStream.of(counts).sum()).isEqualTo(5_000);
    // A sample of 500 puts each quantile within a few standard errors of where it should be.
    assertThat(LongStream.of(counts).skip(1).limit(19).boxed())
        .allSatisfy(c -> assertThat(c).isBetween(80L, 480L));
    assertThat(first.fingerprint())
        .isNotEqualTo(Baseline.fit(SCHEMA, rows::stream, options.withSample(500, 8)).fingerprint());
  }

  @Test
  void fit_supplierThatChanges_isRefused() {
    AtomicInteger call = new AtomicInteger(3);
    assertThatThrownBy(() -> Baseline.fit(SCHEMA, () -> rows(call.getAndIncrement(), 1).stream()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("first 3, then 4");
  }

  @Test
  void fit_categories_tellsKnownRareUnseenAndMissingApart() {
    Schema<String> schema =
        Schema.<String>builder("s").categorical("s", s -> s.equals("-") ? null : s).build();
    List<String> rows = List.of("a", "a", "a", "b", "b", "c", "d", "e", "-", "x".repeat(300));
    Baseline baseline =
        Baseline.fit(schema, rows::stream, Baseline.Options.withDefaults().withCategories(2, 2));
    FeatureCells cells = baseline.features().get(0);
    assertThat(IntStream.range(0, cells.size()).mapToObj(cells::label))
        .containsExactly("a", "b", "rare in training", "unseen in training", "missing");
    // e is one more than can be remembered, and a value of 300 characters never is.
    assertThat(cells.reference()).containsExactly(3, 2, 2, 2, 1);
    assertThat(cells.cellOf("d")).isEqualTo(2);
    assertThat(cells.cellOf("e")).isEqualTo(3);
    assertThat(cells.cellOf("zzz")).isEqualTo(cells.unseen());
    assertThat(cells.cellOf("A".repeat(1_000_000))).isEqualTo(cells.unseen());
    assertThat(cells.cellOf((String) null)).isEqualTo(cells.missing());
  }

  @Test
  void fit_manyDistinctCategories_keepsTheFrequentOnesInBoundedMemory() {
    Schema<Integer> schema =
        Schema.<Integer>builder("s")
            .categorical("s", i -> i % 10 == 0 ? "frequent" + i % 30 : "user-" + i)
            .build();
    Baseline baseline = Baseline.fit(schema, () -> IntStream.range(0, 500_000).boxed());
    FeatureCells cells = baseline.features().get(0);
    assertThat(cells.size()).isEqualTo(203);
    for (String frequent : List.of("frequent0", "frequent10", "frequent20")) {
      assertThat(cells.reference()[cells.cellOf(frequent)]).isBetween(16_666L, 16_667L);
    }
    assertThat(sum(cells)).isEqualTo(500_000);
    assertThat(baseline.toJson().length).isLessThan(60_000);
  }

  @Test
  void fit_hashCollidingStringsAndHalfSurrogates_areCounted() {
    // "Aa" and "BB" have the same hash code: 2^12 strings of 12 pairs collide.
    List<String> rows =
        IntStream.range(0, 4096)
            .mapToObj(
                i -> {
                  StringBuilder s = new StringBuilder();
                  for (int b = 0; b < 12; b++) {
                    s.append((i >> b & 1) == 0 ? "Aa" : "BB");
                  }
                  return s.toString();
                })
            .toList();
    assertThat(rows.stream().map(String::hashCode).distinct()).hasSize(1);
    Schema<String> schema = Schema.<String>builder("s").categorical("s", s -> s).build();
    List<String> all = Stream.concat(rows.stream(), Stream.of("\uD800")).toList();
    Baseline baseline = Baseline.fit(schema, all::stream);
    FeatureCells cells = baseline.features().get(0);
    assertThat(cells.cellOf("\uD800")).isEqualTo(cells.unseen());
    assertThat(sum(cells)).isEqualTo(4097);
    assertThat(Baseline.fromJson(baseline.toJson()).toJson()).isEqualTo(baseline.toJson());
  }

  @Test
  void fit_sensitiveFeatures_storesAndShowsNoValue() {
    Schema<Row> schema = SCHEMA.withSensitive("city", "age");
    List<Row> rows = rows(2_000, 3);
    Baseline baseline = Baseline.fit(schema, rows::stream);
    String json = new String(baseline.toJson(), StandardCharsets.UTF_8);
    assertThat(json).doesNotContain("city1");
    FeatureCells city = baseline.features().get(2);
    assertThat(city.cellOf("city19")).isNotEqualTo(city.unseen());
    assertThat(city.cellOf("nowhere")).isEqualTo(city.unseen());
    assertThat(city.label(city.cellOf("city19"))).startsWith("cell ");
    FeatureCells age = baseline.features().get(1);
    assertThat(age.label(1)).isEqualTo("cell 1");
    FeatureCells read = Baseline.fromJson(baseline.toJson()).features().get(2);
    assertThat(read.cellOf("city19")).isEqualTo(city.cellOf("city19"));
  }

  @Test
  void toJson_readBack_isEqualWithEveryCell() {
    Baseline baseline =
        Baseline.fit(SCHEMA, rows(3_000, 4)::stream).withScores(0.1, 0.25, 0.5, 0.75, Double.NaN);
    Baseline read = Baseline.fromJson(baseline.toJson());
    assertThat(read.toJson()).isEqualTo(baseline.toJson());
    assertThat(read.fingerprint()).isEqualTo(baseline.fingerprint());
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2_000; i++) {
      double value = Math.exp(3 * random.nextGaussian());
      assertThat(read.features().get(0).cellOf(value))
          .isEqualTo(baseline.features().get(0).cellOf(value));
    }
    FeatureCells scores = read.scores().orElseThrow();
    assertThat(scores.reference()[scores.missing()]).isEqualTo(1);
  }

  @Test
  void fingerprint_otherCountsSameCells_isTheSame() {
    NumberCells cells = cells(1, 2, 3, 4);
    Baseline one = new Baseline(4, List.of(cells), null, null, List.of(), BaselineParts.NONE);
    long[] more = cells.reference();
    more[0] += 10;
    Baseline two =
        new Baseline(
            14, List.of(cells.withReference(more)), null, null, List.of(), BaselineParts.NONE);
    assertThat(two.fingerprint()).isEqualTo(one.fingerprint());
    assertThat(two.toJson()).isNotEqualTo(one.toJson());
    // Pinned: the same on every JDK and machine.
    assertThat(cells(1, 2, 3).definition().toString())
        .isEqualTo(
            "{\"edges\":[0.9999999999999999,1,1.1,1.2,1.3,1.4,1.5,1.6,1.7,1.8,1.9,"
                + "1.9999999999999998,2,2.1,2.2,2.3,2.4,2.5,2.6,2.7,2.8,2.9,"
                + "2.9999999999999996,3]}");
  }

  @Test
  void fromJson_damaged_isRefusedByName() {
    String good =
        "{\"format\":1,\"rows\":3,\"skipped\":[],\"features\":[{\"name\":\"x\",\"kind\":\"numeric\","
            + "\"edges\":[1,2],\"reference\":[1,1,1,0,0]}]}";
    assertThat(read(good).rows()).isEqualTo(3);
    refuses(good.replace("\"format\":1", "\"format\":3"), "format is not 1");
    refuses(good.replace("[1,2]", "[2,1]"), "edges do not ascend");
    refuses(good.replace("[1,2]", "[1,1]"), "edges do not ascend");
    refuses(good.replace("[1,2]", "[1,\"2\"]"), "not a finite number");
    refuses(good.replace("[1,2]", "[1,1e999]"), "not a finite number");
    refuses(good.replace("[1,1,1,0,0]", "[1,1,1,0]"), "4 counts for 5 cells");
    refuses(good.replace("[1,1,1,0,0]", "[1,1,2,0,0]"), "do not sum to rows");
    refuses(good.replace("[1,1,1,0,0]", "[1,1,1,-1,1]"), "not a count");
    refuses(
        good.replace("[1,1,1,0,0]", "[9223372036854775807,9223372036854775807,5,0,0]"), "overflow");
    refuses(good.replace("\"skipped\":[]", "\"skipped\":[],\"extra\":1"), "unknown field");
    refuses(good.replace("numeric", "sequence"), "kind is none of");
    refuses("{}", "format is not 1");
    refuses("[]", "not a JSON object");
    String twice =
        "{\"format\":1,\"rows\":0,\"skipped\":[],\"features\":[{\"name\":\"x\",\"kind\":\"categorical\","
            + "\"values\":[\"a\",\"a\"],\"rare\":[],\"reference\":[0,0,0,0,0]}]}";
    refuses(twice, "a value occurs twice");
  }

  private static Baseline read(String json) {
    return Baseline.fromJson(json.getBytes(StandardCharsets.UTF_8));
  }

  private static void refuses(String json, String because) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(because);
  }

  @Test
  void options_outOfRange_nameTheRange() {
    assertThatThrownBy(() -> Baseline.Options.withDefaults().withBins(1))
        .hasMessage("bins: 1 (expected: 2..1000)");
    assertThatThrownBy(() -> Baseline.Options.withDefaults().withCategories(0, 1))
        .hasMessageContaining("categories: 0");
  }

  @Test
  void label_time_isAnInstant() {
    Schema<Long> schema = Schema.<Long>builder("t").time("t", i -> i).build();
    Baseline baseline =
        Baseline.fit(schema, () -> LongStream.range(0, 1000).mapToObj(i -> i * 1000));
    FeatureCells cells = baseline.features().get(0);
    assertThat(cells.kind()).isEqualTo(FeatureKind.TIME);
    assertThat(cells.label(cells.size() - 3)).isEqualTo("above 1970-01-01T00:16:39Z");
    assertThat(Objects.requireNonNull(cells.label(2))).contains("1970-01-01T00:0");
  }
}
