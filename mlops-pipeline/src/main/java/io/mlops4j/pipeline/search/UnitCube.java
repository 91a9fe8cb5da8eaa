package io.mlops4j.pipeline.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Points of the unit cube, one coordinate per parameter of a space. */
final class UnitCube {
  private final SearchSpace space;
  private final double[][] points;

  private UnitCube(SearchSpace space, double[][] points) {
    this.space = space;
    this.points = points;
  }

  static UnitCube random(int trials, SearchSpace space, long seed) {
    return drawn(trials, space, seed, false);
  }

  static UnitCube latin(int trials, SearchSpace space, long seed) {
    return drawn(trials, space, seed, true);
  }

  private static UnitCube drawn(int trials, SearchSpace space, long seed, boolean stratified) {
    double[][] points = new double[trials][space.parameters().size()];
    SplittableRandom random = new SplittableRandom(seed);
    for (int d = 0; d < space.parameters().size(); d++) {
      // A source for each parameter: one more at the end leaves those before it as they are.
      SplittableRandom own = random.split();
      int[] part = permutation(trials, own);
      for (int i = 0; i < trials; i++) {
        double u = own.nextDouble();
        points[i][d] = stratified ? Math.min((part[i] + u) / trials, Math.nextDown(1.0)) : u;
      }
    }
    return new UnitCube(space, points);
  }

  static int[] permutation(int n, SplittableRandom random) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Returns the points themselves, {@code [trials, parameters]}, each in [0, 1). */
  double[][] points() {
    return points;
  }

  List<Candidate> candidates() {
    List<Candidate> candidates = new ArrayList<>(points.length);
    for (double[] point : points) {
      candidates.add(space.at(point));
    }
    return candidates;
  }
}
