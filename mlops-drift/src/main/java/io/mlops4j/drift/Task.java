package io.mlops4j.drift;

/**
 * What a model's answers are, as numbers, and which labels go with them.
 *
 * @param kind probabilities, values or classes
 * @param classes how many classes; 0 for the other kinds
 */
record Task(Kind kind, int classes) {
  enum Kind {
    BINARY,
    REGRESSION,
    CLASSES
  }

  static final Task BINARY = new Task(Kind.BINARY, 0);
  static final Task REGRESSION = new Task(Kind.REGRESSION, 0);

  boolean isUsable(double output) {
    return switch (kind) {
      case BINARY -> output >= 0 && output <= 1;
      case REGRESSION -> Double.isFinite(output);
      case CLASSES -> isClass(output);
    };
  }

  double checkedLabel(double label) {
    boolean fine =
        switch (kind) {
          case BINARY -> label == 0 || label == 1;
          case REGRESSION -> Double.isFinite(label);
          case CLASSES -> isClass(label);
        };
    if (!fine) {
      String expected =
          switch (kind) {
            case BINARY -> "0 or 1";
            case REGRESSION -> "a finite number";
            case CLASSES -> "the index of a class, 0.." + (classes - 1);
          };
      throw new IllegalArgumentException("label: " + label + " (expected: " + expected + ")");
    }
    return label;
  }

  private boolean isClass(double value) {
    return value >= 0 && value < classes && value == Math.rint(value);
  }

  Labelled newTally(int bins) {
    return switch (kind) {
      case BINARY -> new LabelledScores(bins);
      case REGRESSION -> new LabelledValues();
      case CLASSES -> new LabelledClasses(classes);
    };
  }
}
