package io.mlops4j.examples.continuous;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.pipeline.loop.LoopData;
import io.mlops4j.tribuo.TribuoTrainer;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/** Logistic regression, with a baseline of what it has learned from. */
final class Trainer {
  private static final long SEED = 1;

  private Trainer() {}

  static ModelFiles train(LoopData<Flight> data) {
    var trainer =
        new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 1_000, 32, SEED);
    return TribuoTrainer.classification(trainer)
        .train(
            data.learn(),
            columns ->
                columns
                    .oneHot("origin", "destination", "hour", "dayOfWeek")
                    .standardized("distance"))
        .artifact()
        .withBaseline(Baseline.of(Flight.SCHEMA).fit(data.learn()::features));
  }
}
