package io.mlops4j.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The windows of one version, oldest given up first. Guarded by its monitor's lock. */
final class VersionQuality {
  private final Windows windows;
  private final int kept;
  private final int bins;
  private final int referenceWindows;
  private final TreeMap<Long, LabelledScores> scores = new TreeMap<>();
  private final LabelledScores reference;
  private long first = Long.MAX_VALUE;
  private long forgotten = Long.MIN_VALUE;

  VersionQuality(Windows windows, int kept, int bins, int referenceWindows) {
    this.windows = windows;
    this.kept = kept;
    this.bins = bins;
    this.referenceWindows = referenceWindows;
    this.reference = new LabelledScores(bins);
  }

  void predicted(long window) {
    if (window <= forgotten) {
      return;
    }
    first = Math.min(first, window);
    scores.computeIfAbsent(window, w -> new LabelledScores(bins)).predicted();
    while (scores.size() > kept) {
      // The first windows are what later ones are compared with: their sums stay.
      var oldest = scores.pollFirstEntry();
      forgotten = oldest.getKey();
      if (oldest.getKey() < first + referenceWindows) {
        reference.add(oldest.getValue());
      }
    }
  }

  boolean labelled(long window, double score, boolean positive) {
    LabelledScores target = scores.get(window);
    if (target == null) {
      return false;
    }
    target.labelled(score, positive);
    return true;
  }

  List<Quality> all() {
    List<Quality> result = new ArrayList<>();
    scores.forEach(
        (window, counts) ->
            result.add(counts.quality(windows.start(window), windows.start(window + 1))));
    return result;
  }

  /** The windows that the version began with, together. */
  Quality reference() {
    LabelledScores sum = new LabelledScores(bins);
    sum.add(reference);
    scores.headMap(first + referenceWindows).values().forEach(sum::add);
    return sum.quality(windows.start(first), windows.start(first + referenceWindows));
  }

  /** The newest stretch of {@code length} windows of which enough labels are in. */
  Optional<Quality> newestMature(int length, double coverage, long labels) {
    for (long last : scores.descendingKeySet()) {
      long start = last - length + 1;
      if (start < first + referenceWindows && referenceWindows > 0) {
        break;
      }
      LabelledScores sum = new LabelledScores(bins);
      scores.subMap(start, last + 1).values().forEach(sum::add);
      Quality quality = sum.quality(windows.start(start), windows.start(last + 1));
      if (quality.labels() >= labels && quality.coverage() >= coverage) {
        return Optional.of(quality);
      }
    }
    return Optional.empty();
  }
}
