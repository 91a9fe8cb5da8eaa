package io.mlops4j.serving;

import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * How one vector per token becomes one vector per text.
 *
 * @param tokens which tokens count
 * @param normalize whether the vector is then divided by its length, so that a dot product is a
 *     cosine
 */
public record Pooling(Tokens tokens, boolean normalize) {

  /** Which tokens count. */
  public enum Tokens {
    /** All that are no padding, alike. */
    MEAN,
    /** The first, as BERT's {@code [CLS]}. */
    FIRST
  }

  /** The mean of the tokens that are no padding: sentence-transformers' usual choice. */
  public static final Pooling MEAN = new Pooling(Tokens.MEAN, false);

  /** The first token's vector. */
  public static final Pooling FIRST = new Pooling(Tokens.FIRST, false);

  /** Checks for nulls. */
  public Pooling {
    Objects.requireNonNull(tokens, "tokens");
  }

  /**
   * Returns the same, with vectors of length 1.
   *
   * @return a copy
   */
  public Pooling normalized() {
    return new Pooling(tokens, true);
  }

  /**
   * Writes the vector of one text.
   *
   * @param from one vector per token, or a single one that the graph has pooled itself
   * @param vectors how many there are
   * @param used how many of the tokens are no padding
   * @param width numbers per vector
   */
  void apply(FloatBuffer from, int at, int vectors, int used, int width, double[] to, int toAt) {
    int count = vectors == 1 || tokens == Tokens.FIRST ? 1 : used;
    double squares = 0;
    for (int i = 0; i < width; i++) {
      double sum = 0;
      for (int token = 0; token < count; token++) {
        sum += from.get(at + token * width + i);
      }
      to[toAt + i] = sum / count;
      squares += to[toAt + i] * to[toAt + i];
    }
    if (normalize && squares > 0) {
      double length = Math.sqrt(squares);
      for (int i = 0; i < width; i++) {
        to[toAt + i] /= length;
      }
    }
  }
}
