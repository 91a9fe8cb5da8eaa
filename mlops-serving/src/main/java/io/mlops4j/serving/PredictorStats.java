package io.mlops4j.serving;

import java.time.Duration;

/**
 * What a predictor has done since it was built. Read while it goes on: each number is exact,
 * together they may be a request apart.
 *
 * @param answered requests answered, by a model or the fallback
 * @param fallbacks of those, answered by the fallback
 * @param failed requests that ended with a {@link PredictionFailedException}
 * @param rejected requests that ended with a {@link PredictionRejectedException}
 * @param queued requests that went through the queue
 * @param queueDepth requests that wait now
 * @param batches runs made by a worker
 * @param batchedRows rows in them
 * @param largestBatch most rows in one of them
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
    long failed,
    long rejected,
    long queued,
    int queueDepth,
    long batches,
    long batchedRows,
    int largestBatch,
    long swaps,
    long failedLoads,
    int openVersions,
    long listenersDropped,
    long listenerErrors,
    Duration p50,
    Duration p99) {}
