/**
 * One page that says how a model is doing: distributions, drift, quality, calibration, alerts.
 * Start with {@link io.mlops4j.drift.page.MonitoringPage#of}.
 *
 * <p>A page is used by one thread; what it makes is immutable.
 */
@NullMarked
package io.mlops4j.drift.page;

import org.jspecify.annotations.NullMarked;
