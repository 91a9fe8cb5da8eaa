package io.mlops4j.experiments;

/**
 * One arm drawn from a weight vector, with what must be logged to evaluate policies off-line later.
 *
 * @param index the arm's position in {@link WeightVector#arms()}
 * @param arm the arm's name
 * @param probability the exact probability with which this arm is drawn
 * @param epoch the epoch of the weight vector
 */
public record Decision(int index, String arm, double probability, long epoch) {}
