package io.mlops4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * ONNX Runtime without us, in two ways. The best one: one input tensor over a direct buffer,
 * reused, and an output pinned to another. The obvious one: a tensor from a {@code float[][]} per
 * call and the answer as a {@code float[][]}. One intra-op thread without spinning, like ours. Used
 * by one thread.
 */
final class RawOnnx implements AutoCloseable {
  private static final int CLASSES = 2;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final FloatBuffer in;
  private final FloatBuffer out;
  private final Map<String, OnnxTensor> input;
  private final Map<String, OnnxTensor> output;

  private RawOnnx(byte[] graph, int rows) throws OrtException {
    environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      session = environment.createSession(graph, options);
    }
    in = direct(rows * Mlp.WIDTH);
    out = direct(rows * CLASSES);
    input =
        Map.of(Mlp.INPUT, OnnxTensor.createTensor(environment, in, new long[] {rows, Mlp.WIDTH}));
    output =
        Map.of(
            "probabilities", OnnxTensor.createTensor(environment, out, new long[] {rows, CLASSES}));
  }

  /** Returns a session of the small MLP whose reused tensors have that many rows. */
  static RawOnnx open(int rows) {
    return open(Mlp.bytes(), rows);
  }

  /** Returns a session of a graph with the same input and output. */
  static RawOnnx open(byte[] graph, int rows) {
    try {
      return new RawOnnx(graph, rows);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Returns the probability of the positive class; the session was opened for one row. */
  double pinned(float[] row) {
    try {
      in.put(0, row);
      session.run(input, output).close();
      return out.get(1);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the sum of the positive class's probabilities; opened for that many rows. */
  double pinned(float[][] rows) {
    try {
      for (int i = 0; i < rows.length; i++) {
        in.put(i * Mlp.WIDTH, rows[i]);
      }
      session.run(input, output).close();
      double sum = 0;
      for (int i = 0; i < rows.length; i++) {
        sum += out.get(i * CLASSES + 1);
      }
      return sum;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the probabilities of the positive class; opened for that many rows. */
  double[] scores(float[][] rows) {
    pinned(rows);
    double[] scores = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      scores[i] = out.get(i * CLASSES + 1);
    }
    return scores;
  }

  /** Returns the sum of the positive class's probabilities. */
  double obvious(float[][] rows) {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, rows);
        OrtSession.Result result = session.run(Map.of(Mlp.INPUT, tensor))) {
      float[][] answers = (float[][]) result.get(0).getValue();
      double sum = 0;
      for (float[] answer : answers) {
        sum += answer[1];
      }
      return sum;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    input.values().forEach(OnnxTensor::close);
    output.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
