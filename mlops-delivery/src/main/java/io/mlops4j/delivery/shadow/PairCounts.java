package io.mlops4j.delivery.shadow;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Prediction;
import io.mlops4j.serving.MirroredRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What has been counted of one pair of versions. Whole numbers, maxima and the first of an order
 * only, so that counts of instances add up to the same whatever the order. Guarded by whoever holds
 * it.
 */
final class PairCounts {
  /** How many of the largest disagreements are kept. */
  static final int LARGEST = 20;

  private static final Comparator<ShadowReport.Disagreement> WORST_FIRST =
      Comparator.comparingDouble(ShadowReport.Disagreement::severity)
          .reversed()
          .thenComparing(ShadowReport.Disagreement::predictionId);

  long rows;
  long disagreeing;
  long errors;
  long timeouts;
  long rejections;
  long liveFailures;
  final Magnitudes liveNanos = new Magnitudes();
  final Magnitudes candidateNanos = new Magnitudes();
  final List<FieldCounts> fields = new ArrayList<>();
  final List<SegmentCounts> segments = new ArrayList<>();
  private final TreeSet<ShadowReport.Disagreement> largest = new TreeSet<>(WORST_FIRST);

  PairCounts(Comparison<?> comparison, int segmentCount) {
    comparison.fields().forEach(field -> fields.add(new FieldCounts(field)));
    for (int i = 0; i < segmentCount; i++) {
      segments.add(new SegmentCounts());
    }
  }

  /** Counts one row; the positions are those of its segments. */
  <I, O> void add(MirroredRow<I, O> row, Comparison<O> comparison, List<Integer> in) {
    rows++;
    boolean disagrees = false;
    MirroredRow.Failure failure = row.failure();
    O answer = row.answer();
    if (failure != null) {
      switch (failure) {
        case ERROR -> errors++;
        case TIMEOUT -> timeouts++;
        case REJECTED -> rejections++;
      }
    } else if (answer != null) {
      disagrees = compare(row, answer, comparison);
      if (disagrees) {
        disagreeing++;
      }
    }
    if (row.live().source() == Prediction.Source.MODEL) {
      liveNanos.add((double) row.live().latency().toNanos());
      candidateNanos.add((double) row.latency().toNanos());
    }
    for (int position : in) {
      SegmentCounts segment = segments.get(position);
      segment.rows++;
      segment.disagreeing += disagrees ? 1 : 0;
      segment.failed += failure != null ? 1 : 0;
    }
  }

  private <I, O> boolean compare(MirroredRow<I, O> row, O answer, Comparison<O> comparison) {
    List<ShadowReport.Difference> differences = new ArrayList<>();
    double severity = 0;
    for (int i = 0; i < fields.size(); i++) {
      AnswerField<O> field = comparison.fields().get(i);
      Observation seen = field.compare(row.live().output(), answer);
      fields.get(i).add(field, seen);
      if (seen.disagrees()) {
        severity = Math.max(severity, seen.severity());
        differences.add(new ShadowReport.Difference(field.name(), seen.live(), seen.candidate()));
      }
    }
    if (differences.isEmpty()) {
      return false;
    }
    if (largest.size() < LARGEST || severity >= largest.last().severity()) {
      EncodedRow<I> seen = row.live().row();
      String features = seen == null ? "" : seen.toString();
      keep(
          new ShadowReport.Disagreement(
              row.live().id(), severity, differences, ShadowJson.clip(features)));
    }
    return true;
  }

  void keep(ShadowReport.Disagreement disagreement) {
    largest.add(disagreement);
    if (largest.size() > LARGEST) {
      largest.pollLast();
    }
  }

  List<ShadowReport.Disagreement> largest() {
    return List.copyOf(largest);
  }

  long failed() {
    return errors + timeouts + rejections;
  }

  long answered() {
    return rows - failed();
  }

  void plus(PairCounts other) {
    rows = Math.addExact(rows, other.rows);
    disagreeing = Math.addExact(disagreeing, other.disagreeing);
    errors = Math.addExact(errors, other.errors);
    timeouts = Math.addExact(timeouts, other.timeouts);
    rejections = Math.addExact(rejections, other.rejections);
    liveFailures = Math.addExact(liveFailures, other.liveFailures);
    liveNanos.plus(other.liveNanos);
    candidateNanos.plus(other.candidateNanos);
    for (int i = 0; i < fields.size(); i++) {
      fields.get(i).plus(other.fields.get(i));
    }
    for (int i = 0; i < segments.size(); i++) {
      segments.get(i).plus(other.segments.get(i));
    }
    other.largest.forEach(this::keep);
  }
}
