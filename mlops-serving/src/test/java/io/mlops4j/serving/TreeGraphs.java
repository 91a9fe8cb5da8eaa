package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Writes tree ensembles: node by node, or grown at random. */
final class TreeGraphs {
  /** The comparisons; the first four are of order. */
  static final List<String> MODES =
      List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ");

  /** Thresholds that rows meet exactly, so that at most and less than differ. */
  private static final float[] THRESHOLDS = {
    0,
    -0f,
    1,
    -1,
    0.5f,
    -2.25f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    1e30f,
    -1e30f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    0.1f
  };

  private final List<Long> treeIds = new ArrayList<>();
  private final List<Long> nodeIds = new ArrayList<>();
  private final List<Long> features = new ArrayList<>();
  private final List<Long> trueIds = new ArrayList<>();
  private final List<Long> falseIds = new ArrayList<>();
  private final List<Long> tracks = new ArrayList<>();
  private final List<Float> thresholds = new ArrayList<>();
  private final List<String> modes = new ArrayList<>();
  private final List<Long> weightTrees = new ArrayList<>();
  private final List<Long> weightNodes = new ArrayList<>();
  private final List<Long> targets = new ArrayList<>();
  private final List<Float> weights = new ArrayList<>();
  private final List<byte[]> more = new ArrayList<>();
  private boolean tracked;

  /** One tree: x0 at most 1 is 2, else x1 less than 0 is 3, else 5. */
  static TreeGraphs small() {
    return new TreeGraphs()
        .inner(0, 0, "BRANCH_LEQ", 0, 1, 1, 2)
        .leaf(0, 1)
        .inner(0, 2, "BRANCH_LT", 1, 0, 3, 4)
        .leaf(0, 3)
        .leaf(0, 4)
        .weight(0, 1, 0, 2)
        .weight(0, 3, 0, 3)
        .weight(0, 4, 0, 5);
  }

  /** Returns what a graph is in Java, or null if ONNX Runtime runs it. */
  static @Nullable JavaModel recognised(byte[] graph) {
    OutputKind<?> any = new OutputKind<>("any", c -> true, true, (slot, place) -> null);
    JavaGraph.Found found = JavaGraph.recognise(graph, any, null);
    return found == null ? null : found.model();
  }

  TreeGraphs inner(long tree, long id, String mode, long feature, float threshold, long... next) {
    treeIds.add(tree);
    nodeIds.add(id);
    modes.add(mode);
    features.add(feature);
    thresholds.add(threshold);
    trueIds.add(next[0]);
    falseIds.add(next[1]);
    tracks.add(0L);
    return this;
  }

  TreeGraphs leaf(long tree, long id) {
    return inner(tree, id, "LEAF", 0, 0, 0, 0);
  }

  /** Missing values go where the condition is true, at the node written last. */
  TreeGraphs missingIsTrue() {
    tracks.set(tracks.size() - 1, 1L);
    tracked = true;
    return this;
  }

  TreeGraphs weight(long tree, long id, long target, float value) {
    weightTrees.add(tree);
    weightNodes.add(id);
    targets.add(target);
    weights.add(value);
    return this;
  }

  TreeGraphs with(byte[] attribute) {
    more.add(attribute);
    return this;
  }

