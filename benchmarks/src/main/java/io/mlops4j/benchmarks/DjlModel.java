package io.mlops4j.benchmarks;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model behind DJL's predictor, on the same ONNX Runtime. DJL refuses to start once anyone else
 * has created the ONNX Runtime environment, so it needs a JVM of its own. Used by one thread.
 */
final class DjlModel implements AutoCloseable {
  private static final String FILE = "model.onnx";

  private final Path directory;
  private final ZooModel<float[], Double> model;
  private final Predictor<float[], Double> predictor;

  DjlModel(byte[] graph) {
    try {
      // DJL wants a path.
      directory = Files.createTempDirectory("mlops4j-djl");
      Files.write(directory.resolve(FILE), graph);
      model =
          Criteria.builder()
              .setTypes(float[].class, Double.class)
              .optModelPath(directory.resolve(FILE))
              .optEngine("OnnxRuntime")
              .optOption("intraOpNumThreads", "1")
              .optTranslator(new OneRow())
              .build()
              .loadModel();
      predictor = model.newPredictor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ModelNotFoundException | MalformedModelException e) {
      throw new IllegalStateException(e);
    }
  }

  double predict(float[] row) {
    try {
      return predictor.predict(row);
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
    try {
      Files.deleteIfExists(directory.resolve(FILE));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class OneRow implements NoBatchifyTranslator<float[], Double> {
    @Override
    public NDList processInput(TranslatorContext context, float[] row) {
      return new NDList(context.getNDManager().create(row, new Shape(1, row.length)));
    }

    @Override
    public Double processOutput(TranslatorContext context, NDList answers) {
      return (double) answers.get(0).toFloatArray()[1];
    }
  }
}
