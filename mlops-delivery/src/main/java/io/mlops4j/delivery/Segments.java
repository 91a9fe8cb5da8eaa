package io.mlops4j.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which requests each watch of a plan looks at. */
final class Segments {
  private Segments() {}

  /** Returns one segment per watch, null for those that look at all. */
  static <I, O> List<@Nullable Segment<I, O>> of(RolloutBuilder<I, O> builder) {
    List<@Nullable Segment<I, O>> result = new ArrayList<>();
    for (Watch watch : builder.plan.watches()) {
      String name = watch.segment().orElse(null);
      if (name == null) {
        result.add(null);
        continue;
      }
      Segment<I, O> given = builder.segments.get(name);
      Segment<I, O> segment = given == null ? byFeature(name) : given;
      if (watch.question().failures() && !segment.knowsRows()) {
        throw new IllegalArgumentException(
            "segment: '"
                + name
                + "' of the "
                + watch.question().name()
                + " (expected: feature=value, or a name given to RolloutBuilder.segmentOfRows)."
                + " A failed request has no answer to ask.");
      }
      result.add(segment);
    }
    return result;
  }

  private static <I, O> Segment<I, O> byFeature(String name) {
    int equals = name.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "segment: '"
              + name
              + "' (expected: feature=value, or a name given to RolloutBuilder.segment)");
    }
    return Segment.ofCategory(
        name.substring(0, equals).strip(), name.substring(equals + 1).strip());
  }
}
