package io.mlops4j.benchmarks;

import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Pooling;
import io.mlops4j.serving.TokenInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A model that is swapped while it is asked.
 *
 * @param <I> what a row is
 * @param <O> what comes back
 * @param releases the same model under a version number
 * @param rows what is asked, by its number
 * @param perSecond how many requests come in a second
 */
record SwapSubject<I, O>(
    IntFunction<ModelRelease<I, O>> releases, IntFunction<I> rows, double perSecond) {
  private static final double OFTEN = 500;
  private static final double SELDOM = 50;
  private static final int TOKENS = 16;
  private static final int WORDS = 20_000;
  private static final int BEFORE_WORDS = 1_000;

  /** Returns 400 boosted trees, 0.9 MB, in Java. */
  static SwapSubject<Flights.Flight, Double> trees() {
    return trees(OnnxOptions.withDefaults());
  }

  /** Returns the same in ONNX Runtime: thousands of small pieces of native memory. */
  static SwapSubject<Flights.Flight, Double> nativeTrees() {
    return trees(OnnxOptions.withDefaults().withNativeOnly());
  }

  private static SwapSubject<Flights.Flight, Double> trees(OnnxOptions options) {
    Flights flights = new Flights(options);
    return new SwapSubject<>(flights::release, flights::flight, OFTEN);
  }

  /** Returns the small MLP, 27 kB. */
  static SwapSubject<float[], Double> mlp() {
    ModelFiles files = ModelFiles.of("onnx", Map.of("model.onnx", Mlp.bytes()));
    float[][] rows = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);
    return new SwapSubject<>(
        releases("mlp", version -> OnnxModel.probability(Mlp.SCHEMA).load(version, files)),
        number -> rows[number & Inputs.MASK],
        OFTEN);
  }

  /** Returns the quantised MiniLM, 23 MB, asked for 16 tokens at a time. */
  static SwapSubject<long[], float[]> miniLm() {
    ModelFiles files = ModelFiles.of("onnx", Map.of("model.onnx", miniLmFile()));
    TokenInput<long[]> tokens = TokenInput.of(ids -> ids);
    Random random = new Random(TOKENS);
    long[][] rows = new long[Inputs.COUNT][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.longs(TOKENS, BEFORE_WORDS, WORDS).toArray();
    }
    return new SwapSubject<>(
        releases(
            "minilm",
            version -> OnnxModel.embedding(tokens, Pooling.MEAN.normalized()).load(version, files)),
        number -> rows[number & Inputs.MASK],
        SELDOM);
  }

  private static byte[] miniLmFile() {
    try (InputStream in =
        Objects.requireNonNull(
            AllMiniLmL6V2QuantizedEmbeddingModel.class.getResourceAsStream(
                "/all-minilm-l6-v2-q.onnx"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <I, O> IntFunction<ModelRelease<I, O>> releases(
      String name, Function<ModelVersion, Model<I, O>> loader) {
    return number -> {
      ModelVersion version = new ModelVersion(name, number);
      return new ModelRelease<>() {
        @Override
        public ModelVersion version() {
          return version;
        }

        @Override
        public Optional<Baseline> baseline() {
          return Optional.empty();
        }

        @Override
        public Optional<GoldenRows> goldenRows() {
          return Optional.empty();
        }

        @Override
        public Model<I, O> load() {
          return loader.apply(version);
        }
      };
    };
  }
}
