package io.mlops4j.drift;

/**
 * One point of a calibration curve: predictions whose scores lie in one stretch of 0 to 1.
 *
 * @param meanScore what the model said, on average
 * @param observedRate how often the outcome was 1
 * @param n labelled predictions in it, at least 1
 */
public record CalibrationBin(double meanScore, double observedRate, long n) {}