  /**
   * Grows a tree.
   *
   * @param mode which comparison its nodes make, -1 for any
   * @param leafTargets which targets each leaf has a weight for
   */
  TreeGraphs grow(
      Random random,
      long tree,
      int depth,
      int width,
      int mode,
      IntPredicate leafTargets,
      int sums,
      boolean positive) {
    int firstNode = nodeIds.size();
    int firstWeight = weightNodes.size();
    List<long[]> open = new ArrayList<>(List.of(new long[] {0, depth}));
    long next = 0;
    while (!open.isEmpty()) {
      long[] node = open.remove(random.nextInt(open.size()));
      boolean root = node[0] == 0;
      if (node[1] == 0 || (!root && random.nextInt(4) == 0)) {
        leaf(tree, node[0]);
        for (int target = 0; target < sums; target++) {
          if (leafTargets.test(target)) {
            float value = (float) random.nextGaussian();
            weight(tree, node[0], target, positive ? Math.abs(value) / 64 : value);
          }
        }
        continue;
      }
      long left = ++next;
      long right = ++next;
      String how = MODES.get(mode < 0 ? random.nextInt(MODES.size()) : mode);
      float threshold =
          random.nextInt(3) == 0
              ? THRESHOLDS[random.nextInt(THRESHOLDS.length)]
              : (float) random.nextGaussian();
      boolean swap = random.nextBoolean();
      long yes = swap ? right : left;
      long no = swap ? left : right;
      // Several values of a category lead to the same node.
      int values = how.equals("BRANCH_EQ") ? 1 + random.nextInt(4) : 1;
      long feature = random.nextInt(width);
      boolean missing = random.nextInt(6) == 0;
      long here = node[0];
      for (int i = 1; i <= values; i++) {
        long other = i == values ? no : ++next;
        inner(tree, here, how, feature, i == 1 ? threshold : i - 2f, yes, other);
        if (missing) {
          missingIsTrue();
        }
        here = other;
      }
      open.add(new long[] {left, node[1] - 1});
      open.add(new long[] {right, node[1] - 1});
    }
    if (random.nextBoolean()) {
      List<Long> others = new ArrayList<>();
      for (long id = 0; id <= next; id++) {
        others.add(id);
      }
      Collections.shuffle(others, random);
      for (List<Long> ids : List.of(nodeIds, trueIds, falseIds)) {
        ids.subList(firstNode, ids.size()).replaceAll(id -> others.get(id.intValue()));
      }
      weightNodes
          .subList(firstWeight, weightNodes.size())
          .replaceAll(id -> others.get(id.intValue()));
    }
    return this;
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static float[] floats(List<Float> values) {
    float[] result = new float[values.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = values.get(i);
    }
    return result;
  }

  private List<byte[]> attributes(String prefix) {
    List<byte[]> all = new ArrayList<>(more);
    all.add(Graphs.integers("nodes_treeids", longs(treeIds)));
    all.add(Graphs.integers("nodes_nodeids", longs(nodeIds)));
    all.add(Graphs.integers("nodes_featureids", longs(features)));
    all.add(Graphs.integers("nodes_truenodeids", longs(trueIds)));
    all.add(Graphs.integers("nodes_falsenodeids", longs(falseIds)));
    all.add(Graphs.numbers("nodes_values", floats(thresholds)));
    all.add(Graphs.strings("nodes_modes", modes.toArray(String[]::new)));
    if (tracked) {
      all.add(Graphs.integers("nodes_missing_value_tracks_true", longs(tracks)));
    }
    all.add(Graphs.integers(prefix + "treeids", longs(weightTrees)));
    all.add(Graphs.integers(prefix + "nodeids", longs(weightNodes)));
    all.add(Graphs.integers(prefix + "ids", longs(targets)));
    all.add(Graphs.numbers(prefix + "weights", floats(weights)));
    return all;
  }

  /** Adds a TreeEnsembleRegressor. */
  Graphs regressor(Graphs graph, String input, String output, int sums) {
    List<byte[]> all = attributes("target_");
    all.add(Graphs.integer("n_targets", sums));
    return graph.node(
        "ai.onnx.ml:TreeEnsembleRegressor", input, output, all.toArray(byte[][]::new));
  }

  /** Returns a graph of two features that is nothing else. */
  byte[] regressor() {
    return regressor(Graphs.of(2), "X", "y", 1).output("y", 1);
  }

  /** Returns a graph of two features that is nothing else. */
  byte[] classifier(int classes) {
    return classifier(Graphs.of(2), "X", "p", classes).output("p", classes);
  }

  /** Adds a TreeEnsembleClassifier of the classes c0, c1, … */
  Graphs classifier(Graphs graph, String input, String output, int classes) {
    List<byte[]> all = attributes("class_");
    String[] names = new String[classes];
    for (int i = 0; i < classes; i++) {
      names[i] = "c" + i;
    }
    all.add(Graphs.strings("classlabels_strings", names));
    return graph.node(
        "ai.onnx.ml:TreeEnsembleClassifier", input, "label " + output, all.toArray(byte[][]::new));
  }

  /** Returns a row that often meets a threshold exactly, or misses values. */
  static float[] row(Random random, int width) {
    float[] row = new float[width];
    for (int i = 0; i < width; i++) {
      int kind = random.nextInt(10);
      row[i] =
          kind == 0
              ? Float.NaN
              : kind < 3
                  ? THRESHOLDS[random.nextInt(THRESHOLDS.length)]
                  : (float) random.nextGaussian();
    }
    return row;
  }
}
