package io.mlops4j.pipeline.loop;

import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.Validation;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A suite of expectations of the rows to learn from, and what it is given beside them. */
record LoopSuite<I>(
    Expectations<I> expected, BiConsumer<? super Validation<I>, ? super LoopData<I>> given) {

  /**
   * Asks the suite as of a moment. Rows are compared with those the champion has learned from, and
   * with its baseline; without a champion there is no snapshot before.
   */
  ValidationResult ask(RegisteredModel<I, ?> model, LoopData<I> data, Instant at) {
    // A clock that stands: a run that is resumed later must find the same.
    Validation<I> validation = expected.validation().time(VirtualTime.startingAt(at));
    Optional<? extends RegisteredVersion<I, ?>> champion = model.champion();
    if (champion.isEmpty()) {
      validation.firstSnapshot();
    } else {
      champion.get().lineage().data().rows().ifPresent(validation::previousRows);
      champion.get().release().baseline().ifPresent(validation::baseline);
    }
    given.accept(validation, data);
    return validation.run(data.learn());
  }
}
