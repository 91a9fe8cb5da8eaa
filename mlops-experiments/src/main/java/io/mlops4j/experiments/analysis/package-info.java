/**
 * What an experiment says: effects with intervals that stay valid while one looks, per metric and
 * segment, corrected for the number of questions; whether traffic can be trusted; whether to ship,
 * stop or go on; and what a policy would have earned on logged decisions.
 *
 * <p>Start at {@link io.mlops4j.experiments.analysis.Analysis#of}; before an experiment at {@link
 * io.mlops4j.experiments.analysis.PowerPlan}; without one at {@link
 * io.mlops4j.experiments.analysis.OffPolicyEvaluation}; for rankers at {@link
 * io.mlops4j.experiments.analysis.TeamDraft}. Results are immutable records; {@link
 * io.mlops4j.experiments.analysis.UnitLedger}, {@link
 * io.mlops4j.experiments.analysis.ExperimentSums} and {@link
 * io.mlops4j.experiments.analysis.OffPolicyEvaluation} collect and are thread-safe.
 */
@NullMarked
package io.mlops4j.experiments.analysis;

import org.jspecify.annotations.NullMarked;
