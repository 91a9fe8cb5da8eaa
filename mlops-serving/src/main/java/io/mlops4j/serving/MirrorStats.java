package io.mlops4j.serving;

/**
 * What has become of a live predictor's predictions. Read while it goes on: each number is exact,
 * together they may be a row apart. {@code seen} is the sum of all others but the last two.
 *
 * @param seen predictions and failures the live predictor told of; what its own ring dropped is not
 *     among them
 * @param notSampled left out because only a share is mirrored
 * @param unusable without features, not to be rebuilt from them, or answered by a previous version
 * @param dropped lost because the queue was full or the mirror closed
 * @param waiting in the queue, or being asked
 * @param answered the candidate answered
 * @param failed the candidate failed or refused
 * @param timedOut the candidate was not done within the deadline
 * @param skipped not asked or not told, because the candidate had no version, was closed, or was
 *     swapped during a call that failed
 * @param liveFailures requests the live version did not answer
 * @param backOffs how many times the mirror stood back for live requests
 * @param listenerErrors exceptions listeners threw
 */
public record MirrorStats(
    long seen,
    long notSampled,
    long unusable,
    long dropped,
    long waiting,
    long answered,
    long failed,
    long timedOut,
    long skipped,
    long liveFailures,
    long backOffs,
    long listenerErrors) {}
