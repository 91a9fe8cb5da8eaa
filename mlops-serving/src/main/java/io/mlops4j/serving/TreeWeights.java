package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import org.jspecify.annotations.Nullable;

/** What the leaves of an ensemble add to which sum, in the order of the file. */
final class TreeWeights {
  private final long[] targets;
  private final long[] nodeIds;
  private final long[] treeIds;
  private final float[] values;
  private final float[] base;

  /** Reads the attributes whose names begin with {@code class_} or {@code target_}. */
  TreeWeights(Node node, String prefix) {
    targets = node.integers(prefix + "ids");
    nodeIds = node.integers(prefix + "nodeids");
    treeIds = node.integers(prefix + "treeids");
    values = node.numbers(prefix + "weights");
    base = node.numbers("base_values");
  }

  boolean isOfFirstSumOnly() {
    boolean first = true;
    for (long target : targets) {
      first &= target == 0;
    }
    return first;
  }

  boolean isPositive() {
    boolean positive = true;
    for (float value : values) {
      positive &= value >= 0;
    }
    return positive;
  }

  boolean hasBase() {
    return base.length > 0;
  }

  private boolean fits(int sums) {
    int n = values.length;
    boolean fits =
        targets.length == n
            && nodeIds.length == n
            && treeIds.length == n
            && (base.length == 0 || base.length == sums);
    for (int i = 0; fits && i < n; i++) {
      fits = Float.isFinite(values[i]) && targets[i] >= 0 && targets[i] < sums;
    }
    for (int i = 0; fits && i < base.length; i++) {
      fits = Float.isFinite(base[i]);
    }
    return fits;
  }

  /**
   * Returns the ensemble, or null if it is not understood.
   *
   * @param each whether it matters that each sum gets something from every row
   */
  @Nullable TreeEnsemble on(
      TreeLayout layout, int sums, boolean average, TreeEnsemble.Last last, boolean each) {
    if (!fits(sums)) {
      return null;
    }
    int n = values.length;
    int[] at = new int[n];
    int[] first = new int[layout.size() + 2];
    for (int i = 0; i < n; i++) {
      at[i] = layout.leaf(treeIds[i], nodeIds[i]);
      if (at[i] < 0) {
        return null;
      }
      first[at[i] + 1]++;
    }
    for (int place = 0; place < layout.size(); place++) {
      int here = first[place + 1];
      if (layout.isLeafAt(place) && (here < 1 || here > sums)) {
        return null;
      }
    }
    for (int i = 1; i < first.length; i++) {
      first[i] += first[i - 1];
    }
    int[] next = first.clone();
    int[] of = new int[n];
    float[] adds = new float[n];
    for (int i = 0; i < n; i++) {
      int j = next[at[i]]++;
      of[j] = (int) targets[i];
      adds[j] = values[i];
      for (int k = first[at[i]]; k < j; k++) {
        if (of[k] == of[j]) {
          return null;
        }
      }
    }
    if (each && !isEachSure(layout, first, of, sums)) {
      return null;
    }
    TreeWalk walk = layout.walk();
    if (sums > 1) {
      float[] none = {};
      return new TreeEnsemble(
          walk, layout.trees(), sums, none, first, of, adds, base, average, last);
    }
    float[] byPlace = new float[layout.size() + 1];
    for (int place = 0; place < layout.size(); place++) {
      byPlace[place] = first[place] < first[place + 1] ? adds[first[place]] : 0;
    }
    int[] none = {};
    return new TreeEnsemble(
        walk, layout.trees(), 1, byPlace, none, none, new float[0], base, average, last);
  }

  /** Whether for each sum there is a tree whose leaves all add to it. */
  private static boolean isEachSure(TreeLayout layout, int[] first, int[] of, int sums) {
    boolean[] sure = new boolean[sums];
    for (int tree = 0; tree < layout.trees(); tree++) {
      int[] speak = new int[sums];
      int leaves = 0;
      for (int place = layout.begin(tree); place < layout.begin(tree + 1); place++) {
        leaves += layout.isLeafAt(place) ? 1 : 0;
        for (int j = first[place]; j < first[place + 1]; j++) {
          speak[of[j]]++;
        }
      }
      for (int i = 0; i < sums; i++) {
        sure[i] |= speak[i] == leaves;
      }
    }
    boolean all = true;
    for (boolean one : sure) {
      all &= one;
    }
    return all;
  }
}
