package io.mlops4j.registry.tracking;

/** What became of a run. */
public enum RunStatus {
  /** It is being written, and its process was seen alive lately. */
  RUNNING,
  /** It ended well. */
  FINISHED,
  /** It ended with an error, which is its reason. */
  FAILED,
  /**
   * It was stopped, or its process is gone: no end was recorded and no sign of life has come for
   * longer than {@link TrackingOptions#deadAfter()}.
   */
  KILLED
}
