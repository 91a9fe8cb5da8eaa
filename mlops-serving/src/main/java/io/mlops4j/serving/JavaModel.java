package io.mlops4j.serving;

import java.util.List;

/** A graph's whole computation in Java: a row of floats in, a row of floats out. Thread-safe. */
sealed interface JavaModel permits LinearModel, TreeModel {

  /** How many floats a row has. */
  int width();

  /** How many floats an answer has. */
  int columns();

  /** The classes the columns stand for; none if the graph does not name them. */
  List<String> labels();

  /** How many integers a run needs to work with. */
  default int scratch() {
    return 0;
  }

  /**
   * Writes the answer to the row at a position.
   *
   * @param rows values, {@link #width()} of them a row
   * @param scratch {@link #scratch()} integers that nobody else uses meanwhile
   */
  void run(float[] rows, int at, float[] out, int to, int[] scratch);
}
