/**
 * How good a model is, as evidence: metrics with exact definitions, and reports a promotion gate
 * can consume.
 *
 * <p>Start at {@link io.mlops4j.evaluation.BinaryEvaluation} or {@link
 * io.mlops4j.evaluation.RegressionEvaluation}; wrap what they measured in an {@link
 * io.mlops4j.evaluation.EvaluationReport}. A metric that cannot be computed is {@link
 * io.mlops4j.evaluation.MetricValue.Undefined} with a reason: never 0, never NaN. All public types
 * are immutable and thread-safe, except {@link io.mlops4j.evaluation.BinaryEvaluation.Collector}.
 * The same rows give the same numbers, to the last bit, on every machine and JDK.
 */
@NullMarked
package io.mlops4j.evaluation;

import org.jspecify.annotations.NullMarked;
