package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a loaded version must pass before it is published: its schema, its golden rows, its warm-up.
 * Runs on the loader thread only.
 */
final class VersionPreparation<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(VersionPreparation.class);

  private final @Nullable Schema<I> schema;
  private final @Nullable MicroBatching batching;
  private final boolean nanAllowed;
  private final @Nullable Predicate<? super O> outputCheck;
  private final @Nullable CircuitBreaking circuit;
  private final int fixedRows;
  private final boolean cached;
  private final Time time;

  VersionPreparation(PredictorBuilder<I, O> builder) {
    this.schema = builder.schema;
    this.batching = builder.batching;
    this.nanAllowed = builder.nanOutputs;
    this.outputCheck = builder.outputCheck;
    this.circuit = builder.circuit;
    this.fixedRows = builder.fixedRows == null ? 0 : builder.fixedRows;
    this.cached = builder.caching != null;
    this.time = builder.effectiveTime();
  }

  /**
   * How a version that has passed is run.
   *
   * @param plan how it is best run
   * @param costs what runs cost
   * @param gain learns whether batching pays, or null if the plan knows
   * @param check what its answers must be
   * @param breaker leaves it alone when it keeps failing; null if nobody asked for that
   */
  record Prepared<O>(
      BatchPlan plan,
      CostCurve costs,
      @Nullable BatchGain gain,
      AnswerCheck<O> check,
      @Nullable Breaker breaker) {}

  Prepared<O> prepare(ModelRelease<I, O> release, Model<I, O> model, boolean beside) {
    Optional<Schema<I>> own = model.schema();
    if (cached && own.isEmpty() && schema == null) {
      throw new ModelLoadException(
          "Version '"
              + release.version()
              + "' does not say what its rows are, so answers cannot be cached by their values."
              + " Build the predictor with schema(…), or without cache(…).");
    }
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
    return prepared(release, model, beside);
  }

  private Prepared<O> prepared(ModelRelease<I, O> release, Model<I, O> model, boolean beside) {
    ModelVersion version = release.version();
    OnnxRowModel<I, O> kernel = ServedVersion.kernelOf(model);
    List<BatchPlan.Cost> costs = List.of();
    BatchPlan plan;
    if (kernel == null || !kernel.isMeasurable()) {
      int asked =
          batching == null ? MicroBatching.withDefaults().maxBatchSize() : batching.maxBatchSize();
      plan =
          BatchPlan.unmeasured(
              kernel == null ? asked : Math.min(asked, kernel.capacity()), batching);
    } else {
      int most = batching == null ? kernel.capacity() : batching.maxBatchSize();
      costs = BatchPlan.measure(kernel, most, beside, time);
      plan =
          batching != null && !batching.measured()
              ? BatchPlan.unmeasured(kernel.capacity(), batching)
              : BatchPlan.of(costs, batching, Runtime.getRuntime().availableProcessors());
    }
    if (fixedRows > 0 && (kernel == null || !kernel.runsRowByRow())) {
      plan = plan.withFixed(fixed(version, kernel));
    }
    return new Prepared<>(
        plan,
        new CostCurve(costs),
        costs.isEmpty() && batching != null && batching.isLearned() ? new BatchGain() : null,
        new AnswerCheck<>(version, nanAllowed, outputCheck),
        circuit == null ? null : new Breaker(version.toString(), circuit, time));
  }

  /**
   * Returns how many rows a run always has so that a row's answer is the same bits in any place.
   */
  private int fixed(ModelVersion version, @Nullable OnnxRowModel<I, O> kernel) {
    if (fixedRows == 1 || kernel == null) {
      return 1;
    }
    int rows = Math.min(fixedRows, kernel.capacity());
    if (!FixedShape.isPlaceInvariant(kernel, rows)) {
      LOG.warn(
          "Version '{}' does not answer a row with the same bits in every place of {} rows:"
              + " it is run one row at a time.",
          version,
          rows);
      return 1;
    }
    return rows;
  }
}
