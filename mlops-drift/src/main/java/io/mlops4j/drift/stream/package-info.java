/**
 * Detectors of change in a stream of numbers, such as the errors of a model as its labels come in:
 * one value at a time, constant memory. Start with {@link
 * io.mlops4j.drift.stream.ChangeDetector#expecting}. A detector is used by one thread at a time.
 */
@NullMarked
package io.mlops4j.drift.stream;

import org.jspecify.annotations.NullMarked;
