package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rows that are not what the model takes, each between two good ones: only the guilty row fails, in
 * words that say what is wrong with it, and its neighbours get the answers they get alone.
 */
@Timeout(60)
class BadRowsTest {
  private static final Schema<Map<String, ?>> TRIPS =
      Schema.ofMap("Trip").numeric("distance").numeric("hour").categorical("origin").build();
  private static final TokenInput<long[]> TOKENS =
      TokenInput.<long[]>of(row -> row).withMaxLength(64);

  @BeforeEach
  void count() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  /** Asks each bad row between good ones, in every way there is; returns why it failed. */
  private static <I, O> List<String> between(Predictor<I, O> predictor, I good, List<I> bad) {
    O expected = predictor.predict(good);
    List<String> reasons = new ArrayList<>();
    for (I row : bad) {
      assertThatThrownBy(() -> predictor.predict(row))
          .isInstanceOf(PredictionFailedException.class)
          .satisfies(e -> reasons.add(e.getMessage() + " | " + root(e).getMessage()));
      assertThatThrownBy(() -> predictor.predictAll(List.of(good, row, good)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining(", row 1: ");
      List<CompletableFuture<O>> all = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        all.add(predictor.predictAsync(i == 4 ? row : good));
      }
      for (int i = 0; i < 9; i++) {
        CompletableFuture<O> one = all.get(i).orTimeout(10, TimeUnit.SECONDS);
        if (i == 4) {
          assertThatThrownBy(one::join)
              .isInstanceOf(CompletionException.class)
              .hasCauseInstanceOf(PredictionFailedException.class);
        } else {
          assertThat(one.join()).isEqualTo(expected);
        }
      }
      List<Scored<I, O>> scored = predictor.scoreAll(List.of(good, row, good).stream()).toList();
      assertThat(scored).extracting(s -> s.failure() == null).containsExactly(true, false, true);
      assertThat(scored.get(2).output()).isEqualTo(expected);
    }
    assertThat(predictor.predict(good)).isEqualTo(expected);
    return reasons;
  }

  private static Throwable root(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return cause == null ? thrown : root(cause);
  }

  private static Map<String, ?> trip(@Nullable Object distance, Object hour, Object origin) {
    Map<String, Object> row = new HashMap<>();
    row.put("distance", distance);
    row.put("hour", hour);
    row.put("origin", origin);
    return row;
  }

  @Test
  void maps_ofOtherTypesAndKeys_failAlone() {
    Model<Map<String, ?>, Double> model =
        OnnxModel.probability(TRIPS).load(Models.file("columns.onnx"));
    try (var predictor = Predictor.of(model).listener(p -> {}).build()) {
      Map<String, ?> good = trip(300, 8, "JFK");
      double expected = predictor.predict(good);
      List<String> reasons =
          between(
              predictor,
              good,
              List.of(
                  trip("300", 8, "JFK"),
                  trip(List.of(300), 8, "JFK"),
                  trip(300, new int[] {8}, "JFK"),
                  trip(300, 8, "J\0K"),
                  trip(300, 8, "\ud83d\ude00"),
                  trip(300, 8.5, "JFK"),
                  Map.of("distance", 300, "origin", "JFK")));
      assertThat(reasons.get(0))
          .endsWith("Feature distance is a java.lang.String (expected: a number).");
      assertThat(reasons.get(1))
          .contains("Feature distance is a ")
          .endsWith("(expected: a number).");
      assertThat(reasons.get(2)).endsWith("Feature hour is a [I (expected: a number).");
      assertThat(reasons.get(3)).contains("Feature origin has a text with a NUL");
      assertThat(reasons.get(4)).contains("a character beyond U+FFFF");
      assertThat(reasons.get(5)).contains("Feature hour has a value that is no int64");
      assertThat(reasons.get(6)).contains("Feature hour is missing in a row");
      // What nobody reads does not matter, a missing float is NaN, and a long text is a text.
      Map<String, Object> more = new HashMap<>(good);
      more.put("surplus", new Object());
      assertThat(predictor.predict(more)).isEqualTo(expected);
      Map<String, ?> longText = trip(300, 8, "x".repeat(10_000_000));
      assertThat(predictor.predictAll(List.of(good, longText, good)))
          .startsWith(expected)
          .endsWith(expected);
    }
  }

  @Test
  void arrays_ofAnotherWidth_failAlone() {
    for (boolean java : new boolean[] {true, false}) {
      OnnxOptions options = OnnxOptions.withDefaults();
      Model<float[], Double> model =
          OnnxModel.probability(Models.FOUR)
              .options(java ? options : options.withNativeOnly())
              .load(Models.file("logreg.onnx"));
      try (Predictor<float[], Double> predictor = Predictor.of(model).build()) {
        float[] good = {1, 2, 3, 4};
        List<String> reasons = between(predictor, good, List.of(new float[3], new float[0]));
        assertThat(reasons.get(0)).endsWith("Feature d is float 4 of a row, this one has 3.");
        assertThat(reasons.get(1)).endsWith("Feature a is float 1 of a row, this one has 0.");
        // A row may be longer than what is read, as Schema.floats says.
        assertThat(predictor.predict(new float[] {1, 2, 3, 4, 5}))
            .isEqualTo(predictor.predict(good));
      }
    }
  }

  @Test
  void answers_thatAreNoNumbers_failAlone() {
    Schema<double[]> rows = Schema.<double[]>builder("Row").numeric("x", row -> row[0]).build();
    Model<double[], Double> model =
        OnnxModel.regression(rows)
            .options(OnnxOptions.withDefaults().withNativeOnly())
            .load(Models.file("plus1.onnx"));
    try (Predictor<double[], Double> predictor = Predictor.of(model).build()) {
      List<String> reasons =
          between(predictor, new double[] {1}, List.of(new double[] {Double.NaN}, new double[0]));
      assertThat(reasons.get(0)).contains("not a number").contains("missing or extreme values");
      assertThat(reasons.get(1)).contains("ArrayIndexOutOfBoundsException (see the cause).");
    }
  }

  @Test
  void rows_nullAndNoneAndVeryMany_areAnsweredOrNamed() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(
                OnnxModel.regression(Models.ONE)
                    .options(OnnxOptions.withDefaults().withNativeOnly())
                    .load(Models.file("plus1.onnx")))
            .build()) {
      List<float[]> some = Arrays.asList(Models.row(1), null, Models.row(2));
      assertThatThrownBy(() -> predictor.predictAll(some))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("inputs[1]: null (expected: no nulls in it)");
      assertThat(predictor.predictAll(List.of())).isEmpty();
      assertThat(predictor.scoreAll(java.util.stream.Stream.<float[]>empty())).isEmpty();
      List<float[]> many = IntStream.range(0, 50_000).mapToObj(i -> Models.row(i)).toList();
      List<Double> answers = predictor.predictAll(many);
      assertThat(answers).hasSize(50_000).startsWith(1.0, 2.0).endsWith(49_999.0, 50_000.0);
    }
  }

  @Test
  void tokens_outsideTheVocabularyAndOfNoLength_failAlone() {
    for (String name : List.of("tokens", "tokens_pooled")) {
      Model<long[], float[]> model =
          OnnxModel.embedding(TOKENS, Pooling.MEAN).load(Models.file(name + ".onnx"));
      try (Predictor<long[], Double> predictor =
          Predictor.of(ModelSteps.of(model).after(vector -> (double) vector[0])).build()) {
        List<String> reasons =
            between(
                predictor,
                new long[] {3, 4, 5},
                List.of(
                    new long[] {3, 1_000_000, 5},
                    new long[] {-1_000_000},
                    new long[0],
                    new long[65],
                    new long[] {3, Long.MAX_VALUE, 5}));
        assertThat(reasons.get(0)).contains("failed on 1 rows: ONNX Runtime").contains("indices");
        assertThat(reasons.get(1)).contains("failed on 1 rows: ONNX Runtime");
        assertThat(reasons.get(2)).contains("0 tokens of a row (expected: 1..64)");
        assertThat(reasons.get(3)).contains("65 tokens of a row (expected: 1..64)");
        assertThat(reasons.get(4))
            .contains(
                name.equals("tokens")
                    ? "indices"
                    : "A token of the row does not fit the model's int32 input");
      }
    }
  }

  @Test
  void rows_thatChangeWhileTheyAreAsked_giveAnAnswerOfSomeMoment() {
    float[] row = {0};
    AtomicBoolean done = new AtomicBoolean();
    Thread writer =
        GatedModel.start(
            () -> {
              while (!done.get()) {
                row[0] = row[0] == 0 ? 1 : 0;
              }
            });
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).cache(Caching.withDefaults()).listener(p -> {}).build()) {
      for (int i = 0; i < 200; i++) {
        assertThat(predictor.predict(row)).isIn(1.0, 2.0);
        assertThat(predictor.predictAll(List.of(row, row))).isSubsetOf(1.0, 2.0);
      }
      done.set(true);
      GatedModel.until(() -> !writer.isAlive());
      for (float x = 0; x < 2; x++) {
        assertThat(predictor.predict(new float[] {x})).isEqualTo(x + 1.0);
      }
    } finally {
      done.set(true);
    }
  }

  /** Who gets an array may do with it what he likes. */
  @Test
  void answers_thatAreArrays_belongToTheirCallers() {
    Schema<Double> rows = Schema.<Double>builder("Row").numeric("x", x -> x).build();
    Model<Double, float[]> model =
        inputs -> inputs.stream().map(x -> new float[] {x.floatValue(), 1}).toList();
    List<Prediction<Double, float[]>> seen = new CopyOnWriteArrayList<>();
    try (Predictor<Double, float[]> predictor =
        Predictor.of(model)
            .schema(rows)
            .cache(Caching.withDefaults())
            .listener(seen::add)
            .build()) {
      for (int i = 0; i < 4; i++) {
        float[] answer = i < 3 ? predictor.predict(7.0) : predictor.predictAsync(7.0).join();
        assertThat(answer).containsExactly(7, 1);
        Arrays.fill(answer, -1);
      }
      assertThat(predictor.stats().cacheHits()).isEqualTo(3);
      Arrays.fill(predictor.predictAll(List.of(7.0)).get(0), -1);
      assertThat(predictor.awaitListeners(Duration.ofSeconds(10))).isTrue();
      assertThat(seen).hasSize(5).allSatisfy(p -> assertThat(p.output()).containsExactly(7, 1));
    }
  }

  @Test
  void predictDetailed_rowThatDoesNotTellItsKey_isAnsweredWithoutIt() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .keyBy(row -> row[0] == 5 ? Integer.toString(1 / (int) (row[0] - 5)) : "key")
            .unitBy(row -> "unit")
            .build()) {
      Prediction<float[], Double> told = predictor.predictDetailed(Models.row(1));
      assertThat(told.key()).isEqualTo("key");
      Prediction<float[], Double> silent = predictor.predictDetailed(Models.row(5));
      assertThat(silent.output()).isEqualTo(6);
      assertThat(silent.key()).isNull();
      assertThat(silent.unit()).isEqualTo("unit");
    }
  }
}
