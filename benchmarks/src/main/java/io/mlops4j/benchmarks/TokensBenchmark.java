package io.mlops4j.benchmarks;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Pooling;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TokenInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sentence vectors of the quantised MiniLM: langchain4j's model, and ours with the same file and
 * the same tokenizer. Texts of 11 to 40 tokens; tokenizing is part of all times.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokensBenchmark {
  private static final int BATCH = 32;
  private static final String[] WORDS = {
    "the", "flight", "to", "Atlanta", "left", "two", "hours", "late", "because", "of", "snow"
  };

  /** Texts to ask for. */
  @State(Scope.Thread)
  public static class Texts {
    final List<String> texts = IntStream.range(0, BATCH).mapToObj(i -> text(8 + i)).toList();
    final List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
    private int next;

    private static String text(int words) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < words; i++) {
        text.append(WORDS[i % WORDS.length]).append(' ');
      }
      return text.append('.').toString();
    }

    String next() {
      return texts.get(next++ % BATCH);
    }
  }

  /** langchain4j's model: all cores for a run, and one run after the other for its batches. */
  @State(Scope.Thread)
  public static class Theirs {
    final EmbeddingModel model = new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run);
  }

  /** Ours: with one thread a run, as it comes, and with all cores, as langchain4j's. */
  @State(Scope.Thread)
  @SuppressWarnings("NullAway.Init")
  public static class Ours {
    /** Which threads. */
    @Param({"one", "all"})
    public String threads = "one";

    private HuggingFaceTokenizer tokenizer;
    Predictor<String, float[]> predictor;

    /** Loads the file and the tokenizer of langchain4j's jar. */
    @Setup
    public void open() {
      OnnxOptions one = OnnxOptions.withDefaults();
      try {
        tokenizer =
            HuggingFaceTokenizer.newInstance(
                resource("/all-minilm-l6-v2-q-tokenizer.json"), Map.of("padding", "false"));
        byte[] graph = resource("/all-minilm-l6-v2-q.onnx").readAllBytes();
        TokenInput<String> tokens =
            TokenInput.of(text -> tokenizer.encode(text, true, false).getIds());
        predictor =
            Predictor.of(
                    OnnxModel.embedding(tokens, Pooling.MEAN.normalized())
                        .options(threads.equals("one") ? one : one.withSharedPool())
                        .load(
                            ModelVersion.unregistered("minilm"),
                            ModelFiles.of("onnx", Map.of("model.onnx", graph))))
                .listener(prediction -> {})
                .meters(new SimpleMeterRegistry())
                .build();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static InputStream resource(String name) {
      return Objects.requireNonNull(
          AllMiniLmL6V2QuantizedEmbeddingModel.class.getResourceAsStream(name));
    }

    /** Closes predictor and tokenizer. */
    @TearDown
    public void close() {
      predictor.close();
      tokenizer.close();
    }
  }

  /**
   * langchain4j, one text.
   *
   * @param theirs the model
   * @param texts what is asked
   * @return the vector
   */
  @Benchmark
  public Embedding baseline(Theirs theirs, Texts texts) {
    return theirs.model.embed(texts.next()).content();
  }

  /**
   * Ours, one text.
   *
   * @param ours the predictor
   * @param texts what is asked
   * @return the vector
   */
  @Benchmark
  public float[] direct(Ours ours, Texts texts) {
    return ours.predictor.predict(texts.next());
  }

  /**
   * langchain4j, 32 texts.
   *
   * @param theirs the model
   * @param texts what is asked
   * @return the vectors
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Embedding> batchBaseline(Theirs theirs, Texts texts) {
    return theirs.model.embedAll(texts.segments).content();
  }

  /**
   * Ours, 32 texts.
   *
   * @param ours the predictor
   * @param texts what is asked
   * @return the vectors
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<float[]> predictAll(Ours ours, Texts texts) {
    return ours.predictor.predictAll(texts.texts);
  }
}
