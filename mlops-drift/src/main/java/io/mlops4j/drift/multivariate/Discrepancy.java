package io.mlops4j.drift.multivariate;

/**
 * How far live rows are from training rows, all features together.
 *
 * @param squared the unbiased estimate of the squared maximum mean discrepancy: about 0, and as
 *     often below as above it, if both are of one kind; at most 2
 * @param byChance what rows of one kind exceed as often as {@code alpha} says, with as many rows
 * @param pValue by shuffling, for one look; never 0
 * @param bandwidth of the kernel: the median distance of two training rows
 * @param reference training rows compared
 * @param live live rows compared
 */
public record Discrepancy(
    double squared, double byChance, double pValue, double bandwidth, int reference, int live) {}
