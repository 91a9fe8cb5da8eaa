package io.mlops4j.pipeline;

/**
 * What is done about an interval that the same trigger has had a run for, in Airflow's words. A run
 * that goes on or waits always blocks another.
 */
public enum Reprocess {
  /** Nothing: one run, however it ended. */
  NONE,
  /** Another run, if the last one failed or was cancelled. */
  FAILED,
  /** Another run, however the last one ended. */
  COMPLETED
}
