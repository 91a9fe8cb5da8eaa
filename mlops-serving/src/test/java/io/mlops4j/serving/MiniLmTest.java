package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The sentence transformer inside langchain4j's jar, next to langchain4j itself: a model, a
 * tokenizer and answers that this project did not make.
 */
class MiniLmTest {
  private static final List<String> TEXTS =
      List.of(
          "The flight to Atlanta was two hours late.",
          "Our plane arrived with a long delay.",
          "Preheat the oven and butter the tin.",
          "Hi",
          "A much longer sentence, which goes on about nothing in particular for quite a while,"
              + " only to have more tokens than the others have and so to be padded to another"
              + " length.");

  private static HuggingFaceTokenizer tokenizer;
  private static byte[] graph;

  @BeforeAll
  static void open() throws Exception {
    graph = resource("/all-minilm-l6-v2-q.onnx").readAllBytes();
    tokenizer =
        HuggingFaceTokenizer.newInstance(
            resource("/all-minilm-l6-v2-q-tokenizer.json"), Map.of("padding", "false"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        AllMiniLmL6V2QuantizedEmbeddingModel.class.getResourceAsStream(name));
  }

  private static Model<String, float[]> load(int... buckets) {
    Function<String, long[]> encode = text -> tokenizer.encode(text, true, false).getIds();
    TokenInput<String> tokens = TokenInput.of(encode);
    return OnnxModel.embedding(
            buckets.length == 0 ? tokens : tokens.withBuckets(buckets), Pooling.MEAN.normalized())
        .load(Models.version(1), ModelFiles.of("onnx", Map.of("model.onnx", graph)));
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void embedding_miniLm_isWhatLangchain4jAnswersForTheSameTokens() {
    // No padding: every length is a bucket, so that the native input is the same.
    int[] every = IntStream.rangeClosed(1, 64).toArray();
    try (Model<String, float[]> model = load(every)) {
      var theirs = new AllMiniLmL6V2QuantizedEmbeddingModel();
      for (String text : TEXTS) {
        float[] ours = model.predict(List.of(text)).get(0);
        float[] reference = theirs.embed(text).content().vector();
        assertThat(ours).hasSize(384);
        assertThat(ours).usingComparatorWithPrecision(1e-5f).containsExactly(reference);
      }
      // The control: another text's vector is far away.
      assertThat(
              cosine(
                  model.predict(List.of(TEXTS.get(0))).get(0),
                  theirs.embed(TEXTS.get(2)).content().vector()))
          .isLessThan(0.5);
    }
  }

  /** The model is quantised, so that padding and neighbours change its answers a little. */
  @Test
  void embedding_paddedAndBatched_staysCloseAndKeepsMeaning() {
    try (Model<String, float[]> exact = load(IntStream.rangeClosed(1, 64).toArray());
        Model<String, float[]> padded = load()) {
      List<float[]> together = padded.predict(TEXTS);
      for (int i = 0; i < TEXTS.size(); i++) {
        float[] alone = exact.predict(List.of(TEXTS.get(i))).get(0);
        assertThat(cosine(together.get(i), alone)).as(TEXTS.get(i)).isCloseTo(1, within(0.05));
      }
      double related = cosine(together.get(0), together.get(1));
      double unrelated = cosine(together.get(0), together.get(2));
      assertThat(related).isGreaterThan(unrelated + 0.3);
    }
  }
}
