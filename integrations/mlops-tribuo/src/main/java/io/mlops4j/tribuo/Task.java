package io.mlops4j.tribuo;

import io.mlops4j.core.MlopsException;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;

/** What is learned: how labels become Tribuo's outputs and predictions numbers. Stateless. */
sealed interface Task<O extends Output<O>> permits ProbabilityTask, RegressionTask {

  /** Returns what it is called in messages. */
  String name();

  Class<O> outputType();

  OutputFactory<O> factory();

  /** Returns Tribuo's form of a label, or throws if it is not one of this task. */
  O output(double label);

  /** Throws if the model cannot give this task's answers; {@code who} begins the message. */
  void check(String who, Model<O> model) throws MlopsException;

  double answer(Prediction<O> prediction);
}
