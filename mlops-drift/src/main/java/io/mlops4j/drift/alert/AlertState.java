package io.mlops4j.drift.alert;

/** Where an alert stands. */
public enum AlertState {
  /** The check does not fail, or never has. */
  INACTIVE,
  /** The check fails, not yet for as long or as often as it must, or during a cool-down. */
  PENDING,
  /** Somebody is told, or was. */
  FIRING
}
