package io.mlops4j.tribuo;

import io.mlops4j.core.MlopsException;
import java.util.function.Function;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;

/**
 * What is learned: how labels become Tribuo's outputs and predictions answers. Stateless.
 *
 * @param <O> Tribuo's outputs
 * @param <A> the answers
 */
sealed interface Task<O extends Output<O>, A> permits ProbabilityTask, ClassesTask, RegressionTask {

  /** Returns what it is called in messages. */
  String name();

  Class<O> outputType();

  OutputFactory<O> factory();

  /** Returns Tribuo's form of a label, or throws if it is not one of this task. */
  O output(double label);

  /** Throws if the model cannot give this task's answers; {@code who} begins the message. */
  void check(String who, Model<O> model) throws MlopsException;

  /** Returns whether a model that has seen one class only cannot have learned anything. */
  default boolean needsTwoClasses() {
    return false;
  }

  /** Returns how a model's predictions become answers; once per model, after {@link #check}. */
  Function<Prediction<O>, A> answers(Model<O> model);
}
