package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value that depends on the input by affine steps and a last function.
 *
 * @param columns how many numbers a row has
 * @param flat whether the shape is {@code [n]}
 * @param complementary whether there are two sigmoids of a score and of its negative
 */
record LinearChain(
    List<LinearStep> steps,
    int columns,
    boolean flat,
    LinearModel.Post post,
    boolean complementary,
    @Nullable List<String> labels) {

  LinearChain then(LinearStep step, int newColumns) {
    List<LinearStep> all = new ArrayList<>(steps);
    all.add(step);
    return new LinearChain(all, newColumns, flat, post, false, null);
  }

  LinearChain withPost(LinearModel.Post last, boolean complement) {
    return new LinearChain(steps, columns, flat, last, complement, null);
  }

  LinearChain withShape(boolean isFlat) {
    return new LinearChain(steps, columns, isFlat, post, complementary, labels);
  }

  LinearChain withLabels(List<String> names) {
    return new LinearChain(steps, columns, flat, post, complementary, names);
  }

  /** Whether numbers may still be changed. */
  boolean isOpen() {
    return post == LinearModel.Post.NONE && labels == null;
  }
}
