package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.Model;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of tokens on a small float model of src/test/python/make_columns.py. */
class TokenInputTest {
  private static final double FLOATS = 5e-6;
  private static final TokenInput<long[]> TOKENS = TokenInput.<long[]>of(row -> row);

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static JsonNode golden() throws Exception {
    return new ObjectMapper().readTree(Models.bytes("columns.json")).path("tokens");
  }

  private static List<long[]> rows(JsonNode golden) {
    List<long[]> rows = new ArrayList<>();
    for (JsonNode node : golden.path("rows")) {
      long[] row = new long[node.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = node.get(i).longValue();
      }
      rows.add(row);
    }
    return rows;
  }

  private static void assertVector(float[] actual, JsonNode expected) {
    assertThat(actual).hasSize(expected.size());
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected.get(i).doubleValue(), within(FLOATS));
    }
  }

  // Python's answers are of unpadded texts, one by one.
  @ParameterizedTest
  @CsvSource({"tokens, mean", "tokens, first", "tokens_pooled, pooled"})
  void embedding_textsOfManyLengthsAtOnce_areAsUnpadded(String name, String expected)
      throws Exception {
    JsonNode golden = golden();
    Pooling pooling = expected.equals("first") ? Pooling.FIRST : Pooling.MEAN;
    for (TokenInput<long[]> tokens :
        List.of(TOKENS, TOKENS.withBuckets(40), TOKENS.withMaxLength(40), TOKENS.withPadding(7))) {
      // The model has 64 places.
      TokenInput<long[]> fitting = tokens.longestBucket() > 64 ? tokens.withMaxLength(64) : tokens;
      try (Model<long[], float[]> model =
          OnnxModel.embedding(fitting, pooling).load(Models.file(name + ".onnx"))) {
        List<float[]> together = model.predict(rows(golden));
        for (int i = 0; i < together.size(); i++) {
          assertVector(together.get(i), golden.path(expected).get(i));
          float[] alone = model.predict(List.of(rows(golden).get(i))).get(0);
          assertThat(alone).usingComparatorWithPrecision(1e-6f).containsExactly(together.get(i));
        }
        assertThat(model.schema()).isEmpty();
      }
    }
  }

  @Test
  void embedding_normalized_hasLengthOne() throws Exception {
    JsonNode golden = golden();
    try (Model<long[], float[]> model =
        OnnxModel.embedding(TOKENS.withMaxLength(64), Pooling.MEAN.normalized())
            .load(Models.file("tokens.onnx"))) {
      for (float[] vector : model.predict(rows(golden))) {
        double squares = 0;
        for (float x : vector) {
          squares += x * x;
        }
        assertThat(squares).isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void probability_textClassifier_answersWhatPythonAnswers() throws Exception {
    JsonNode golden = golden();
    try (var predictor =
        Predictor.of(
                OnnxModel.probability(TOKENS.withMaxLength(64))
                    .load(Models.file("tokens_class.onnx")))
            .microBatching(MicroBatching.withDefaults())
            .build()) {
      List<Double> answers = predictor.predictAll(rows(golden));
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i))
            .isCloseTo(golden.path("class").get(i).doubleValue(), within(FLOATS));
      }
    }
    try (var model =
        OnnxModel.probabilities(TOKENS.withMaxLength(64)).load(Models.file("tokens_class.onnx"))) {
      assertThat(model.predict(rows(golden)).get(0).of(1))
          .isCloseTo(golden.path("class").get(0).doubleValue(), within(FLOATS));
    }
  }

  @Test
  void predict_moreRowsThanFit_keepTheirOrder() {
    List<long[]> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      long[] row = new long[1 + (i * 7) % 50];
      java.util.Arrays.fill(row, i % 50);
      rows.add(row);
    }
    try (Model<long[], float[]> model =
        OnnxModel.embedding(TOKENS.withMaxLength(64), Pooling.MEAN)
            .load(Models.file("tokens.onnx"))) {
      List<float[]> together = model.predict(rows);
      for (int i = 0; i < rows.size(); i++) {
        float[] alone = model.predict(List.of(rows.get(i))).get(0);
        assertThat(together.get(i)).usingComparatorWithPrecision(1e-5f).containsExactly(alone);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65})
  void predict_noOrTooManyTokens_isAnErrorOfThatRowOnly(int length) {
    try (var predictor =
        Predictor.of(
                OnnxModel.probability(TOKENS.withMaxLength(64))
                    .load(Models.file("tokens_class.onnx")))
            .fallback(row -> -1.0)
            .build()) {
      List<Double> answers =
          predictor.predictAll(List.of(new long[] {1}, new long[length], new long[] {1}));
      assertThat(answers.get(1)).isEqualTo(-1.0);
      assertThat(answers.get(0)).isBetween(0.0, 1.0).isEqualTo(answers.get(2));
    }
    assertThatThrownBy(() -> TOKENS.withMaxLength(64).tokens(new long[length]))
        .isInstanceOf(PredictionFailedException.class)
        .hasMessageContaining("made " + length + " tokens of a row (expected: 1..64)");
  }

  @Test
  void load_graphWithoutTokens_listsItsInputs() {
    assertThatThrownBy(
            () -> OnnxModel.embedding(TOKENS, Pooling.MEAN).load(Models.file("mlp.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("takes 'X' float [n, 30]")
        .hasMessageContaining("input_ids, attention_mask, token_type_ids, position_ids");
  }

  @Test
  void load_noVectorOutput_listsOutputs() {
    assertThatThrownBy(
            () ->
                OnnxModel.embedding(TOKENS.withMaxLength(64), Pooling.MEAN)
                    .output("none")
                    .load(Models.file("tokens.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("0 outputs to read as embeddings")
        .hasMessageContaining("'last_hidden_state' float [n, n, 6]");
  }

  @Test
  void load_lengthTheModelCannotTake_saysWhichWasTried() {
    assertThatThrownBy(
            () ->
                OnnxModel.embedding(TOKENS.withBuckets(100), Pooling.MEAN)
                    .load(Models.file("tokens.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("cannot run 2 rows of 100 tokens");
  }

  @Test
  void withBuckets_outOfRange_areRefused() {
    assertThatThrownBy(() -> TOKENS.withBuckets(8, 8))
        .hasMessage("buckets: [8, 8] (expected: ascending)");
    assertThatThrownBy(() -> TOKENS.withBuckets()).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> TOKENS.withMaxLength(0)).hasMessage("length: 0 (expected: 1..65536)");
  }

  @Test
  void bucket_lengths_areTheNextOne() {
    for (int tokens = 1; tokens <= 512; tokens++) {
      int step = tokens <= 64 ? 8 : tokens <= 128 ? 16 : tokens <= 256 ? 32 : 64;
      assertThat(TOKENS.bucket(tokens)).isEqualTo((tokens + step - 1) / step * step);
    }
    TokenInput<long[]> tokens = TOKENS.withMaxLength(100);
    assertThat(tokens.bucket(65)).isEqualTo(80);
    assertThat(tokens.bucket(97)).isEqualTo(100);
    assertThat(tokens.longestBucket()).isEqualTo(100);
  }
}
