/**
 * The loop that closes by itself: data, a trigger, retraining, gates, shadow, canary, promotion or
 * rollback. Start at {@link io.mlops4j.pipeline.loop.ContinuousLoop}. Everything it knows is in an
 * object store; any number of instances may run the same loop.
 */
@NullMarked
package io.mlops4j.pipeline.loop;

import org.jspecify.annotations.NullMarked;
