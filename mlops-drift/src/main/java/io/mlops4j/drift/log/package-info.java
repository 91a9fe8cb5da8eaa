/**
 * Where predictions are kept until their labels come, and labels until their predictions do. Start
 * with {@link io.mlops4j.drift.log.PredictionLog#jdbc} or {@link
 * io.mlops4j.drift.log.PredictionLog#in}, and give the log to a {@link
 * io.mlops4j.drift.QualityMonitor}.
 *
 * <p>Logs are thread-safe; everything else is immutable.
 */
@NullMarked
package io.mlops4j.drift.log;

import org.jspecify.annotations.NullMarked;
