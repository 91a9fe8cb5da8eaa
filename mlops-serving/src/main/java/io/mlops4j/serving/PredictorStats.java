package io.mlops4j.serving;

import java.time.Duration;
import java.util.Objects;

/**
 * What a predictor has done since it was built. Read while it goes on: each number is exact,
 * together they may be a request apart.
 *
 * @param answered requests answered, by a model or the fallback
 * @param fallbacks of those, answered by the fallback
 * @param previousVersions of those, answered by the version before because the selected one failed
 * @param failed requests that ended with a {@link PredictionFailedException}
 * @param timedOut requests whose model was not done by the deadline
 * @param rejected requests that ended with a {@link PredictionRejectedException}
 * @param cancelled requests given up by their callers before they were answered
 * @param queued requests that went through the queue
 * @param queueDepth requests that wait now
 * @param batches runs made by a worker
 * @param batchedRows rows in them
 * @param largestBatch most rows in one of them
 * @param offlineRows rows of {@code scoreAll}
 * @param cacheHits requests answered from the cache at once
 * @param cacheMisses requests that looked there in vain and asked the model
 * @param cacheCoalesced requests that waited for the answer another one was asking for
 * @param cacheEvictions answers dropped because others needed the room, or too old
 * @param cacheEntries answers in the cache
 * @param swaps versions that replaced another
 * @param failedLoads versions that were not published because a step failed
 * @param openVersions models loaded and not yet closed
 * @param listenersDropped predictions no listener saw because the ring was full
 * @param listenerErrors exceptions listeners threw
 * @param p50 half of the answers took at most this (up to 6.25 % more than the truth)
 * @param p99 99 % of the answers took at most this (up to 6.25 % more than the truth)
 */
public record PredictorStats(
    long answered,
    long fallbacks,
    long previousVersions,
    long failed,
    long timedOut,
    long rejected,
    long cancelled,
    long queued,
    int queueDepth,
    long batches,
    long batchedRows,
    int largestBatch,
    long offlineRows,
    long cacheHits,
    long cacheMisses,
    long cacheCoalesced,
    long cacheEvictions,
    long cacheEntries,
    long swaps,
    long failedLoads,
    int openVersions,
    long listenersDropped,
    long listenerErrors,
    Duration p50,
    Duration p99) {
  /** Checks that both durations are there. */
  public PredictorStats {
    Objects.requireNonNull(p50, "p50");
    Objects.requireNonNull(p99, "p99");
  }
}
