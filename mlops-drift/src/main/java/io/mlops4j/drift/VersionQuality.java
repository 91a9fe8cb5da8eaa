package io.mlops4j.drift;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The windows of one version, or of one of its segments, oldest given up first. Guarded by its
 * monitor's lock.
 */
final class VersionQuality {
  /** Some windows together. */
  record Stretch(long first, long last, WindowQuality counts) {}

  private final Windows windows;
  private final int kept;
  private final WindowQuality.Shape shape;
  private final int referenceWindows;
  private final TreeMap<Long, WindowQuality> counts = new TreeMap<>();
  private final WindowQuality reference;
  private long first = Long.MAX_VALUE;
  private long forgotten = Long.MIN_VALUE;

  VersionQuality(Windows windows, int kept, WindowQuality.Shape shape, int referenceWindows) {
    this.windows = windows;
    this.kept = kept;
    this.shape = shape;
    this.referenceWindows = referenceWindows;
    this.reference = new WindowQuality(shape);
  }

  Duration windowLength() {
    return windows.length();
  }

  void predicted(long window, double output) {
    if (window <= forgotten) {
      return;
    }
    first = Math.min(first, window);
    counts.computeIfAbsent(window, w -> new WindowQuality(shape)).predicted(output);
    while (counts.size() > kept) {
      // The first windows are what later ones are compared with: their sums stay.
      var oldest = counts.pollFirstEntry();
      forgotten = oldest.getKey();
      if (oldest.getKey() < first + referenceWindows) {
        reference.addAll(oldest.getValue());
      }
    }
  }

  void excluded(long window) {
    WindowQuality target = counts.get(window);
    if (target != null) {
      target.excluded();
    }
  }

  boolean labelled(long window, double output, double label, int sign) {
    WindowQuality target = counts.get(window);
    if (target == null) {
      return false;
    }
    target.labelled(output, label, sign);
    return true;
  }

  List<Quality> all() {
    List<Quality> result = new ArrayList<>();
    counts.forEach(
        (window, one) -> result.add(one.quality(windows.start(window), windows.start(window + 1))));
    return result;
  }

  /** The windows that the version began with, together. */
  Quality reference() {
    return quality(new Stretch(first, first + referenceWindows - 1, referenceCounts()));
  }

  WindowQuality referenceCounts() {
    WindowQuality sum = new WindowQuality(shape);
    sum.addAll(reference);
    counts.headMap(first + referenceWindows).values().forEach(sum::addAll);
    return sum;
  }

  /** Everything labelled in the windows before one. */
  WindowQuality before(long window) {
    WindowQuality sum = new WindowQuality(shape);
    sum.addAll(reference);
    counts.headMap(window).values().forEach(sum::addAll);
    return sum;
  }

  Quality quality(Stretch stretch) {
    return stretch.counts().quality(start(stretch), windows.start(stretch.last() + 1));
  }

  Instant start(Stretch stretch) {
    return windows.start(stretch.first());
  }

  Instant end(Stretch stretch) {
    return windows.start(stretch.last() + 1);
  }

  /**
   * The stretches of {@code length} windows that end at each window with predictions, newest first;
   * none of them reaches into the windows that others are compared with.
   */
  List<Long> ends(int length) {
    return counts.descendingKeySet().stream()
        .filter(last -> referenceWindows == 0 || last - length + 1 >= first + referenceWindows)
        .toList();
  }

  Stretch stretch(long last, int length) {
    WindowQuality sum = new WindowQuality(shape);
    long from = last - length + 1;
    counts.subMap(from, last + 1).values().forEach(sum::addAll);
    return new Stretch(from, last, sum);
  }

  /** The newest stretch of {@code length} windows of which enough labels are in. */
  Optional<Quality> newestMature(int length, double coverage, long labels) {
    for (long last : ends(length)) {
      Stretch stretch = stretch(last, length);
      if (stretch.counts().labels() >= labels && stretch.counts().coverage() >= coverage) {
        return Optional.of(quality(stretch));
      }
    }
    return Optional.empty();
  }
}
