package io.mlops4j.serving;

import io.micrometer.observation.Observation;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an observation handler can know about one call of a predictor, the observation {@value
 * #NAME}. It begins on its caller's thread, is current there while the call runs, and ends before
 * the caller has the answer. Everything but name and number of rows is known when it stops.
 *
 * <p>Written by whoever answers, read by handlers after that.
 */
public final class PredictionContext extends Observation.Context {
  /** The observation's name. */
  public static final String NAME = "mlops.predict.request";

  private final String predictor;
  private final int rows;
  private volatile @Nullable ModelVersion version;
  private volatile Prediction.@Nullable Source source;
  private volatile Observation.@Nullable ContextView batch;

  PredictionContext(String predictor, int rows) {
    this.predictor = predictor;
    this.rows = rows;
  }

  /**
   * Returns who is asked.
   *
   * @return the predictor's name
   */
  public String predictor() {
    return predictor;
  }

  /**
   * Returns how many rows are asked about.
   *
   * @return 1, or the length of {@code predictAll}'s list
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns who answered.
   *
   * @return the version, or empty if there is no answer, or there are many
   */
  public Optional<ModelVersion> version() {
    return Optional.ofNullable(version);
  }

  /**
   * Returns where the answer came from.
   *
   * @return the source, or empty if there is no answer, or there are many
   */
  public Optional<Prediction.Source> source() {
    return Optional.ofNullable(source);
  }

  /**
   * Returns the run that a worker made for this call and others, to link a request's span to it.
   *
   * @return a {@link BatchContext}, or empty if the caller's thread ran the model, or nobody did
   */
  public Optional<Observation.ContextView> batch() {
    return Optional.ofNullable(batch);
  }

  void answered(@Nullable ModelVersion by, Prediction.@Nullable Source from) {
    version = by;
    source = from;
  }

  void joined(Observation.ContextView run) {
    batch = run;
  }
}
