/** Triggers, retraining, batch scoring and search: the loop that closes itself. */
@NullMarked
package io.mlops4j.pipeline;

import org.jspecify.annotations.NullMarked;
