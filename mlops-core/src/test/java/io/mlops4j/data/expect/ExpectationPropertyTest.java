package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;
import static io.mlops4j.data.expect.Expectation.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class ExpectationPropertyTest {
  record Row(@Nullable String name, double value, int group) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);

  private static ExpectationResult only(Dataset<Row> rows, Expectation expectation) {
    return Expectations.of(SCHEMA, expectation).validate(rows).results().get(2);
  }

  /** numpy's definition, over sorted values, in one line each. */
  private static double quantile(double[] values, double p) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double position = (sorted.length - 1) * p;
    int k = (int) position;
    double next = sorted[Math.min(k + 1, sorted.length - 1)];
    return sorted[k] + (next - sorted[k]) * (position - k);
  }

  @Property(tries = 300)
  void quantile_anyValuesAndBounds_isDecidedAsBySorting(@ForAll long seed) {
    Random random = new Random(seed);
    double[] values =
        random.doubles(1 + random.nextInt(30)).map(v -> Math.rint(v * 8) / 4 - 1).toArray();
    double p = random.nextInt(5) == 0 ? random.nextInt(2) : random.nextDouble();
    double low = random.nextInt(9) / 4.0 - 1.1 + (random.nextBoolean() ? 0.1 : 0);
    double high = low + random.nextInt(5) / 8.0;
    ExactQuantile exact = new ExactQuantile(p, Bounds.between(low, high));
    Arrays.stream(values).forEach(exact::add);

    double expected = quantile(values, p);

    assertThat(exact.holds()).as("%s", expected).isEqualTo(expected >= low && expected <= high);
    assertThat(exact.shown()).isEqualTo(expected);
  }

  @Property(tries = 30)
  void unique_anyRowsAndMemory_missesNoRepetition(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int inMemory) throws IOException {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String name = random.nextInt(20) == 0 ? null : name(random);
      double value = random.nextInt(10) == 0 ? Double.NaN : random.nextInt(30) / 2.0 - 0.0;
      rows.add(new Row(name, value, 0));
    }
    assertRepetitions(rows, inMemory, r -> r.name(), "name");
    assertRepetitions(
        rows, inMemory, r -> Double.isNaN(r.value()) ? null : r.value() + 0.0, "value");
    assertRepetitions(
        rows,
        inMemory,
        r ->
            r.name() == null && Double.isNaN(r.value())
                ? null
                : Arrays.asList(r.name(), r.value() + 0.0),
        "name",
        "value");
  }

  /** Texts around the 15 characters that are kept as they are, and beyond ASCII. */
  private static String name(Random random) {
    String[] long15 = {
      "", "a", "é", "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "\ud800", "\ud801"
    };
    return long15[random.nextInt(long15.length)] + (random.nextBoolean() ? random.nextInt(40) : "");
  }

  private static void assertRepetitions(
      List<Row> rows,
      int inMemory,
      java.util.function.Function<Row, @Nullable Object> key,
      String... features)
      throws IOException {
    Path directory = Files.createTempDirectory("unique");
    ValidationResult validated =
        Expectations.of(SCHEMA, unique(features))
            .validation()
            .keysInMemory(inMemory)
            .temporaryDirectory(directory)
            .examples(1_000)
            .run(Dataset.of(SCHEMA, rows));
    Set<Object> seen = new HashSet<>();
    List<Long> repeated = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Object of = key.apply(rows.get(i));
      if (of != null && !seen.add(of)) {
        repeated.add(i + 1L);
      }
    }
    ExpectationResult result = validated.results().get(2);
    assertThat(result.failed()).isEqualTo(repeated.size());
    assertThat(result.examples())
        .extracting(ExpectationResult.Example::line)
        .containsExactlyElementsOf(repeated);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    Files.delete(directory);
  }

  @Property(tries = 100)
  void mostly_anyCounts_isComparedExactly(
      @ForAll @IntRange(min = 1, max = 300) int rows,
      @ForAll @IntRange(min = 1, max = 100) int percent) {
    List<Row> all = new ArrayList<>();
    int holding = (rows * percent + 99) / 100; // The fewest that are enough.
    for (int i = 0; i < rows; i++) {
      all.add(new Row("a", i < holding ? 1 : 2, 0));
    }
    Expectation expectation = feature("value").isAtMost(1).mostly(percent / 100.0);

    assertThat(only(Dataset.of(SCHEMA, all), expectation).outcome()).isEqualTo(Outcome.PASS);
    all.set(0, new Row("a", 2, 0));
    assertThat(only(Dataset.of(SCHEMA, all), expectation).outcome()).isEqualTo(Outcome.FAIL);
  }

  /** The evaluation rows share no row with the training rows, or that is said and never passes. */
  @Property(tries = 100)
  void areNotIn_anyTwoDataSets_passesExactlyIfNoRowIsInBoth(@ForAll long seed) {
    Random random = new Random(seed);
    List<Labeled<Row>> training = labeled(random, 0, 40);
    List<Labeled<Row>> evaluation = labeled(random, 100, 1 + random.nextInt(40));
    for (int i = random.nextInt(3); i > 0; i--) {
      Labeled<Row> row = training.get(random.nextInt(training.size()));
      evaluation.add(random.nextInt(evaluation.size()), row);
    }
    // The same features with another truth are another row.
    Labeled<Row> other = training.get(0);
    evaluation.add(new Labeled<>(other.row(), 1 - other.label()));
    Set<Labeled<Row>> shared = new HashSet<>(evaluation);
    shared.retainAll(training);

    ValidationResult result =
        Expectations.of(SCHEMA, rows().areNotIn("training"))
            .validation()
            .disjointFrom("training", RowFingerprint.of(LabeledDataset.of(SCHEMA, training)))
            .run(LabeledDataset.of(SCHEMA, evaluation));

    assertThat(result.passed()).isEqualTo(shared.isEmpty());
    assertThat(result.results().get(2).sentence())
        .contains(shared.size() + " of " + new HashSet<>(evaluation).size() + " different rows");
  }

  private static List<Labeled<Row>> labeled(Random random, int from, int count) {
    List<Labeled<Row>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Row row = new Row("r" + (from + random.nextInt(60)), random.nextInt(3), from);
      rows.add(new Labeled<>(row, random.nextInt(2)));
    }
    return rows;
  }

  @Property(tries = 60)
  void inferred_anyRows_holdsOfThemAndSurvivesJson(@ForAll long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(300);
    List<Row> rows = new ArrayList<>();
    int distinct = 1 + random.nextInt(80);
    double scale = Math.pow(10, random.nextInt(8) - 3);
    boolean gaps = random.nextBoolean();
    for (int i = 0; i < count; i++) {
      boolean gap = gaps && random.nextInt(9) == 0;
      String name =
          gap ? null : random.nextBoolean() ? name(random) : "n" + random.nextInt(distinct);
      double value = gap ? Double.NaN : (random.nextGaussian() - random.nextInt(2)) * scale;
      rows.add(new Row(name, value, random.nextInt(distinct)));
    }
    Dataset<Row> data = Dataset.of(SCHEMA, rows);
    Expectations<Row> suite = Expectations.inferred(data);

    assertThat(suite.validate(data).evaluate()).isInstanceOf(io.mlops4j.core.Check.Pass.class);
    if (rows.stream().noneMatch(r -> r.name() != null && r.name().contains("\ud800"))) {
      assertThat(Expectations.fromJson(SCHEMA, suite.toJson()).expectations())
          .isEqualTo(suite.expectations());
    }
  }
}
