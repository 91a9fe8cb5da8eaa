package io.mlops4j.drift;

/**
 * How one cell changed: part of the answer to "why".
 *
 * @param cell its position
 * @param label what it holds; for a sensitive feature its number
 * @param reference share of training rows, 0 to 1
 * @param live share of live rows, 0 to 1
 * @param contribution what it adds to the PSI
 */
public record CellShift(
    int cell, String label, double reference, double live, double contribution) {}
