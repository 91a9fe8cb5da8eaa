package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Serves several versions side by side, each by a predictor of its own, and follows when there are
 * others: a new one is opened beside the rest, one that is not listed any more is drained and
 * closed. Thread-safe. Close it: closing closes every predictor.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface PredictorSet<I, O> extends AutoCloseable {

  /**
   * Returns the predictors of some releases, after each of the first ones has been opened or has
   * failed to.
   *
   * @param releases what to serve
   * @param how adds to the builder of each predictor; {@code UnaryOperator.identity()} adds nothing
   * @param <I> one input row
   * @param <O> one answer
   * @return the set; the caller closes it. A version that cannot be served is left out: {@link
   *     #problems} says why
   */
  static <I, O> PredictorSet<I, O> following(
      ModelReleases<I, O> releases, UnaryOperator<PredictorBuilder<I, O>> how) {
    return SideBySideVersions.open(releases, how);
  }

  /**
   * Returns the answer of one version.
   *
   * @param version its number
   * @param input the row
   * @return the answer
   * @throws PredictionRejectedException {@code NOT_READY} if that version is not served; lists the
   *     ones that are
   * @throws MlopsException as {@link Predictor#predict}
   */
  O predict(int version, I input);

  /**
   * Returns the answer of the newest version that is served. No request fails because another one
   * becomes the newest.
   *
   * @param input the row
   * @return the answer
   * @throws PredictionRejectedException {@code NOT_READY} if none is served
   * @throws MlopsException as {@link Predictor#predict}
   */
  O predict(I input);

  /**
   * Returns the predictor of one version, for its other methods. The set closes it when the version
   * is not listed any more; what is asked after that ends with {@link PredictorClosedException}.
   *
   * @param version its number
   * @return the predictor, or empty if that version is not served
   */
  Optional<Predictor<I, O>> version(int version);

  /**
   * Returns what is served.
   *
   * @return the newest first
   */
  List<ModelVersion> versions();

  /**
   * Returns which listed versions are not served.
   *
   * @return version to a sentence: it is being opened, or why it cannot be served
   */
  Map<ModelVersion, String> problems();

  /** Closes every predictor, as {@link Predictor#close()}. */
  @Override
  void close();
}
