package io.mlops4j.spring;

import io.mlops4j.serving.PredictorBuilder;

/**
 * Changes predictors that properties ask for, before they are built: what no property can say. A
 * bean of this type is applied to every predictor whose row and answer types fit its own; with
 * {@code @Qualifier("name")} to the predictor of that name only. Several are applied in the order
 * of {@code @Order}.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
@FunctionalInterface
public interface PredictorCustomizer<I, O> {

  /**
   * Adds to a builder. Called once per predictor while the context starts, after the properties
   * have been applied: a value they have set cannot be set again.
   *
   * @param predictor the predictor's name, its key under {@code mlops.predictors}
   * @param builder what it will be built from
   */
  void customize(String predictor, PredictorBuilder<I, O> builder);
}
