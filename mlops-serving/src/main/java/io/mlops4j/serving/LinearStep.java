package io.mlops4j.serving;

/**
 * One affine operator of a graph, on one row: exactly as the graph says it, in floats, and what it
 * does to a matrix and a vector that stand for all steps so far.
 */
sealed interface LinearStep {

  /** Returns the row after this step, in float arithmetic, whatever the values are. */
  float[] apply(float[] row);

  /** Returns all steps so far with this one after them. */
  Affine after(Affine before);

  /** Returns how large values can be after this step if none before is larger than a bound. */
  double bound(double before);

  /**
   * {@code y = weights x + bias}.
   *
   * @param weights {@code columns} rows of {@code width}
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Affine(int width, double[][] weights, double[] bias) {
    static Affine identity(int width) {
      double[][] weights = new double[width][width];
      for (int i = 0; i < width; i++) {
        weights[i][i] = 1;
      }
      return new Affine(width, weights, new double[width]);
    }

    int columns() {
      return bias.length;
    }
  }

  /** {@code y = (x - offset) * scale}, each by column. */
  @SuppressWarnings("ArrayRecordComponent")
  record Scale(float[] offset, float[] scale) implements LinearStep {
    @Override
    public float[] apply(float[] row) {
      float[] result = new float[row.length];
      for (int i = 0; i < row.length; i++) {
        result[i] = apply(i, row[i]);
      }
      return result;
    }

    float apply(int column, float value) {
      return (value - offset[column]) * scale[column];
    }

    @Override
    public Affine after(Affine before) {
      double[][] weights = new double[before.columns()][before.width()];
      double[] bias = new double[before.columns()];
      for (int j = 0; j < bias.length; j++) {
        for (int i = 0; i < before.width(); i++) {
          weights[j][i] = before.weights()[j][i] * scale[j];
        }
        bias[j] = (before.bias()[j] - offset[j]) * scale[j];
      }
      return new Affine(before.width(), weights, bias);
    }

    @Override
    public double bound(double before) {
      double most = 0;
      for (int i = 0; i < offset.length; i++) {
        double difference = before + Math.abs(offset[i]);
        most = Math.max(most, Math.max(difference, difference * Math.abs(scale[i])));
      }
      return most;
    }
  }

  /**
   * {@code y = weights x + bias}.
   *
   * @param weights one row per column of the result
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Matrix(float[][] weights, float[] bias) implements LinearStep {
    @Override
    public float[] apply(float[] row) {
      float[] result = new float[bias.length];
      for (int j = 0; j < result.length; j++) {
        float sum = 0;
        for (int i = 0; i < row.length; i++) {
          sum += weights[j][i] * row[i];
        }
        result[j] = sum + bias[j];
      }
      return result;
    }

    @Override
    public Affine after(Affine before) {
      double[][] product = new double[bias.length][before.width()];
      double[] sum = new double[bias.length];
      for (int j = 0; j < bias.length; j++) {
        sum[j] = bias[j];
        for (int k = 0; k < before.columns(); k++) {
          double weight = weights[j][k];
          sum[j] += weight * before.bias()[k];
          for (int i = 0; i < before.width(); i++) {
            product[j][i] += weight * before.weights()[k][i];
          }
        }
      }
      return new Affine(before.width(), product, sum);
    }

    @Override
    public double bound(double before) {
      double most = 0;
      for (int j = 0; j < bias.length; j++) {
        double sum = Math.abs(bias[j]);
        for (float weight : weights[j]) {
          sum += Math.abs(weight) * before;
        }
        most = Math.max(most, sum);
      }
      return most;
    }
  }
}
