/**
 * Experiment tracking: runs with parameters, step metrics, tags, notes and artifacts, a query
 * language over them, and pages that compare them.
 *
 * <p>Start at {@code Tracking.open} or {@code Tracking.on}. All public types are immutable or
 * thread-safe; any number of threads and processes may use one store at once.
 */
@NullMarked
package io.mlops4j.registry.tracking;

import org.jspecify.annotations.NullMarked;
