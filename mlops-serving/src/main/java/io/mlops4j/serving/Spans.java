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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes calls and runs. Exists only if a registry was given that observes anything: without one
 * no request meets this class.
 *
 * <p>A call's observation is current on its caller's thread only. A run's is current on the worker,
 * begins without a parent, and knows its calls, as they know it.
 */
final class Spans<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(Spans.class);

  private final String predictor;
  private final ObservationRegistry registry;
  private final AtomicBoolean failing = new AtomicBoolean();

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
    try {
      return Observation.createNotStarted(
              PredictionContext.NAME, () -> new PredictionContext(predictor, rows), registry)
          .lowCardinalityKeyValue("model", predictor)
          .start();
    } catch (Throwable e) {
      failed(e);
      return Observation.NOOP;
    }
  }

  /** Handlers are somebody else's code: no request fails because of them. */
  private void failed(Throwable e) {
    if (failing.compareAndSet(false, true)) {
      LOG.warn(
          "Predictor '{}': an observation handler threw {}; further ones are not reported.",
          predictor,
          e.getClass().getName());
    }
  }

  /** Makes an observation current on this thread until what is returned is run. */
  private Runnable open(Observation observation) {
    Observation.Scope before = registry.getCurrentObservationScope();
    Observation.Scope scope;
    try {
      scope = observation.openScope();
    } catch (Throwable e) {
      failed(e);
      scope = Observation.Scope.NOOP;
    }
    Observation.Scope opened = scope;
    return () -> {
      try {
        opened.close();
      } catch (Throwable e) {
        failed(e);
      } finally {
        registry.setCurrentObservationScope(before);
      }
    };
  }

  /** Observes a call that ends on this thread. */
  <R> R call(int rows, Trace trace, Function<Trace, R> call) {
    Observation observation = start(rows);
    trace.observation = observation;
    Runnable scope = open(observation);
    Throwable failure = null;
    try {
      return call.apply(trace);
    } catch (Throwable e) {
      failure = e;
      throw e;
    } finally {
      scope.run();
      stop(observation, trace, rows, failure);
    }
  }

  /** Observes a call whose future ends later, anywhere. */
  CompletableFuture<O> later(Trace trace, Function<Trace, CompletableFuture<O>> call) {
    Observation observation = start(1);
    trace.observation = observation;
    AtomicBoolean stopped = new AtomicBoolean();
    CompletableFuture<O> future;
    Runnable scope = open(observation);
    try {
      future = call.apply(trace);
    } catch (Throwable e) {
      stop(observation, trace, 1, e);
      throw e;
    } finally {
      scope.run();
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

  private void stop(Observation observation, Trace trace, int rows, @Nullable Throwable failure) {
    try {
      tell(observation, trace, rows, failure);
    } catch (Throwable e) {
      failed(e);
    }
  }

  private static void tell(
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
    Observation observation = start(version, run, requests);
    contexts.forEach(context -> context.joined(observation.getContextView()));
    Runnable scope = open(observation);
    try {
      task.run();
    } finally {
      scope.run();
      try {
        observation.stop();
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  private Observation start(
      ModelVersion version, Run<I, O> run, List<Observation.ContextView> requests) {
    int rows = run.requests.size();
    try {
      return Observation.createNotStarted(
              BatchContext.NAME,
              () -> new BatchContext(predictor, version, rows, run.release, requests),
              registry)
          .lowCardinalityKeyValue("model", predictor)
          .lowCardinalityKeyValue("release", lower(run.release))
          .highCardinalityKeyValue("version", version.toString())
          .highCardinalityKeyValue("rows", Integer.toString(rows))
          .start();
    } catch (Throwable e) {
      failed(e);
      return Observation.NOOP;
    }
  }
}
