package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of an ensemble as its attributes say them, laid out level by level, so that the
 * children of a node are side by side. Made by one thread.
 */
final class TreeLayout {
  private final int width;
  private final long[] treeIds;
  private final long[] nodeIds;
  private final long[] features;
  private final long[] trueIds;
  private final long[] falseIds;
  private final long[] tracks;
  private final float[] thresholds;
  private final List<String> modes;
  private final int count;

  /** Where each node is laid out; -1 before. */
  private final int[] places;

  private final Map<Long, Segment> trees = new HashMap<>();
  private final int[] roots;
  private final long[] laidOut;
  private int treeCount;
  private boolean missingLeft;

  private TreeLayout(Node node, int width) {
    this.width = width;
    this.treeIds = node.integers("nodes_treeids");
    this.nodeIds = node.integers("nodes_nodeids");
    this.features = node.integers("nodes_featureids");
    this.trueIds = node.integers("nodes_truenodeids");
    this.falseIds = node.integers("nodes_falsenodeids");
    this.tracks = node.integers("nodes_missing_value_tracks_true");
    this.thresholds = node.numbers("nodes_values");
    this.modes = node.texts("nodes_modes");
    this.count = treeIds.length;
    this.places = new int[count];
    this.roots = new int[count];
    this.laidOut = new long[count + 1];
    Arrays.fill(places, -1);
  }

  /**
   * The nodes of one tree.
   *
   * @param from the first one's number
   * @param to one more than the last one's
   * @param named numbers by identifier; null if identifiers are 0, 1, 2 …
   */
  private record Segment(int from, int to, @Nullable Map<Long, Integer> named) {
    /** Returns a node's number, or -1. */
    int find(long id) {
      if (named != null) {
        return named.getOrDefault(id, -1);
      }
      return id >= 0 && id < to - from ? from + (int) id : -1;
    }
  }

  /** Returns the trees of an operator, or null if they are no trees that are understood. */
  static @Nullable TreeLayout of(Node node, int width) {
    TreeLayout layout = new TreeLayout(node, width);
    return layout.hasNodes() && layout.findTrees() && layout.place() ? layout : null;
  }

  /** Returns how many nodes there are; places are less. */
  int size() {
    return count;
  }

  int trees() {
    return treeCount;
  }

  /** Returns where a tree's nodes begin. */
  int begin(int tree) {
    return tree < treeCount ? roots[tree] : count;
  }

  /** Returns where a leaf is, or -1 if there is none of that name. */
  int leaf(long treeId, long nodeId) {
    Segment tree = trees.get(treeId);
    int node = tree == null ? -1 : tree.find(nodeId);
    return node >= 0 && isLeaf(node) ? places[node] : -1;
  }

  /** Whether there is a leaf at a place. */
  boolean isLeafAt(int place) {
    return laidOut[place] == TreeWalk.leaf(place);
  }

  TreeWalk walk() {
    int abreast = TreeWalk.ABREAST;
    int[] padded = new int[(treeCount + abreast - 1) / abreast * abreast];
    Arrays.fill(padded, count); // Where trees end that are not there.
    System.arraycopy(roots, 0, padded, 0, treeCount);
    laidOut[count] = TreeWalk.leaf(count);
    return new TreeWalk(laidOut, padded, width, missingLeft);
  }

  private boolean isLeaf(int node) {
    return modes.get(node).equals("LEAF");
  }

  private boolean hasNodes() {
    boolean fits =
        count > 0
            && count < TreeWalk.MOST_NODES
            && nodeIds.length == count
            && features.length == count
            && trueIds.length == count
            && falseIds.length == count
            && thresholds.length == count
            && modes.size() == count
            && (tracks.length == 0 || tracks.length == count);
    for (long track : tracks) {
      fits &= track == 0 || track == 1;
    }
    for (long id : nodeIds) {
      fits &= id >= 0 && id < count;
    }
    return fits;
  }

  /** Finds where each tree begins; false if one is in several pieces, or has a node twice. */
  private boolean findTrees() {
    int from = 0;
    for (int i = 1; i <= count; i++) {
      if (i < count && treeIds[i] == treeIds[from]) {
        continue;
      }
      boolean inOrder = true;
      for (int j = from; j < i; j++) {
        inOrder &= nodeIds[j] == j - from;
      }
      Map<Long, Integer> named = inOrder ? null : new HashMap<>();
      for (int j = from; named != null && j < i; j++) {
        if (named.put(nodeIds[j], j) != null) {
          return false;
        }
      }
      if (trees.put(treeIds[from], new Segment(from, i, named)) != null) {
        return false;
      }
      from = i;
    }
    return true;
  }

  private boolean place() {
    for (int next = 0; next < count; ) {
      roots[treeCount++] = next;
      next = place(next);
      if (next < 0) {
        return false;
      }
    }
    return (missingLeft ? 2L * width : width) <= TreeWalk.MOST_KEYS;
  }

  /**
   * Lays out one tree.
   *
   * @param from its root's number, and its place
   * @return where the next tree begins; -1 if this one is none, or not understood
   */
  private int place(int from) {
    Segment tree = Objects.requireNonNull(trees.get(treeIds[from]));
    int size = tree.to() - from;
    int[] order = new int[size];
    order[0] = from;
    places[from] = from;
    int placed = 1;
    for (int i = 0; i < placed; i++) {
      int node = order[i];
      if (isLeaf(node)) {
        laidOut[from + i] = TreeWalk.leaf(from + i);
        continue;
      }
      int yes = tree.find(trueIds[node]);
      int no = tree.find(falseIds[node]);
      if (yes < 0 || no < 0 || yes == no || places[yes] >= 0 || places[no] >= 0) {
        return -1;
      }
      boolean more = modes.get(node).startsWith("BRANCH_G");
      int left = more ? no : yes;
      int right = more ? yes : no;
      places[left] = from + placed;
      places[right] = from + placed + 1;
      if (!inner(node, from + i, from + placed)) {
        return -1;
      }
      order[placed++] = left;
      order[placed++] = right;
    }
    return placed == size ? tree.to() : -1;
  }

  /** Writes a node that goes left if the value is at most the threshold. */
  private boolean inner(int node, int place, int child) {
    float threshold = thresholds[node];
    if (Float.isNaN(threshold) || features[node] < 0 || features[node] >= width) {
      return false;
    }
    // Less is at most the next float below, more is not at most, and so on.
    int key = TreeWalk.key(threshold);
    boolean more = false;
    switch (modes.get(node)) {
      case "BRANCH_LEQ" -> {}
      case "BRANCH_LT" -> key--;
      case "BRANCH_GTE" -> {
        key--;
        more = true;
      }
      case "BRANCH_GT" -> more = true;
      default -> {
        return false;
      }
    }
    boolean missingIsTrue = tracks.length > 0 && tracks[node] == 1;
    boolean left = missingIsTrue != more;
    missingLeft |= left;
    int feature = (int) features[node] + (left ? width : 0);
    if (feature >= TreeWalk.MOST_KEYS) {
      return false;
    }
    laidOut[place] = TreeWalk.inner(key, feature, child);
    return true;
  }
}
