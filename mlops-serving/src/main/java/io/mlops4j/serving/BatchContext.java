package io.mlops4j.serving;

import io.micrometer.observation.Observation;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import java.util.List;

/**
 * What an observation handler can know about one run of a worker, the observation {@value #NAME}.
 * It has no parent: the rows in it belong to several callers. All of them are known when it starts,
 * so that a handler can link the spans. Immutable.
 */
public final class BatchContext extends Observation.Context {
  /** The observation's name. */
  public static final String NAME = "mlops.predict.batch";

  private final String predictor;
  private final ModelVersion version;
  private final int rows;
  private final Prediction.Release release;
  private final List<Observation.ContextView> requests;

  BatchContext(
      String predictor,
      ModelVersion version,
      int rows,
      Prediction.Release release,
      List<Observation.ContextView> requests) {
    this.predictor = predictor;
    this.version = version;
    this.rows = rows;
    this.release = release;
    this.requests = List.copyOf(requests);
  }

  /**
   * Returns who runs.
   *
   * @return the predictor's name
   */
  public String predictor() {
    return predictor;
  }

  /**
   * Returns which version runs.
   *
   * @return the version
   */
  public ModelVersion version() {
    return version;
  }

  /**
   * Returns how many rows the run has.
   *
   * @return 1 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns why the run has no more rows.
   *
   * @return the reason
   */
  public Prediction.Release release() {
    return release;
  }

  /**
   * Returns the calls whose rows are in the run, to link its span to theirs.
   *
   * @return {@link PredictionContext}s, in the order of the rows; offline rows have none
   */
  public List<Observation.ContextView> requests() {
    return requests;
  }
}
