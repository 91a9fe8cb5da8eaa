package io.mlops4j.registry;

import java.util.EnumSet;
import java.util.Set;

/** Where a version is on its way. Every way to {@link #PRODUCTION} leads through a decision. */
public enum Stage {
  /** Registered, nothing else. */
  NONE,
  /** Being tried out. */
  STAGING,
  /** Being evaluated: the only stage from which a version can be promoted. */
  VALIDATION,
  /** The champion: what {@code production()} serves. At most one version of a model. */
  PRODUCTION,
  /** Not needed now. A former champion can come back by rollback, any other by staging again. */
  ARCHIVED,
  /** Found not good enough. For ever. */
  REJECTED,
  /** Its bytes are not those that were registered. For ever. */
  QUARANTINED;

  /** Where a caller may move a version by name; promotion, rollback and quarantine are apart. */
  Set<Stage> next() {
    return switch (this) {
      case NONE -> EnumSet.of(STAGING, REJECTED, ARCHIVED);
      case STAGING -> EnumSet.of(VALIDATION, REJECTED, ARCHIVED);
      case VALIDATION -> EnumSet.of(STAGING, REJECTED, ARCHIVED);
      case ARCHIVED -> EnumSet.of(STAGING, REJECTED);
      case PRODUCTION, REJECTED, QUARANTINED -> EnumSet.noneOf(Stage.class);
    };
  }
}
