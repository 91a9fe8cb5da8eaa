package io.mlops4j.serving;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A predictor that lets a candidate answer a share of the units, and the champion all others: what
 * a canary rollout moves. Services call it as any {@link Predictor}; the answer of {@link
 * #predictDetailed} says which version gave it.
 *
 * <p>Sticky and monotone: whether a unit is in depends on salt and unit only, so raising the share
 * adds units and moves none that is in. A share is in force for whole requests, from one to the
 * next. A candidate that cannot be loaded, is not ready yet or has been withdrawn gets no request;
 * no request fails because a candidate comes or goes. A request without a unit is the champion's.
 *
 * <p>Cost of a request: one volatile read without a candidate; with one, the unit function and
 * about 20 ns of hashing. Thread-safe. Closing it closes the champion's predictor, too.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface TrafficSplit<I, O> extends Predictor<I, O> {

  /**
   * Returns a split without a candidate: the champion answers everything.
   *
   * @param champion handed over: closing the split closes it
   * @param unit names the unit of a row, such as a customer; quick and thread-safe. What returns
   *     null or throws is the champion's
   * @param how adds to the builder of each candidate's predictor what the champion's has: key,
   *     listeners, timeout; unit and a name are set already or afterwards if it does not set them
   * @param <I> one input row
   * @param <O> one answer
   * @return the split
   */
  static <I, O> TrafficSplit<I, O> of(
      Predictor<I, O> champion,
      Function<? super I, String> unit,
      UnaryOperator<PredictorBuilder<I, O>> how) {
    return new SplitPredictor<>(champion, unit, how);
  }

  /**
   * Opens a candidate beside the champion, on a thread of its own, with a share of 0. An earlier
   * candidate gets no more requests from this moment on, is drained and closed. Offering again what
   * is offered already, with the same salt, changes nothing.
   *
   * @param release what to load
   * @param salt decides which units come first; the same in every instance of a fleet
   * @return completes with true when the candidate is ready, with false if it could not be loaded
   *     ({@link #candidateProblem} says why) or was replaced meanwhile
   * @throws PredictorClosedException after {@link #close()}
   */
  CompletableFuture<Boolean> offer(ModelRelease<I, O> release, String salt);

  /**
   * Sets how many units the candidate answers, from the next request on. Kept while the candidate
   * is not ready yet.
   *
   * @param share 0 to 1
   * @throws IllegalArgumentException if it is out of range
   * @throws IllegalStateException if there is no candidate and the share is above 0
   */
  void share(double share);

  /**
   * Takes the candidate out: the champion answers everything from the next request on. The
   * candidate answers what it has accepted, and is closed in the background. Without a candidate
   * nothing happens.
   */
  void withdraw();

  /**
   * Returns the share of units the candidate answers now.
   *
   * @return 0 without a candidate that is ready
   */
  double share();

  /**
   * Returns who is offered, ready or not.
   *
   * @return the candidate, or empty
   */
  Optional<ModelVersion> candidate();

  /**
   * Returns why the candidate gets no request.
   *
   * @return a sentence: it is being opened, or why it could not be; empty if it is ready or there
   *     is none
   */
  Optional<String> candidateProblem();

  /**
   * Returns whether the candidate has been tried and cannot be served.
   *
   * @return true if loading or checking it has failed
   */
  boolean candidateFailed();

  /**
   * Returns what the candidate's predictor has done.
   *
   * @return empty without a candidate that is ready
   */
  Optional<PredictorStats> candidateStats();

  /**
   * Returns whether a unit would be answered by the candidate now.
   *
   * @param unit the unit
   * @return false without a candidate that is ready
   */
  boolean candidateAnswers(String unit);

  /**
   * Returns the answers for many rows: each row by the version its unit belongs to, the rows of one
   * version together.
   *
   * @param inputs the rows
   * @return one answer per row, in order
   */
  @Override
  List<O> predictAll(List<I> inputs);

  /**
   * Returns what becomes of rows that are in no hurry. The champion answers all of them.
   *
   * @param rows any number of rows
   * @return as {@link Predictor#scoreAll}
   */
  @Override
  Stream<Scored<I, O>> scoreAll(Stream<? extends I> rows);

  /**
   * Returns which version the champion's predictor serves.
   *
   * @return the champion, never the candidate
   */
  @Override
  Optional<ModelVersion> version();

  /**
   * Returns what the champion's predictor serves. A candidate cannot make an instance unready.
   *
   * @return a snapshot
   */
  @Override
  PredictorStatus status();

  /**
   * Returns what the champion's predictor has done.
   *
   * @return a snapshot
   */
  @Override
  PredictorStats stats();
}
