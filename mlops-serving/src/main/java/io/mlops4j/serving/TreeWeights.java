package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import java.util.Arrays;
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
    Adds adds = byLeaf(layout, sums);
    if (adds == null || (each && !isEachSure(layout, adds, sums))) {
      return null;
    }
    TreeWalk walk = layout.walk();
    int trees = layout.trees();
    int[] none = {};
    float[] nothing = {};
    if (sums == 1) {
      float[] byPlace = new float[layout.size() + 1];
      for (int place = 0; place < layout.size(); place++) {
        int leaf = layout.leafAt(place);
        byPlace[place] = leaf < 0 ? 0 : adds.values[adds.first[leaf]];
      }
      return new TreeEnsemble(walk, trees, 1, byPlace, none, none, nothing, base, average, last);
    }
    Adds placed = adds.placed(layout);
    return new TreeEnsemble(
        walk,
        trees,
        sums,
        nothing,
        placed.first,
        placed.targets,
        placed.values,
        base,
        average,
        last);
  }

  /** What is added, leaf by leaf: from {@code first} of one to that of the next. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Adds(int[] first, int[] targets, float[] values) {
    /** Returns the same by place, where a leaf may be in several. */
    Adds placed(TreeLayout layout) {
      int[] starts = new int[layout.size() + 2];
      for (int place = 0; place <= layout.size(); place++) {
        int leaf = place < layout.size() ? layout.leafAt(place) : -1;
        starts[place + 1] = starts[place] + (leaf < 0 ? 0 : first[leaf + 1] - first[leaf]);
      }
      int[] of = new int[starts[layout.size()]];
      float[] adds = new float[of.length];
      for (int place = 0; place < layout.size(); place++) {
        int leaf = layout.leafAt(place);
        if (leaf >= 0) {
          int n = starts[place + 1] - starts[place];
          System.arraycopy(targets, first[leaf], of, starts[place], n);
          System.arraycopy(values, first[leaf], adds, starts[place], n);
        }
      }
      return new Adds(starts, of, adds);
    }
  }

  /** Returns what each leaf adds, or null if it is not at least one number, to each sum once. */
  private @Nullable Adds byLeaf(TreeLayout layout, int sums) {
    int n = values.length;
    int[] leaves = new int[n];
    int[] first = new int[layout.nodes() + 1];
    for (int i = 0; i < n; i++) {
      leaves[i] = layout.leaf(treeIds[i], nodeIds[i]);
      if (leaves[i] < 0) {
        return null;
      }
      first[leaves[i] + 1]++;
    }
    for (int node = 0; node < layout.nodes(); node++) {
      if (layout.isLeaf(node) && (first[node + 1] < 1 || first[node + 1] > sums)) {
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
      int j = next[leaves[i]]++;
      of[j] = (int) targets[i];
      adds[j] = values[i];
    }
    int[] lastLeaf = new int[sums];
    for (int node = 0; node < layout.nodes(); node++) {
      for (int j = first[node]; j < first[node + 1]; j++) {
        if (lastLeaf[of[j]] == node + 1) {
          return null;
        }
        lastLeaf[of[j]] = node + 1;
      }
    }
    return new Adds(first, of, adds);
  }

  /** Whether for each sum there is a tree whose leaves all add to it. */
  private static boolean isEachSure(TreeLayout layout, Adds adds, int sums) {
    boolean[] sure = new boolean[sums];
    int[] speak = new int[sums];
    for (int tree = 0; tree < layout.trees(); tree++) {
      int leaves = 0;
      Arrays.fill(speak, 0);
      for (int place = layout.begin(tree); place < layout.begin(tree + 1); place++) {
        int leaf = layout.leafAt(place);
        if (leaf >= 0) {
          leaves++;
          for (int j = adds.first[leaf]; j < adds.first[leaf + 1]; j++) {
            speak[adds.targets[j]]++;
          }
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
