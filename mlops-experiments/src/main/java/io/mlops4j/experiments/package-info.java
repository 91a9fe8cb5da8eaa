/**
 * A/B experiments that assign units by a deterministic hash, and bandits that publish their choice
 * as a weight vector per epoch, so that every assignment has an exact probability to log.
 *
 * <p>Start at {@link io.mlops4j.experiments.Experiment#named}; for weights that learn, at {@link
 * io.mlops4j.experiments.Bandit}. All public types are immutable or thread-safe; nothing here
 * starts a thread.
 */
@NullMarked
package io.mlops4j.experiments;

import org.jspecify.annotations.NullMarked;
