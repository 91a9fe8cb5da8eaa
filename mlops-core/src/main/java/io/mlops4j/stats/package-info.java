/**
 * Statistics that modules share: deterministic bucketing of units into slots, comparisons of two
 * samples for one look and for any number of looks, correction for many questions, and whether
 * traffic arrived in the intended shares.
 *
 * <p>Start at {@link io.mlops4j.stats.Bucketing} for assignment and at {@link
 * io.mlops4j.stats.TwoSample} for comparisons. Everything here is immutable, thread-safe and a pure
 * function of its arguments, except {@link io.mlops4j.stats.JointMoments}, which accumulates.
 */
@NullMarked
package io.mlops4j.stats;

import org.jspecify.annotations.NullMarked;
