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
 *
 * <p>A node may be the true child of several others, as LightGBM's categories are exported: a row
 * of comparisons for equality with one child. Its record is laid out once for each of them, and
 * what is below it once. A comparison for equality is two for at most.
 */
final class TreeLayout {
  /** In place of a node's number: the second half of a comparison for equality. */
  private static final int HALF = -1;

  private static final int ENTRIES_OF_EQUALITY = 4;

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

  private final Map<Long, Segment> trees = new HashMap<>();

  /** How many nodes lead to each. */
  private final int[] parents;

  /** Where each node is laid out first; -1 before. */
  private final int[] places;

  private final int[] roots;
  private int treeCount;

  /** What is laid out, and the number of the node it is. */
  private long[] laidOut = {};

  private int[] nodeAt = {};
  private int size;
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
    this.parents = new int[count];
    this.places = new int[count];
    this.roots = new int[count];
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
    return layout.hasNodes() && layout.findTrees() && layout.areTrees() && layout.place()
        ? layout
        : null;
  }

  /** Returns how many nodes the file has. */
  int nodes() {
    return count;
  }

  /** Returns how many places there are. */
  int size() {
    return size;
  }

  int trees() {
    return treeCount;
  }

  /** Returns the place where a tree begins, or where the last one ends. */
  int begin(int tree) {
    return tree < treeCount ? roots[tree] : size;
  }

  /** Returns a leaf's number, or -1 if there is none of that name. */
  int leaf(long treeId, long nodeId) {
    Segment tree = trees.get(treeId);
    int node = tree == null ? -1 : tree.find(nodeId);
    return node >= 0 && isLeaf(node) ? node : -1;
  }

  boolean isLeaf(int node) {
    return modes.get(node).equals("LEAF");
  }

  /** Returns the number of the leaf at a place, or -1 if there is none. */
  int leafAt(int place) {
    int node = nodeAt[place];
    return node >= 0 && isLeaf(node) ? node : -1;
  }

  TreeWalk walk() {
    int abreast = TreeWalk.ABREAST;
    int[] padded = new int[(treeCount + abreast - 1) / abreast * abreast];
    Arrays.fill(padded, size); // Where trees end that are not there.
    System.arraycopy(roots, 0, padded, 0, treeCount);
    return new TreeWalk(laidOut, padded, width, missingLeft);
  }

  private boolean hasNodes() {
    boolean fits =
        count > 0
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

  private Segment tree(int node) {
    return Objects.requireNonNull(trees.get(treeIds[node]));
  }

  private int yes(int node) {
    return tree(node).find(trueIds[node]);
  }

  private int no(int node) {
    return tree(node).find(falseIds[node]);
  }

  /**
   * Whether every node is reached from its tree's first one, and none from itself; and who is led
   * to by several is their true child.
   */
  private boolean areTrees() {
    boolean[] byFalse = new boolean[count];
    for (int node = 0; node < count; node++) {
      if (isLeaf(node)) {
        continue;
      }
      int yes = yes(node);
      int no = no(node);
      if (yes < 0 || no < 0 || yes == no || !isInner(node)) {
        return false;
      }
      parents[yes]++;
      parents[no]++;
      byFalse[no] = true;
    }
    for (int node = 0; node < count; node++) {
      boolean root = tree(node).from() == node;
      if (root ? parents[node] > 0 : parents[node] > 1 && byFalse[node]) {
        return false;
      }
    }
    return reached() == count;
  }

  /** Whether a node's comparison is understood. */
  private boolean isInner(int node) {
    return !Float.isNaN(thresholds[node])
        && features[node] >= 0
        && features[node] < width
        && switch (modes.get(node)) {
          case "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ" ->
              true;
          default -> false;
        };
  }

  /** Counts the nodes all of whose parents have been reached. */
  private int reached() {
    int[] left = parents.clone();
    int[] order = new int[count];
    int reached = 0;
    for (int node = 0; node < count; node++) {
      if (left[node] == 0) {
        order[reached++] = node; // A root: another one of no parents makes the sum too large.
      }
    }
    if (reached != trees.size()) {
      return -1;
    }
    for (int i = 0; i < reached; i++) {
      if (!isLeaf(order[i])) {
        for (int child : new int[] {yes(order[i]), no(order[i])}) {
          if (--left[child] == 0) {
            order[reached++] = child;
          }
        }
      }
    }
    return reached;
  }

  private boolean isEquality(int node) {
    return modes.get(node).endsWith("EQ") && !modes.get(node).endsWith("LEQ");
  }

  private boolean place() {
    long most = trees.size() + 1L;
    for (int node = 0; node < count; node++) {
      most += isLeaf(node) ? 0 : isEquality(node) ? ENTRIES_OF_EQUALITY : 2;
    }
    if (most > TreeWalk.MOST_NODES) {
      return false;
    }
    laidOut = new long[(int) most];
    nodeAt = new int[(int) most];
    for (int next = 0; next < count; next = tree(next).to()) {
      roots[treeCount++] = size;
      nodeAt[size++] = next;
      for (int place = roots[treeCount - 1]; place < size; place++) {
        place(place);
      }
    }
    laidOut[size] = TreeWalk.leaf(size);
    nodeAt[size] = HALF;
    return (missingLeft ? 2L * width : width) <= TreeWalk.MOST_KEYS;
  }

  private void place(int place) {
    int node = nodeAt[place];
    if (node == HALF) {
      return;
    }
    if (isLeaf(node)) {
      laidOut[place] = TreeWalk.leaf(place);
    } else if (places[node] >= 0) {
      laidOut[place] = laidOut[places[node]];
    } else {
      places[node] = place;
      expand(node, place);
    }
  }

  /** Lays out a node's comparison, and says who its children are. */
  private void expand(int node, int place) {
    int yes = yes(node);
    int no = no(node);
    int key = TreeWalk.key(thresholds[node]);
    boolean missingIsTrue = tracks.length > 0 && tracks[node] == 1;
    // Less is at most the next float below, more is not at most, and so on.
    switch (modes.get(node)) {
      case "BRANCH_LT" -> lessOrElse(node, place, key - 1, missingIsTrue, yes, no);
      case "BRANCH_GTE" -> lessOrElse(node, place, key - 1, !missingIsTrue, no, yes);
      case "BRANCH_GT" -> lessOrElse(node, place, key, !missingIsTrue, no, yes);
      case "BRANCH_EQ" -> {
        lessOrElse(node, place, key - 1, !missingIsTrue, no, HALF);
        lessOrElse(node, size - 1, key, missingIsTrue, yes, no);
      }
      case "BRANCH_NEQ" -> {
        lessOrElse(node, place, key - 1, false, yes, HALF);
        lessOrElse(node, size - 1, key, false, no, yes);
      }
      default -> lessOrElse(node, place, key, missingIsTrue, yes, no);
    }
  }

  private void lessOrElse(
      int node, int place, int threshold, boolean missingIsLess, int less, int other) {
    missingLeft |= missingIsLess;
    int feature = (int) features[node] + (missingIsLess ? width : 0);
    laidOut[place] = TreeWalk.inner(threshold, feature, size);
    nodeAt[size++] = less;
    nodeAt[size++] = other;
  }
}
