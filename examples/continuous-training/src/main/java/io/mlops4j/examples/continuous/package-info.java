/**
 * Six months of flights with five injected faults, frozen; and the loop that retrains, judges and
 * releases on them by itself. Start at {@link io.mlops4j.examples.continuous.FrozenScenario}.
 */
@NullMarked
package io.mlops4j.examples.continuous;

import org.jspecify.annotations.NullMarked;
