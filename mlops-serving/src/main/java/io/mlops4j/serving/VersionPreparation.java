package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a loaded version must pass before it is published: its schema, its golden rows, its warm-up.
 * Runs on the loader thread only.
 */
final class VersionPreparation<I, O> {
  private final @Nullable Schema<I> schema;
  private final @Nullable MicroBatching batching;
  private final Time time;

  VersionPreparation(@Nullable Schema<I> schema, @Nullable MicroBatching batching, Time time) {
    this.schema = schema;
    this.batching = batching;
    this.time = time;
  }

  BatchPlan prepare(ModelRelease<I, O> release, Model<I, O> model) {
    Optional<Schema<I>> own = model.schema();
    if (schema != null
        && own.isPresent()
        && !own.get().fingerprint().equals(schema.fingerprint())) {
      throw new ModelLoadException(
          "Version '"
              + release.version()
              + "' takes "
              + own.get()
              + ", this predictor was built for "
              + schema
              + ". Promote a version made for that schema, or build the predictor without one.");
    }
    if (release.goldenRows().isPresent()) {
      String who = "Version '" + release.version() + "'";
      GoldenReplay.require(who, model, release.goldenRows().get(), own.orElse(schema));
    }
    return plan(model);
  }

  private BatchPlan plan(Model<I, O> model) {
    OnnxRowModel<I, O> kernel = ServedVersion.kernelOf(model);
    if (kernel == null || !kernel.isMeasurable()) {
      int asked =
          batching == null ? MicroBatching.withDefaults().maxBatchSize() : batching.maxBatchSize();
      int most = kernel == null ? asked : Math.min(asked, kernel.capacity());
      return BatchPlan.unmeasured(most, batching);
    }
    int most = batching == null ? kernel.capacity() : batching.maxBatchSize();
    List<BatchPlan.Cost> costs = BatchPlan.measure(kernel, most, time);
    return batching != null && !batching.measured()
        ? BatchPlan.unmeasured(kernel.capacity(), batching)
        : BatchPlan.of(costs, batching, Runtime.getRuntime().availableProcessors());
  }
}
