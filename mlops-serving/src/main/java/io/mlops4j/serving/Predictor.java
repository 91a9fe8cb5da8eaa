package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Answers requests with the version its source selects, and follows when that changes: no request
 * fails because of a swap, and no model is closed under a call.
 *
 * <p>Every accepted request ends with an answer or an exception that says who, what and what to do:
 * {@link PredictionFailedException} if the model gave no usable answer, {@link
 * PredictionRejectedException} if it was not asked, {@link PredictorClosedException} after {@link
 * #close()}. A fallback answers instead of the first two (never for an interrupted caller).
 *
 * <p>Thread-safe; virtual threads may call. Close it: closing ends its threads and its models.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface Predictor<I, O> extends AutoCloseable {

  /**
   * Starts a predictor that serves one model. The model is handed over: closing the predictor
   * closes it.
   *
   * @param model the model, a lambda too
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  static <I, O> PredictorBuilder<I, O> of(Model<I, O> model) {
    return new PredictorBuilder<>(new GivenModel<>(model));
  }

  /**
   * Starts a predictor that follows a source, such as a registry's production stage.
   *
   * @param source what is to be served
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  static <I, O> PredictorBuilder<I, O> from(ModelSource<I, O> source) {
    return new PredictorBuilder<>(source);
  }

  /**
   * Returns the answer for one row. Runs the model on this thread if it is idle; otherwise waits.
   *
   * @param input the row
   * @return the answer
   * @throws MlopsException if there is none; see above for the kinds
   */
  O predict(I input);

  /**
   * Returns the answer for one row later. The request joins the next batch of a worker; the future
   * completes on that worker, so continue with {@code …Async} stages if they do more than a little.
   *
   * @param input the row; must not change until the future completes
   * @return the answer, or the exception {@link #predict} would throw; cancelling it gives its
   *     place in the queue back, and stops an ONNX run of which nobody wants another row
   */
  CompletableFuture<O> predictAsync(I input);

  /**
   * Returns the answer for one row within what the options say. When the deadline has passed, a row
   * still queued is never run ({@link PredictionRejectedException} {@code EXPIRED}); a run of ONNX
   * Runtime is stopped between two operators once nobody wants its rows any more, and a model that
   * cannot be stopped is left behind with a worker ({@link PredictionFailedException#timedOut}).
   *
   * @param input the row
   * @param options deadline, priority, cache
   * @return the answer
   * @throws MlopsException if there is none
   */
  O predict(I input, CallOptions options);

  /**
   * Returns the answer for one row later, within what the options say.
   *
   * @param input the row; must not change until the future completes
   * @param options deadline, priority, cache
   * @return the answer, or the exception {@link #predict(Object, CallOptions)} would throw
   */
  CompletableFuture<O> predictAsync(I input, CallOptions options);

  /**
   * Returns the answers for many rows, all of one version, in runs of the best batch size. Rows are
   * never looked up in a cache.
   *
   * @param inputs the rows
   * @return one answer per row, in order
   * @throws MlopsException if a row has none, even from the fallback; the message has its position
   */
  List<O> predictAll(List<I> inputs);

  /**
   * Returns the answer for one row with its id, version and source, to be joined with a label
   * later, and how it was run. Listeners see it under the same id.
   *
   * @param input the row
   * @return the answer and where it came from
   * @throws MlopsException if there is none
   */
  Prediction<I, O> predictDetailed(I input);

  /**
   * Returns the answers for many rows within what the options say; the deadline is that of all rows
   * together. Rows are run by this thread, whatever the priority.
   *
   * @param inputs the rows
   * @param options deadline
   * @return one answer per row, in order
   * @throws MlopsException if a row has none, even from the fallback
   */
  List<O> predictAll(List<I> inputs, CallOptions options);

  /**
   * Returns the answer for one row with where it came from, within what the options say.
   *
   * @param input the row
   * @param options deadline, priority, cache
   * @return the answer, its id, version and source, how long it waited and with how many others it
   *     was run
   * @throws MlopsException if there is none
   */
  Prediction<I, O> predictDetailed(I input, CallOptions options);

  /**
   * Returns what becomes of rows that are in no hurry, in order, through the same model and without
   * hurting requests: a run begins only while no request waits and is kept short (a quarter of a
   * millisecond, or two rows if these take longer), one at a time. Lazy: a row is read when its
   * answer is wanted, so whoever consumes the stream sets the pace and memory does not grow.
   *
   * <p>A row that fails is a {@link Scored} with a failure: no fallback answers instead, and
   * listeners, latencies and the cache do not see these rows. A swap takes effect between two runs.
   *
   * @param rows any number of rows; closed with the stream returned
   * @return one result per row, a sequential stream. Consuming it throws {@link
   *     PredictionRejectedException} if there is no version or the thread is interrupted, and
   *     {@link PredictorClosedException} after {@link #close()}
   */
  Stream<Scored<I, O>> scoreAll(Stream<? extends I> rows);

  /**
   * Returns which version is served now.
   *
   * @return its identity; empty if none has been loaded yet, or the predictor is closed
   */
  Optional<ModelVersion> version();

  /**
   * Returns what is served and what keeps the selected version from being served.
   *
   * @return a snapshot
   */
  PredictorStatus status();

  /**
   * Returns what has been done so far. Costs some microseconds.
   *
   * @return a snapshot
   */
  PredictorStats stats();

  /**
   * Waits until listeners have seen every prediction made before this call. For tests and shutdown.
   *
   * @param limit how long to wait
   * @return false if that took longer, or the thread was interrupted (its flag stays set)
   */
  boolean awaitListeners(Duration limit);

  /** Closes within 30 seconds: see {@link #close(Duration)}. Idempotent. */
  @Override
  void close();

  /**
   * Accepts nothing more, answers what is queued, waits for calls that are inside, closes the
   * models, and delivers what listeners have not seen yet.
   *
   * @param limit after which what is still queued or batched fails with {@link
   *     PredictorClosedException}; a call that is stuck in a model keeps that model open until it
   *     returns
   * @return whether all of that was done in time
   */
  boolean close(Duration limit);
}
