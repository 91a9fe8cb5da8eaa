package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of counts: each feature of all rows and of each segment, against what is expected.
 */
final class DriftQuestions {
  private final Baseline baseline;
  private final DriftCounts live;
  private final @Nullable DriftCounts previous;

  /** Takes what to compare with instead of the training rows, or null. */
  DriftQuestions(Baseline baseline, DriftCounts live, @Nullable DriftCounts previous) {
    this.baseline = baseline;
    this.live = live;
    this.previous = previous;
  }

  List<Question> asked(Set<String> ignored) {
    requireSameBaseline();
    List<Question> questions = new ArrayList<>();
    for (FeatureCells cells : baseline.all()) {
      if (!ignores(ignored, cells)) {
        questions.add(
            new Question(
                "",
                cells,
                reference(cells),
                live(cells),
                live.predictions(),
                live.distinct(cells.feature())));
      }
    }
    List<FeatureCells> features = baseline.features();
    List<Segment> segments = baseline.segments();
    for (int s = 0; s < live.segments().size(); s++) {
      DriftCounts.Part part = live.segments().get(s);
      for (int f = 0; f < features.size(); f++) {
        FeatureCells cells = features.get(f);
        // What makes a segment cannot drift in it.
        if (!ignores(ignored, cells) && !cells.feature().equals(segments.get(s).feature())) {
          questions.add(
              new Question(
                  segments.get(s).name(),
                  cells,
                  segmentReference(s, f),
                  part.cells()[f],
                  part.predictions(),
                  OptionalDouble.empty()));
        }
      }
    }
    return questions;
  }

  private static boolean ignores(Set<String> ignored, FeatureCells cells) {
    return ignored.contains(cells.feature()) || ignored.contains(cells.source());
  }

  private void requireSameBaseline() {
    if (!baseline.fingerprint().equals(live.baseline())) {
      throw new MlopsException(
          "Counts of "
              + live.version()
              + " are over baseline "
              + live.baseline()
              + ", not over "
              + baseline.fingerprint()
              + ". Judge them against their own.");
    }
    boolean fits =
        live.segments().size() == baseline.segments().size()
            || live.segments().isEmpty(); // counts of the first format
    for (DriftCounts.Part part : live.segments()) {
      fits &= part.cells().length == baseline.features().size();
      for (int f = 0; fits && f < part.cells().length; f++) {
        fits = part.cells()[f].length == baseline.features().get(f).size();
      }
    }
    if (!fits) {
      throw damaged("segments");
    }
  }

  private long[] live(FeatureCells cells) {
    return live.cells(cells.feature())
        .filter(counts -> counts.length == cells.size())
        .orElseThrow(() -> damaged(cells.feature()));
  }

  private MlopsException damaged(String what) {
    return new MlopsException(
        "Counts of " + live.version() + " do not fit the cells of " + what + ": they are damaged.");
  }

  private long[] reference(FeatureCells cells) {
    if (previous != null) {
      return previous.cells(cells.feature()).orElseGet(() -> new long[cells.size()]);
    }
    return seasonal() ? baseline.seasonal(cells.feature(), live.slots()) : cells.reference();
  }

  private boolean seasonal() {
    return LongStream.of(live.slots()).sum() > 0;
  }

  /**
   * With a season, a segment's counts are scaled cell by cell as those of all rows are: right if
   * the segment has the season of all rows.
   */
  private long[] segmentReference(int segment, int feature) {
    if (previous != null) {
      return previous.segments().get(segment).cells()[feature];
    }
    FeatureCells cells = baseline.features().get(feature);
    long[] own = baseline.reference(segment, cells.feature());
    if (!seasonal()) {
      return own;
    }
    long[] all = cells.reference();
    long[] mixed = baseline.seasonal(cells.feature(), live.slots());
    for (int i = 0; i < own.length; i++) {
      own[i] = all[i] == 0 ? 0 : Math.round(own[i] * ((double) mixed[i] / all[i]));
    }
    return own;
  }
}
