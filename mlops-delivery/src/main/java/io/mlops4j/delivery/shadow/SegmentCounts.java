package io.mlops4j.delivery.shadow;

/** What has been counted of the rows of one segment. Guarded by whoever holds it. */
final class SegmentCounts {
  long rows;
  long disagreeing;
  long failed;

  void plus(SegmentCounts other) {
    rows = Math.addExact(rows, other.rows);
    disagreeing = Math.addExact(disagreeing, other.disagreeing);
    failed = Math.addExact(failed, other.failed);
  }
}
