package io.mlops4j.serving;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The ONNX files made by src/test/python/make_models.py, and releases around them. */
final class Models {
  static final Schema<float[]> ONE = Schema.floats("x");
  static final Schema<float[]> FOUR = Schema.floats("a", "b", "c", "d");
  static final Schema<float[]> THIRTY =
      Schema.floats(IntStream.range(0, 30).mapToObj(i -> "x" + i).toArray(String[]::new));

  private Models() {}

  static Path file(String name) {
    try {
      return Path.of(Objects.requireNonNull(Models.class.getResource("/models/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] bytes(String name) {
    try {
      return Files.readAllBytes(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a regression over one number: plus1, plus2, identity. */
  static Model<float[], Double> one(String name) {
    return OnnxModel.regression(ONE).load(file(name + ".onnx"));
  }

  static float[] row(double value) {
    return new float[] {(float) value};
  }

  static ModelVersion version(int number) {
    return new ModelVersion("m", number);
  }

  static <I, O> ModelRelease<I, O> release(int number, Supplier<? extends Model<I, O>> loader) {
    return release(number, null, loader);
  }

  static <I, O> ModelRelease<I, O> release(
      int number, @Nullable GoldenRows golden, Supplier<? extends Model<I, O>> loader) {
    return new ModelRelease<>() {
      @Override
      public ModelVersion version() {
        return Models.version(number);
      }

      @Override
      public Optional<Baseline> baseline() {
        return Optional.empty();
      }

      @Override
      public Optional<GoldenRows> goldenRows() {
        return Optional.ofNullable(golden);
      }

      @Override
      public Model<I, O> load() {
        return loader.get();
      }
    };
  }

  /** Returns an artifact of one ONNX file. */
  static ModelArtifact artifact(
      String name, @Nullable InputEncoding encoding, @Nullable String signature) {
    return new ModelArtifact() {
      @Override
      public String format() {
        return "onnx";
      }

      @Override
      public SortedSet<String> files() {
        return new TreeSet<>(List.of(name));
      }

      @Override
      public byte[] bytes(String file) {
        return Models.bytes(file);
      }

      @Override
      public Optional<InputEncoding> encoding() {
        return Optional.ofNullable(encoding);
      }

      @Override
      public Optional<String> signature() {
        return Optional.ofNullable(signature);
      }

      @Override
      public Optional<Baseline> baseline() {
        return Optional.empty();
      }

      @Override
      public Optional<GoldenRows> goldenRows() {
        return Optional.empty();
      }
    };
  }

  /** Returns a model that says when it has been closed. */
  static <I, O> Model<I, O> closing(Model<I, O> model, CountDownLatch closed) {
    return new Model<>() {
      @Override
      public List<O> predict(List<I> inputs) {
        return model.predict(inputs);
      }

      @Override
      public Optional<Schema<I>> schema() {
        return model.schema();
      }

      @Override
      public void close() {
        model.close();
        closed.countDown();
      }
    };
  }

  /** A model whose answer is input plus a constant, and which notices a call after close. */
  static Model<Double, Double> adding(double constant) {
    return inputs -> {
      List<Double> answers = new ArrayList<>();
      inputs.forEach(x -> answers.add(x + constant));
      return answers;
    };
  }
}
