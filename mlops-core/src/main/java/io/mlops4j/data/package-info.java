/**
 * Rows: where they come from, and what is done with them before training or evaluation.
 *
 * <p>Start at {@code Dataset}. A data set is a description that can be read any number of times,
 * not a collection in memory; descriptions are immutable and thread-safe, each stream is used by
 * one thread.
 */
@NullMarked
package io.mlops4j.data;

import org.jspecify.annotations.NullMarked;
