/**
 * The shared language of MLOps4J: what a model, a version, a row and a prediction are.
 *
 * <p>Start at {@code Schema} for rows and {@code Model} for models. All public types are immutable
 * or thread-safe unless they say otherwise; nothing here starts a thread.
 */
@NullMarked
package io.mlops4j.core;

import org.jspecify.annotations.NullMarked;
