package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of a graph that depends on a row by affine steps, then perhaps trees, then a last
 * function.
 *
 * @param trees what the steps are followed by, or null
 * @param columns how many numbers a row has
 * @param flat whether the shape is {@code [n]}
 * @param post the last function, if the steps are not followed by trees, which have their own
 * @param addsUp whether the numbers are not negative and add up to 1
 */
record RowValue(
    List<LinearStep> steps,
    @Nullable TreeEnsemble trees,
    int columns,
    boolean flat,
    LinearModel.Post post,
    boolean addsUp,
    @Nullable List<String> labels) {

  static RowValue ofInput(int width) {
    return new RowValue(List.of(), null, width, false, LinearModel.Post.NONE, false, null);
  }

  RowValue then(LinearStep step, int newColumns) {
    List<LinearStep> all = new ArrayList<>(steps);
    all.add(step);
    return new RowValue(all, trees, newColumns, flat, post, false, null);
  }

  RowValue then(TreeEnsemble ensemble) {
    return new RowValue(steps, ensemble, ensemble.columns(), flat, post, ensemble.addsUp(), null);
  }

  RowValue withPost(LinearModel.Post last, boolean complement) {
    boolean one = complement || last == LinearModel.Post.SOFTMAX;
    return new RowValue(steps, trees, columns, flat, last, one, null);
  }

  RowValue withShape(boolean isFlat) {
    return new RowValue(steps, trees, columns, isFlat, post, addsUp, labels);
  }

  RowValue withLabels(List<String> names) {
    return new RowValue(steps, trees, columns, flat, post, addsUp, names);
  }

  /** Whether numbers may still be changed. */
  boolean isOpen() {
    return trees == null && post == LinearModel.Post.NONE && labels == null;
  }

  /** Returns what computes it, or null if it is neither linear nor trees. */
  @Nullable JavaModel model(int width) {
    List<String> names = labels == null ? List.of() : labels;
    if (trees != null) {
      List<LinearStep.Scale> scales = new ArrayList<>();
      for (LinearStep step : steps) {
        if (!(step instanceof LinearStep.Scale scale)) {
          return null; // Sums of floats, and which side of a threshold they are on goes by the last
          // bit.
        }
        scales.add(scale);
      }
      return new TreeModel(width, scales, trees, names);
    }
    return steps.stream().anyMatch(LinearStep.Matrix.class::isInstance)
        ? new LinearModel(width, steps, post, names)
        : null;
  }
}
