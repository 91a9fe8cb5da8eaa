package io.mlops4j.core;

/** What the values of a feature are. */
public enum FeatureKind {
  /** A number, or a boolean as 0 and 1. Missing is NaN. */
  NUMERIC,
  /** One of a set of names: a string of low cardinality or an enum. Missing is null. */
  CATEGORICAL,
  /** Free text. Missing is null. */
  TEXT,
  /** A fixed number of floats: an embedding. Missing is null. */
  VECTOR,
  /** A point in time, as milliseconds since 1970-01-01T00:00Z (local times as if in UTC). */
  TIME
}
