package io.mlops4j.pipeline.search;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What came out of one trial.
 *
 * @param number the candidate's number, from 0
 * @param round the round of successive halving, from 0
 * @param budget what it might use; 0 with other methods
 * @param candidate what was tried
 * @param value how good it is; NaN if it failed or has no value
 * @param failure why it failed; empty if it did not
 * @param took how long it took, in this process or an earlier one
 * @param reused whether an earlier process had finished it
 * @param run the id of the run in which it is tracked
 */
public record TrialResult(
    int number,
    int round,
    long budget,
    Candidate candidate,
    double value,
    Optional<String> failure,
    Duration took,
    boolean reused,
    Optional<String> run) {
  /** Checks for nulls. */
  public TrialResult {
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(failure, "failure");
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(run, "run");
  }
}
