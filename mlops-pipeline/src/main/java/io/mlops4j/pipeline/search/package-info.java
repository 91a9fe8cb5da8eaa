/**
 * Hyperparameter search and cross-validation: typed spaces, random, grid, Latin hypercube and
 * successive halving, in parallel, with the same result whatever the number of threads; folds that
 * keep time, groups and classes where they belong.
 *
 * <p>Start at {@code Search.over} and {@code Folds.of}. Descriptions are immutable and thread-safe;
 * an objective is called by several threads at once.
 */
@NullMarked
package io.mlops4j.pipeline.search;

import org.jspecify.annotations.NullMarked;
