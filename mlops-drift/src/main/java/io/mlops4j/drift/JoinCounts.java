package io.mlops4j.drift;

/** What became of predictions and labels. Guarded by its monitor's lock. */
final class JoinCounts {
  long predictions;
  long joined;
  long duplicate;
  long conflicting;
  long corrected;
  long late;
  long unusable;
  long excluded;
  long orphaned;

  /** What one batch of events adds, once it is kept. */
  static final class Change {
    long repeated;
    long duplicate;
    long conflicting;
    long corrected;
    long late;
  }

  void add(Change change, int fresh) {
    predictions += fresh;
    unusable += change.repeated;
    duplicate += change.duplicate;
    conflicting += change.conflicting;
    corrected += change.corrected;
    late += change.late;
  }

  /** Before everything is counted anew from a log. */
  void restart() {
    predictions = 0;
    joined = 0;
  }
}
