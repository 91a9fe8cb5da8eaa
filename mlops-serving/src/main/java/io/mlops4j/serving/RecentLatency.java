package io.mlops4j.serving;

import io.mlops4j.core.Time;

/**
 * Quantiles of the last one to two minutes: what the histogram has gained since a snapshot that is
 * at least a minute old. Snapshots are taken when somebody looks, so requests pay nothing, and it
 * does not matter how many look; if nobody did for longer, it is what happened since the last look
 * but one.
 */
final class RecentLatency {
  static final long WINDOW_NANOS = 60_000_000_000L;

  private final LatencyHistogram latency;
  private final Time time;
  private LatencyHistogram.Snapshot base;
  private LatencyHistogram.Snapshot newer;
  private long newerAt;

  RecentLatency(LatencyHistogram latency, Time time) {
    this.latency = latency;
    this.time = time;
    this.base = latency.snapshot();
    this.newer = base;
    this.newerAt = time.nanos();
  }

  /** Returns a quantile in nanoseconds; NaN if nothing was recorded. */
  synchronized double quantile(double share) {
    LatencyHistogram.Snapshot now = latency.snapshot();
    long at = time.nanos();
    if (at - newerAt >= WINDOW_NANOS) {
      base = newer;
      newer = now;
      newerAt = at;
    }
    LatencyHistogram.Snapshot recent = now.since(base);
    return recent.total() <= 0 ? Double.NaN : recent.quantile(share);
  }
}
