package io.mlops4j.pipeline.search;

/**
 * What is to be made small or large. Called by as many threads at once as the search has; equal
 * trials must give equal values if the search is to be reproducible.
 */
@FunctionalInterface
public interface Objective {

  /**
   * Returns how good a candidate is.
   *
   * @param trial the candidate, its budget and its random numbers
   * @return the value; NaN means that it has none, and counts as worst
   * @throws Exception the trial has failed and counts as worst; the search goes on
   */
  double value(Trial trial) throws Exception;
}
