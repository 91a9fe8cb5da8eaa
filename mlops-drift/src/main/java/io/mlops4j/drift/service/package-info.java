/**
 * Whether a service keeps what it promised: latency, errors, and how fast it uses up what it may
 * fail. Start with {@link io.mlops4j.drift.service.ServiceMonitor#named}.
 *
 * <p>Everything is thread-safe.
 */
@NullMarked
package io.mlops4j.drift.service;

import org.jspecify.annotations.NullMarked;
