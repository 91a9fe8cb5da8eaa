package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which class was said how often when which one was true. */
final class LabelledClasses implements Labelled {
  private final int classes;
  private final long[] counts;

  LabelledClasses(int classes) {
    this.classes = classes;
    this.counts = new long[classes * classes];
  }

  @Override
  public void add(double output, double label, int sign) {
    int truth = (int) label;
    int said = (int) output;
    counts[truth * classes + said] += sign;
  }

  @Override
  public void addAll(Labelled others) {
    LabelledClasses other = (LabelledClasses) others;
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  @Override
  public Numbers numbers() {
    long n = 0;
    long right = 0;
    List<List<Long>> confusion = new ArrayList<>();
    for (int truth = 0; truth < classes; truth++) {
      List<Long> row = new ArrayList<>();
      for (int said = 0; said < classes; said++) {
        long count = counts[truth * classes + said];
        row.add(count);
        n += count;
        right += truth == said ? count : 0;
      }
      confusion.add(row);
    }
    Optional<Estimate> accuracy = Optional.empty();
    if (n >= 2) {
      double share = (double) right / n;
      accuracy = Optional.of(new Estimate(share, Math.sqrt(share * (1 - share) / n), 0));
    }
    return new Numbers(
        Optional.empty(), Optional.empty(), Optional.of(new Quality.Classes(accuracy, confusion)));
  }
}
