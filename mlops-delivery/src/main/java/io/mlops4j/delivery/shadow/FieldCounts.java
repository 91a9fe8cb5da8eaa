package io.mlops4j.delivery.shadow;

import org.jspecify.annotations.Nullable;

/** What has been counted of one field. Guarded by whoever holds it. */
final class FieldCounts {
  long compared;
  long outside;
  long flipped;
  long incomparable;
  double largest;
  final Magnitudes differences = new Magnitudes();

  /** Live score by candidate's score; null if the field has none. */
  final @Nullable JointCells scores;

  /** Live class by candidate's class; null if the field has none. */
  final @Nullable JointCells classes;

  FieldCounts(AnswerField<?> field) {
    ScoreCells cells = field.kind().cells();
    scores = cells == null ? null : new JointCells(cells.size());
    classes = field.classes() == 0 ? null : new JointCells(field.classes());
  }

  void add(AnswerField<?> field, Observation seen) {
    compared++;
    if (seen.outside()) {
      outside++;
    }
    if (!seen.comparable()) {
      incomparable++;
      return;
    }
    if (seen.flipped()) {
      flipped++;
    }
    differences.add(seen.difference());
    largest = Math.max(largest, Math.min(Double.MAX_VALUE, seen.difference()));
    ScoreCells cells = field.kind().cells();
    if (scores != null && cells != null && !Double.isNaN(seen.liveScore())) {
      scores.add(cells.cellOf(seen.liveScore()), cells.cellOf(seen.candidateScore()), 1);
    }
    if (classes != null && seen.liveClass() >= 0 && seen.candidateClass() >= 0) {
      classes.add(seen.liveClass(), seen.candidateClass(), 1);
    }
  }

  void plus(FieldCounts other) {
    compared = Math.addExact(compared, other.compared);
    outside = Math.addExact(outside, other.outside);
    flipped = Math.addExact(flipped, other.flipped);
    incomparable = Math.addExact(incomparable, other.incomparable);
    largest = Math.max(largest, other.largest);
    differences.plus(other.differences);
    if (scores != null && other.scores != null) {
      scores.plus(other.scores);
    }
    if (classes != null && other.classes != null) {
      classes.plus(other.classes);
    }
  }
}
