package io.mlops4j.serving;

/** Who goes first when requests wait. Requests of one priority are answered in order of arrival. */
public enum Priority {
  /** Before everybody else. */
  HIGH,
  /** What a request has if nothing is said. */
  NORMAL,
  /**
   * Only while nobody else waits, in runs that are kept short, so that a request that comes in
   * meanwhile does not wait for long.
   */
  OFFLINE
}
