package io.mlops4j.tribuo;

import io.mlops4j.core.MlopsException;
import java.util.function.Function;
import org.tribuo.Model;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/** One number. */
final class RegressionTask implements Task<Regressor, Double> {
  static final RegressionTask INSTANCE = new RegressionTask();
  private static final String TARGET = "target";

  private RegressionTask() {}

  @Override
  public String name() {
    return "regression";
  }

  @Override
  public Class<Regressor> outputType() {
    return Regressor.class;
  }

  @Override
  public OutputFactory<Regressor> factory() {
    return new RegressionFactory();
  }

  @Override
  public Regressor output(double label) {
    return new Regressor(TARGET, label);
  }

  @Override
  public void check(String who, Model<Regressor> model) {
    int dimensions = model.getOutputIDInfo().size();
    if (dimensions != 1) {
      throw new MlopsException(who + " answers " + dimensions + " numbers (expected: 1).");
    }
  }

  @Override
  public Function<Prediction<Regressor>, Double> answers(Model<Regressor> model) {
    return prediction -> prediction.getOutput().getValues()[0];
  }
}
