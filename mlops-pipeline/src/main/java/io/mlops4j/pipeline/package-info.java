/**
 * Triggers, retraining, batch scoring and search: the loop that closes itself. Start at {@link
 * io.mlops4j.pipeline.Pipeline} for what is done and at {@link io.mlops4j.pipeline.PipelineRunner}
 * for when. Everything public is thread-safe unless it says otherwise.
 */
@NullMarked
package io.mlops4j.pipeline;

import org.jspecify.annotations.NullMarked;
