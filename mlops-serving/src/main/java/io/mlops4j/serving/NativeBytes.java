package io.mlops4j.serving;

import io.mlops4j.core.Model;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * How many bytes of graphs and weights a model has handed to ONNX Runtime. What the runtime itself
 * adds (optimised copies, arenas) it does not tell, so this is the least a model takes there.
 */
final class NativeBytes {
  private NativeBytes() {}

  /** Returns the sum over a model and what it is made of, each counted once; 0 without any. */
  static long of(Model<?, ?> model) {
    return of(model, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static long of(Object model, Set<Object> seen) {
    if (!seen.add(model)) {
      return 0;
    }
    if (model instanceof OnnxRowModel<?, ?> onnx) {
      return onnx.nativeBytes();
    }
    long sum = 0;
    for (Object part : parts(model)) {
      sum += of(part, seen);
    }
    return sum;
  }

  private static List<?> parts(Object model) {
    if (model instanceof ModelSteps<?, ?> steps) {
      return steps.parts();
    }
    if (model instanceof Steps<?, ?, ?> steps) {
      return steps.parts();
    }
    if (model instanceof ModelSteps.Before<?, ?, ?> before) {
      return List.of(before.model());
    }
    return model instanceof Members<?, ?, ?> members ? members.parts() : List.of();
  }
}
