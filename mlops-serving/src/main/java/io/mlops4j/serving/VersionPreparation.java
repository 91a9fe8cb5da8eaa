package io.mlops4j.serving;

import io.mlops4j.core.GoldenRows;
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
      replay(release, model, release.goldenRows().get(), own.orElse(schema));
    }
    return plan(model);
  }

  private void replay(
      ModelRelease<I, O> release, Model<I, O> model, GoldenRows golden, @Nullable Schema<I> rows) {
    if (rows == null) {
      throw new ModelLoadException(
          "Version '"
              + release.version()
              + "' has golden rows, and neither it nor the predictor has a schema to read them"
              + " with. Build the predictor with schema(…).");
    }
    for (int i = 0; i < golden.rows().size(); i++) {
      GoldenRows.Row row = golden.rows().get(i);
      String which =
          "Version '" + release.version() + "', golden row " + i + " of " + golden.rows().size();
      List<O> answers;
      try {
        answers = model.predict(List.of(rows.row(row.input())));
      } catch (RuntimeException e) {
        throw new ModelLoadException(
            which + ", was not answered: " + PredictionFailedException.because(e), e);
      }
      double actual = number(which, answers.size() == 1 ? answers.get(0) : null);
      if (!(Math.abs(actual - row.expected()) <= golden.tolerance())) {
        throw new ModelLoadException(
            which
                + ", is not reproduced: expected "
                + row.expected()
                + ", answered "
                + actual
                + " (tolerance "
                + golden.tolerance()
                + "). Check the order of its columns and the encoding stored with it.");
      }
    }
  }

  private static double number(String which, @Nullable Object answer) {
    if (answer instanceof Number number) {
      return number.doubleValue();
    }
    throw new ModelLoadException(
        which
            + ", holds one number, but the model answers "
            + (answer == null ? "null" : answer.getClass().getSimpleName())
            + ". Store the version without golden rows.");
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
