package io.mlops4j.benchmarks;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.impl.ArrayExample;
import org.tribuo.interop.onnx.DenseTransformer;
import org.tribuo.interop.onnx.LabelTransformer;
import org.tribuo.interop.onnx.ONNXExternalModel;

/** A graph behind Tribuo's model for ONNX files, on the same ONNX Runtime. Used by one thread. */
final class TribuoModel implements AutoCloseable {
  private static final Label POSITIVE = new Label("1");

  private final String[] names = new String[Mlp.WIDTH];
  private final double[] values = new double[Mlp.WIDTH];
  private final ONNXExternalModel<Label> model;

  TribuoModel(byte[] graph) {
    Map<String, Integer> features = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      // Tribuo sorts features by name.
      names[i] = "x" + (char) ('A' + i);
      features.put(names[i], i);
    }
    try {
      // The model owns the options: it closes them.
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      Path file = Files.createTempFile("mlops4j-tribuo", ".onnx");
      try {
        Files.write(file, graph);
        model =
            ONNXExternalModel.createOnnxModel(
                new LabelFactory(),
                features,
                Map.of(new Label("0"), 0, POSITIVE, 1),
                new DenseTransformer(),
                new LabelTransformer(),
                options,
                file,
                Mlp.INPUT);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the probability of the positive class. */
  double predict(float[] row) {
    for (int i = 0; i < row.length; i++) {
      values[i] = row[i];
    }
    ArrayExample<Label> example =
        new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, names, Arrays.copyOf(values, values.length));
    Label score = model.predict(example).getOutputScores().get(POSITIVE.getLabel());
    return Objects.requireNonNull(score, "no score of the positive class").getScore();
  }

  @Override
  public void close() {
    model.close();
  }
}
