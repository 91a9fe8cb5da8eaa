package io.mlops4j.serving;

import java.util.List;

/**
 * A tree ensemble in Java, equal to ONNX Runtime's on one core: thresholds, scaled inputs and sums
 * are floats, added in the same order, tree by tree, so that scores are the same to the last bit;
 * logistic function and softmax may differ in it. Immutable and thread-safe.
 *
 * <p>Cost: about 1.3 ns for a node on the way; nothing is allocated.
 */
final class TreeModel implements JavaModel {
  private final int width;
  private final LinearStep.Scale[] scales;
  private final TreeEnsemble trees;
  private final TreeWalk walk;
  private final List<String> labels;

  TreeModel(int width, List<LinearStep.Scale> scales, TreeEnsemble trees, List<String> labels) {
    this.width = width;
    this.scales = scales.toArray(new LinearStep.Scale[0]);
    this.trees = trees;
    this.walk = trees.walk();
    this.labels = labels;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int columns() {
    return trees.columns();
  }

  @Override
  public List<String> labels() {
    return labels;
  }

  /** The row's keys, and eight leaves. */
  @Override
  public int scratch() {
    return TreeWalk.ABREAST + walk.keys();
  }

  @Override
  public void run(float[] rows, int at, float[] out, int to, int[] scratch) {
    keys(rows, at, scratch);
    if (trees.sums() == 1) {
      one(scratch, out, to);
    } else {
      many(scratch, out, to);
    }
  }

  private void keys(float[] rows, int at, int[] scratch) {
    for (int i = 0; i < width; i++) {
      float value = rows[at + i];
      for (LinearStep.Scale scale : scales) {
        value = scale.apply(i, value);
      }
      walk.key(scratch, i, value);
    }
  }

  private void one(int[] scratch, float[] out, int to) {
    float[] values = trees.values();
    int count = trees.trees();
    float sum = 0;
    for (int tree = 0; tree < count; tree += TreeWalk.ABREAST) {
      walk.leaves(scratch, tree);
      int here = Math.min(TreeWalk.ABREAST, count - tree);
      for (int i = 0; i < here; i++) {
        sum += values[scratch[i]];
      }
    }
    sum = finish(sum, 0);
    switch (trees.last()) {
      case REST -> {
        out[to] = 1 - sum;
        out[to + 1] = sum;
      }
      case LOGISTIC_PAIR -> {
        out[to] = logistic(-sum);
        out[to + 1] = logistic(sum);
      }
      default -> out[to] = sum;
    }
  }

  private void many(int[] scratch, float[] out, int to) {
    int[] first = trees.first();
    int[] targets = trees.targets();
    float[] weights = trees.weights();
    int count = trees.trees();
    int sums = trees.sums();
    for (int i = 0; i < sums; i++) {
      out[to + i] = 0;
    }
    for (int tree = 0; tree < count; tree += TreeWalk.ABREAST) {
      walk.leaves(scratch, tree);
      int here = Math.min(TreeWalk.ABREAST, count - tree);
      for (int i = 0; i < here; i++) {
        int leaf = scratch[i];
        for (int j = first[leaf]; j < first[leaf + 1]; j++) {
          out[to + targets[j]] += weights[j];
        }
      }
    }
    for (int i = 0; i < sums; i++) {
      float sum = finish(out[to + i], i);
      out[to + i] = trees.last() == TreeEnsemble.Last.LOGISTIC ? logistic(sum) : sum;
    }
    if (trees.last() == TreeEnsemble.Last.SOFTMAX) {
      softmax(out, to, sums);
    }
  }

  private float finish(float sum, int target) {
    float result = trees.average() ? sum / trees.trees() : sum;
    return trees.base().length == 0 ? result : result + trees.base()[target];
  }

  private static void softmax(float[] out, int to, int count) {
    float most = -Float.MAX_VALUE;
    for (int i = to; i < to + count; i++) {
      most = out[i] > most ? out[i] : most;
    }
    float sum = 0;
    for (int i = to; i < to + count; i++) {
      out[i] = (float) Math.exp(out[i] - most);
      sum += out[i];
    }
    for (int i = to; i < to + count; i++) {
      out[i] /= sum;
    }
  }

  private static float logistic(float score) {
    float high = 1 / (1 + (float) Math.exp(-Math.abs(score)));
    return score < 0 ? 1 - high : high;
  }
}
