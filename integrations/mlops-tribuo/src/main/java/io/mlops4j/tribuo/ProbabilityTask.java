package io.mlops4j.tribuo;

import io.mlops4j.core.MlopsException;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.tribuo.Model;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.impl.ArrayExample;

/** Two classes, 0 and 1; the answer is the probability of 1. */
final class ProbabilityTask implements Task<Label, Double> {
  static final ProbabilityTask INSTANCE = new ProbabilityTask();
  private static final String NEGATIVE = "0";
  private static final String POSITIVE = "1";

  private ProbabilityTask() {}

  @Override
  public String name() {
    return "classification";
  }

  @Override
  public Class<Label> outputType() {
    return Label.class;
  }

  @Override
  public OutputFactory<Label> factory() {
    return new LabelFactory();
  }

  @Override
  public Label output(double label) {
    if (label == 0) {
      return new Label(NEGATIVE);
    }
    if (label == 1) {
      return new Label(POSITIVE);
    }
    throw new MlopsException("label: " + label + " (expected: 0 or 1, for two classes)");
  }

  @Override
  public void check(String who, Model<Label> model) {
    TreeSet<String> labels = new TreeSet<>();
    model.getOutputIDInfo().getDomain().forEach(label -> labels.add(label.getLabel()));
    // Two names, sorted, hold these positions in every output vector, ONNX's too.
    boolean order =
        labels.size() == 2
            && NEGATIVE.equals(labels.first())
            && POSITIVE.equals(labels.last())
            && model.getOutputIDInfo().getID(new Label(POSITIVE)) == 1;
    if (!order) {
      throw new MlopsException(
          who
              + " has "
              + labels.size()
              + " classes that are not 0 and 1: train it on both, 0 first.");
    }
    requireProbabilities(who, model);
  }

  /** Asked of an answer: a tree's leaves hold probabilities, but the tree does not say so. */
  static void requireProbabilities(String who, Model<Label> model) {
    String name = model.getFeatureIDMap().get(0).getName();
    ArrayExample<Label> probe =
        new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, new String[] {name}, new double[] {0});
    if (!model.predict(probe).hasProbabilities()) {
      throw new MlopsException(
          who
              + " gives scores, not probabilities. Train with a logistic objective (LogMulticlass),"
              + " a tree or a forest.");
    }
  }

  @Override
  public boolean needsTwoClasses() {
    return true;
  }

  @Override
  public Function<Prediction<Label>, Double> answers(Model<Label> model) {
    return prediction ->
        Objects.requireNonNull(prediction.getOutputScores().get(POSITIVE)).getScore();
  }
}
