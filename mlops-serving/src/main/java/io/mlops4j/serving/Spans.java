package io.mlops4j.serving;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Observes calls and runs. Exists only if a registry was given that observes anything: without one
 * no request meets this class.
 *
 * <p>A call's observation is current on its caller's thread only. A run's is current on the worker,
 * begins without a parent, and knows its calls, as they know it.
 */
final class Spans<I, O> {
  private final String predictor;
  private final ObservationRegistry registry;

  Spans(String predictor, ObservationRegistry registry) {
    this.predictor = predictor;
    this.registry = registry;
  }

  static <I, O> @Nullable Spans<I, O> of(PredictorBuilder<I, O> builder) {
    ObservationRegistry registry = builder.observations;
    return registry == null || registry.isNoop()
        ? null
        : new Spans<>(builder.effectiveName(), registry);
  }

  private Observation start(int rows) {
    return Observation.createNotStarted(
            PredictionContext.NAME, () -> new PredictionContext(predictor, rows), registry)
        .lowCardinalityKeyValue("model", predictor)
        .start();
  }

  /** Observes a call that ends on this thread. */
  <R> R call(int rows, Trace trace, Function<Trace, R> call) {
    Observation observation = start(rows);
    trace.observation = observation;
    Observation.Scope scope = observation.openScope();
    Throwable failure = null;
    try {
      return call.apply(trace);
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      scope.close();
      stop(observation, trace, rows, failure);
    }
  }

  /** Observes a call whose future ends later, anywhere. */
  CompletableFuture<O> later(Trace trace, Function<Trace, CompletableFuture<O>> call) {
    Observation observation = start(1);
    trace.observation = observation;
    AtomicBoolean stopped = new AtomicBoolean();
    CompletableFuture<O> future;
    Observation.Scope scope = observation.openScope();
    try {
      future = call.apply(trace);
    } catch (RuntimeException | Error e) {
      stop(observation, trace, 1, e);
      throw e;
    } finally {
      scope.close();
    }
    if (future instanceof AnswerFuture<O> own) {
      own.beforeCompletion(
          failure -> {
            if (stopped.compareAndSet(false, true)) {
              stop(observation, trace, 1, failure);
            }
          });
    }
    // Those of the cache, and one that its caller ended.
    CompletableFuture<O> unused =
        future.whenComplete(
            (answer, failure) -> {
              if (stopped.compareAndSet(false, true)) {
                stop(observation, trace, 1, failure);
              }
            });
    return future;
  }

  private static void stop(
      Observation observation, Trace trace, int rows, @Nullable Throwable failure) {
    if (observation.getContext() instanceof PredictionContext context) {
      context.answered(trace.version, trace.source);
    }
    Prediction.Source source = trace.source;
    observation.lowCardinalityKeyValue("source", source == null ? "none" : lower(source));
    ModelVersion version = trace.version;
    observation.highCardinalityKeyValue("version", version == null ? "none" : version.toString());
    observation.highCardinalityKeyValue("rows", Integer.toString(rows));
    if (failure != null) {
      observation.error(withoutCause(failure));
    }
    observation.stop();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Handlers send what they are given elsewhere, and a foreign cause may hold values of a row. */
  private static Throwable withoutCause(Throwable failure) {
    return failure instanceof PredictionFailedException failed ? failed.withoutCause() : failure;
  }

  /** Observes what a worker does for several callers. */
  void run(ModelVersion version, Run<I, O> run, Runnable task) {
    List<Observation.ContextView> requests = new ArrayList<>();
    List<PredictionContext> contexts = new ArrayList<>();
    for (Request<I, O> request : run.requests) {
      Trace trace = request.trace;
      Observation observation = trace == null ? null : trace.observation;
      if (observation != null) {
        requests.add(observation.getContextView());
        if (observation.getContext() instanceof PredictionContext context) {
          contexts.add(context);
        }
      }
    }
    // Whatever a continuation of an earlier caller has left open here is not this run's parent.
    registry.setCurrentObservationScope(null);
    Observation observation =
        Observation.createNotStarted(
                BatchContext.NAME,
                () ->
                    new BatchContext(
                        predictor, version, run.requests.size(), run.release, requests),
                registry)
            .lowCardinalityKeyValue("model", predictor)
            .lowCardinalityKeyValue("release", lower(run.release))
            .highCardinalityKeyValue("version", version.toString())
            .highCardinalityKeyValue("rows", Integer.toString(run.requests.size()))
            .start();
    contexts.forEach(context -> context.joined(observation.getContextView()));
    Observation.Scope scope = observation.openScope();
    try {
      task.run();
    } finally {
      scope.close();
      observation.stop();
    }
  }
}
