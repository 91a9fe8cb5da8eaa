/**
 * Scores a whole file or table with one version of a model: from CSV, JSON lines or a database to
 * any of them, in chunks, each row exactly once however often the process is killed.
 *
 * <p>Start at {@code BatchScoring.with}. A job runs on the thread that calls it; descriptions
 * ({@code BatchSource}, {@code BatchSink}, {@code AnswerColumns}) are immutable.
 */
@NullMarked
package io.mlops4j.pipeline.batch;

import org.jspecify.annotations.NullMarked;
