package io.mlops4j.drift;

/**
 * What became of predictions and labels so far.
 *
 * @param predictions predictions that wait, or waited, for a label
 * @param joined labels that found their prediction
 * @param waiting labels that came before their prediction and are still held
 * @param duplicate labels for a prediction that had the same label already
 * @param conflicting labels for a prediction that had another label; the first one stays
 * @param late labels that came after the horizon, or whose window is no longer kept
 * @param orphaned labels given up because no prediction came for them
 * @param unlabelled predictions given up because no label came within the horizon
 * @param evicted predictions given up because too many were waiting
 * @param unusable predictions whose score is not within 0 to 1, whose id or key is longer than
 *     1,024 characters, or whose id was used already
 */
public record Joins(
    long predictions,
    long joined,
    long waiting,
    long duplicate,
    long conflicting,
    long late,
    long orphaned,
    long unlabelled,
    long evicted,
    long unusable) {}
