/**
 * Drift of all features together: whether a classifier can tell live rows from training rows, how
 * far apart their distributions are, and whether their correlations hold. Start with {@link
 * io.mlops4j.drift.multivariate.DomainClassifier#comparing}. Thread-safe.
 */
@NullMarked
package io.mlops4j.drift.multivariate;

import org.jspecify.annotations.NullMarked;
