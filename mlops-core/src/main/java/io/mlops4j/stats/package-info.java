/**
 * Statistics that modules share: deterministic bucketing of units into slots.
 *
 * <p>Start at {@link io.mlops4j.stats.Bucketing}. Everything here is immutable, thread-safe and a
 * pure function of its arguments.
 */
@NullMarked
package io.mlops4j.stats;

import org.jspecify.annotations.NullMarked;
