package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tree ensembles of ai.onnx.ml 1 and 3. Whatever ONNX leaves open or ONNX Runtime does in
 * a way of its own (leaves without a weight, bases of sums that get nothing, a last function that
 * is not applied everywhere) makes the answer null.
 */
final class TreeReader {
  private static final List<String> NODES =
      List.of(
          "nodes_falsenodeids",
          "nodes_featureids",
          "nodes_hitrates",
          "nodes_missing_value_tracks_true",
          "nodes_modes",
          "nodes_nodeids",
          "nodes_treeids",
          "nodes_truenodeids",
          "nodes_values",
          "base_values",
          "post_transform");

  private static final int MOST_SUMS = 1 << 12;

  private TreeReader() {}

  /** Returns what a TreeEnsembleRegressor computes, or null if that is not certain. */
  static @Nullable TreeEnsemble regressor(Node node, RowValue in) {
    long targets = node.integer("n_targets", 0);
    String aggregate = node.text("aggregate_function", "SUM");
    boolean average = aggregate.equals("AVERAGE");
    if (!hasOnly(node, "target_", "aggregate_function", "n_targets")
        || targets < 1
        || targets > MOST_SUMS
        || (!average && !aggregate.equals("SUM"))
        || !node.text("post_transform", "NONE").equals("NONE")) {
      return null;
    }
    TreeWeights weights = new TreeWeights(node, "target_");
    TreeLayout layout = TreeLayout.of(node, in.columns());
    // ONNX Runtime forgets the base of a sum that gets nothing.
    boolean each = targets > 1 && weights.hasBase();
    return layout == null
        ? null
        : weights.on(layout, (int) targets, average, TreeEnsemble.Last.NONE, each);
  }

  /** Returns what a TreeEnsembleClassifier's scores are, or null if that is not certain. */
  static @Nullable TreeEnsemble classifier(Node node, RowValue in) {
    int numbers = node.integers("classlabels_int64s").length;
    int texts = node.texts("classlabels_strings").size();
    int classes = Math.max(numbers, texts);
    if (!hasOnly(node, "class_", "classlabels_int64s", "classlabels_strings")
        || Math.min(numbers, texts) > 0
        || classes < 2
        || classes > MOST_SUMS) {
      return null;
    }
    TreeWeights weights = new TreeWeights(node, "class_");
    boolean oneSum = classes == 2 && weights.isOfFirstSumOnly();
    String post = node.text("post_transform", "NONE");
    TreeEnsemble.Last last = oneSum ? pair(post, weights) : each(post);
    // Of two sums, what ONNX Runtime adds the base to goes by which of them a row's leaves name.
    if (last == null || (classes == 2 && !oneSum && weights.hasBase())) {
      return null;
    }
    TreeLayout layout = TreeLayout.of(node, in.columns());
    boolean each = classes == 2 && !oneSum;
    return layout == null ? null : weights.on(layout, oneSum ? 1 : classes, false, last, each);
  }

  /** What becomes of the one sum of two classes. */
  private static TreeEnsemble.@Nullable Last pair(String post, TreeWeights weights) {
    return switch (post) {
      case "LOGISTIC" -> TreeEnsemble.Last.LOGISTIC_PAIR;
      case "NONE" -> weights.isPositive() ? TreeEnsemble.Last.REST : null;
      default -> null;
    };
  }

  private static TreeEnsemble.@Nullable Last each(String post) {
    return switch (post) {
      case "NONE" -> TreeEnsemble.Last.NONE;
      case "LOGISTIC" -> TreeEnsemble.Last.LOGISTIC;
      case "SOFTMAX" -> TreeEnsemble.Last.SOFTMAX;
      default -> null;
    };
  }

  private static boolean hasOnly(Node node, String prefix, String... more) {
    Set<String> known = new HashSet<>(NODES);
    known.addAll(List.of(more));
    for (String name : List.of("ids", "nodeids", "treeids", "weights")) {
      known.add(prefix + name);
    }
    return known.containsAll(node.attributes().keySet());
  }
}
