package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

  private final List<Segment> trees = new ArrayList<>();
  private final Map<Long, Segment> byId = new HashMap<>();

  /** What each node is. */
  private final Kind[] kinds;

  /** Who comes next where a comparison is true, and where it is false. */
  private final int[] yes;

  private final int[] no;

  /** How many nodes lead to each. */
  private final int[] parents;

  /** Where each node is laid out first; -1 before. */
  private final int[] places;

  private int[] roots = {};

  /** What is laid out, and the number of the node it is. */
  private long[] laidOut = {};

  private int[] nodeAt = {};
  private int size;
  private boolean missingLeft;

  /** The tree that was asked about last. */
  private @Nullable Segment asked;

  private long askedId;

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
    this.kinds = new Kind[count];
    this.yes = new int[count];
    this.no = new int[count];
    this.parents = new int[count];
    this.places = new int[count];
    Arrays.fill(places, -1);
  }

  /** What a node is: a comparison of the value with its threshold, or a leaf. */
  private enum Kind {
    LEAF,
    BRANCH_LEQ,
    BRANCH_LT,
    BRANCH_GTE,
    BRANCH_GT,
    BRANCH_EQ,
    BRANCH_NEQ;

    private static final Map<String, Kind> ALL =
        Arrays.stream(values()).collect(Collectors.toMap(Kind::name, kind -> kind));

    int entries() {
      return switch (this) {
        case LEAF -> 0;
        case BRANCH_EQ, BRANCH_NEQ -> ENTRIES_OF_EQUALITY;
        default -> 2;
      };
    }
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
    return trees.size();
  }

  /** Returns the place where a tree begins, or where the last one ends. */
  int begin(int tree) {
    return tree < roots.length ? roots[tree] : size;
  }

  /** Returns a leaf's number, or -1 if there is none of that name. */
  int leaf(long treeId, long nodeId) {
    if (asked == null || treeId != askedId) {
      askedId = treeId;
      asked = byId.get(treeId);
    }
    int node = asked == null ? -1 : asked.find(nodeId);
    return node >= 0 && isLeaf(node) ? node : -1;
  }

  boolean isLeaf(int node) {
    return kinds[node] == Kind.LEAF;
  }

  /** Returns the number of the leaf at a place, or -1 if there is none. */
  int leafAt(int place) {
    int node = nodeAt[place];
    return node >= 0 && isLeaf(node) ? node : -1;
  }

  TreeWalk walk() {
    int abreast = TreeWalk.ABREAST;
    int[] padded = new int[(roots.length + abreast - 1) / abreast * abreast];
    Arrays.fill(padded, size); // Where trees end that are not there.
    System.arraycopy(roots, 0, padded, 0, roots.length);
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
      Segment tree = new Segment(from, i, named);
      if (byId.put(treeIds[from], tree) != null) {
        return false;
      }
      trees.add(tree);
      from = i;
    }
    return true;
  }

  /**
   * Whether every node is reached from its tree's first one, and none from itself; and who is led
   * to by several is their true child.
   */
  private boolean areTrees() {
    boolean[] byFalse = new boolean[count];
    for (Segment tree : trees) {
      for (int node = tree.from(); node < tree.to(); node++) {
        Kind kind = Kind.ALL.get(modes.get(node));
        if (kind == null) {
          return false;
        }
        kinds[node] = kind;
        if (kind == Kind.LEAF) {
          continue;
        }
        yes[node] = tree.find(trueIds[node]);
        no[node] = tree.find(falseIds[node]);
        if (yes[node] < 0 || no[node] < 0 || yes[node] == no[node] || !isInner(node)) {
          return false;
        }
        parents[yes[node]]++;
        parents[no[node]]++;
        byFalse[no[node]] = true;
      }
      for (int node = tree.from(); node < tree.to(); node++) {
        if (node == tree.from() ? parents[node] > 0 : parents[node] > 1 && byFalse[node]) {
          return false;
        }
      }
    }
    return reached() == count;
  }

  /** Whether a node's comparison can be made. */
  private boolean isInner(int node) {
    return !Float.isNaN(thresholds[node]) && features[node] >= 0 && features[node] < width;
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
      int node = order[i];
      if (!isLeaf(node)) {
        if (--left[yes[node]] == 0) {
          order[reached++] = yes[node];
        }
        if (--left[no[node]] == 0) {
          order[reached++] = no[node];
        }
      }
    }
    return reached;
  }

  private boolean place() {
    long most = trees.size() + 1L;
    for (Kind kind : kinds) {
      most += kind.entries();
    }
    if (most > TreeWalk.MOST_NODES) {
      return false;
    }
    laidOut = new long[(int) most];
    nodeAt = new int[(int) most];
    roots = new int[trees.size()];
    for (int tree = 0; tree < roots.length; tree++) {
      roots[tree] = size;
      nodeAt[size++] = trees.get(tree).from();
      for (int place = roots[tree]; place < size; place++) {
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
    int ifTrue = yes[node];
    int ifFalse = no[node];
    int key = TreeWalk.key(thresholds[node]);
    boolean missingIsTrue = tracks.length > 0 && tracks[node] == 1;
    // Less is at most the next float below, more is not at most, and so on.
    switch (kinds[node]) {
      case BRANCH_LT -> lessOrElse(node, place, key - 1, missingIsTrue, ifTrue, ifFalse);
      case BRANCH_GTE -> lessOrElse(node, place, key - 1, !missingIsTrue, ifFalse, ifTrue);
      case BRANCH_GT -> lessOrElse(node, place, key, !missingIsTrue, ifFalse, ifTrue);
      case BRANCH_EQ -> {
        lessOrElse(node, place, key - 1, !missingIsTrue, ifFalse, HALF);
        lessOrElse(node, size - 1, key, missingIsTrue, ifTrue, ifFalse);
      }
      case BRANCH_NEQ -> {
        lessOrElse(node, place, key - 1, false, ifTrue, HALF);
        lessOrElse(node, size - 1, key, false, ifFalse, ifTrue);
      }
      default -> lessOrElse(node, place, key, missingIsTrue, ifTrue, ifFalse);
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
