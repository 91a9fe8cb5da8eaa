/**
 * Checks that are asked again and again, and tell somebody: pending, firing, resolved, in
 * Prometheus's words. Start with {@link io.mlops4j.drift.alert.Alerts#named} and {@link
 * io.mlops4j.drift.alert.AlertRule#on}.
 *
 * <p>{@link io.mlops4j.drift.alert.Alerts} is thread-safe; everything else is immutable.
 */
@NullMarked
package io.mlops4j.drift.alert;

import org.jspecify.annotations.NullMarked;
