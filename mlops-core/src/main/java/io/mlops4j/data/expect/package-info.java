/**
 * Expectations of data: a suite is declared once, over a schema, and asked of training data, of
 * batches and of single rows before a prediction.
 *
 * <p>Start at {@code Expectations}. Suites and results are immutable and thread-safe; one
 * validation is one pass of one thread.
 */
@NullMarked
package io.mlops4j.data.expect;

import org.jspecify.annotations.NullMarked;
