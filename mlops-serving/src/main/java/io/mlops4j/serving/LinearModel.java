package io.mlops4j.serving;

import java.util.Arrays;
import java.util.List;

/**
 * A linear model in Java: {@code y = post(W x + b)}. Immutable and thread-safe.
 *
 * <p>All affine steps of the graph are one matrix, in doubles: an ordinary row costs one
 * multiplication and addition per weight. A row with a value that is NaN, infinite, or so large
 * that floats could overflow in some step, is instead run step by step in floats as the graph says,
 * so that it overflows and becomes NaN where ONNX Runtime's does.
 *
 * <p>ONNX Runtime adds floats in an order of its own. With {@code S = |b| + sum |w x|}, its score
 * is within about {@code n * 6e-8 * S} of the exact one; this one is exact up to its last bit.
 */
final class LinearModel implements JavaModel {

  /** What follows the affine part. */
  enum Post {
    NONE,
    SIGMOID,
    SOFTMAX
  }

  /** No intermediate result of a row may pass this on the way through one matrix. */
  private static final double SAFE = 1e37;

  private final List<LinearStep> steps;
  private final double[] weights;
  private final double[] bias;
  private final int width;
  private final Post post;
  private final List<String> labels;
  private final float limit;

  LinearModel(int width, List<LinearStep> steps, Post post, List<String> labels) {
    this.width = width;
    this.steps = List.copyOf(steps);
    this.post = post;
    this.labels = labels;
    LinearStep.Affine all = null;
    for (LinearStep step : steps) {
      all =
          all == null && step instanceof LinearStep.Matrix matrix
              ? first(width, matrix)
              : step.after(all == null ? LinearStep.Affine.identity(width) : all);
    }
    LinearStep.Affine affine = all == null ? LinearStep.Affine.identity(width) : all;
    this.bias = affine.bias();
    this.weights = new double[bias.length * width];
    for (int j = 0; j < bias.length; j++) {
      System.arraycopy(affine.weights()[j], 0, weights, j * width, width);
    }
    this.limit = limit();
  }

  private static LinearStep.Affine first(int width, LinearStep.Matrix matrix) {
    double[][] weights = new double[matrix.bias().length][width];
    double[] bias = new double[matrix.bias().length];
    for (int j = 0; j < bias.length; j++) {
      bias[j] = matrix.bias()[j];
      for (int i = 0; i < width; i++) {
        weights[j][i] = matrix.weights()[j][i];
      }
    }
    return new LinearStep.Affine(width, weights, bias);
  }

  /** Returns how large inputs may be so that no step overflows; -1 if that cannot be said. */
  private float limit() {
    for (double bound = 1e30; bound >= 1; bound /= 10) {
      double most = bound;
      boolean safe = true;
      for (LinearStep step : steps) {
        most = step.bound(most);
        safe &= most < SAFE; // False for NaN: weights that are not finite.
      }
      if (safe) {
        return (float) bound;
      }
    }
    return -1;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int columns() {
    return bias.length;
  }

  @Override
  public List<String> labels() {
    return labels;
  }

  /** Allocates for unusual rows only. */
  @Override
  public void run(float[] rows, int at, float[] out, int to, int[] scratch) {
    boolean usual = true;
    for (int i = 0; i < width; i++) {
      usual &= Math.abs(rows[at + i]) <= limit; // False for NaN.
    }
    if (!usual) {
      stepByStep(rows, at, out, to);
    } else if (bias.length == 1) {
      double score = score(rows, at, 0);
      out[to] = (float) (post == Post.SIGMOID ? sigmoid(score) : post == Post.SOFTMAX ? 1 : score);
    } else if (post == Post.SOFTMAX) {
      softmax(rows, at, out, to);
    } else {
      for (int j = 0; j < bias.length; j++) {
        double score = score(rows, at, j);
        out[to + j] = (float) (post == Post.SIGMOID ? sigmoid(score) : score);
      }
    }
  }

  /** Four sums side by side: one alone would wait for each addition before the next. */
  private double score(float[] rows, int at, int column) {
    int from = column * width;
    double a = bias[column];
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i <= width - 4; i += 4) {
      a += weights[from + i] * rows[at + i];
      b += weights[from + i + 1] * rows[at + i + 1];
      c += weights[from + i + 2] * rows[at + i + 2];
      d += weights[from + i + 3] * rows[at + i + 3];
    }
    for (; i < width; i++) {
      a += weights[from + i] * rows[at + i];
    }
    return a + b + (c + d);
  }

  private void softmax(float[] rows, int at, float[] out, int to) {
    double most = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < bias.length; j++) {
      most = Math.max(most, score(rows, at, j));
    }
    double sum = 0;
    for (int j = 0; j < bias.length; j++) {
      // The score again, not kept as a float: narrowing costs 6e-8 of it, much for a large one.
      double power = Math.exp(score(rows, at, j) - most);
      out[to + j] = (float) power;
      sum += power;
    }
    for (int j = 0; j < bias.length; j++) {
      out[to + j] = (float) (out[to + j] / sum);
    }
  }

  private static double sigmoid(double score) {
    return 1 / (1 + Math.exp(-score));
  }

  private void stepByStep(float[] rows, int at, float[] out, int to) {
    float[] row = Arrays.copyOfRange(rows, at, at + width);
    for (LinearStep step : steps) {
      row = step.apply(row);
    }
    double most = Double.NEGATIVE_INFINITY;
    for (float score : row) {
      most = Math.max(most, score);
    }
    double sum = 0;
    for (int j = 0; j < row.length; j++) {
      row[j] =
          switch (post) {
            case NONE -> row[j];
            case SIGMOID -> (float) sigmoid(row[j]);
            case SOFTMAX -> (float) Math.exp(row[j] - most);
          };
      sum += row[j];
    }
    for (int j = 0; j < row.length; j++) {
      out[to + j] = post == Post.SOFTMAX ? (float) (row[j] / sum) : row[j];
    }
  }
}
