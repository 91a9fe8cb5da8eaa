/**
 * Drift and quality monitors: what arrives in production against the baseline of the version that
 * served, and how good the answers were once labels come back. Start with {@link
 * io.mlops4j.drift.DriftMonitor#following} and {@link io.mlops4j.drift.QualityMonitor#following}.
 *
 * <p>Beside it: {@code log} keeps predictions until their labels come, {@code service} checks
 * latency and errors, {@code alert} tells somebody, {@code page} shows it all.
 *
 * <p>Monitors are thread-safe; {@link io.mlops4j.drift.DriftCounter} is used by one thread at a
 * time; everything else is immutable.
 */
@NullMarked
package io.mlops4j.drift;

import org.jspecify.annotations.NullMarked;
