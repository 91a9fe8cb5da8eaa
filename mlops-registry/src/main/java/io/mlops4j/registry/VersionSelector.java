package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import java.util.SortedMap;

/**
 * Which versions to serve besides production: by a name that is moved by hand, by stage, or the
 * newest few. One version whatever happens is {@link RegisteredVersion#source()}.
 *
 * <p>What is returned follows this and other processes within one poll, for as long as somebody is
 * subscribed, and until the registry is closed. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface VersionSelector<I, O> {

  /**
   * Returns a source that serves what an alias points to.
   *
   * @param alias a name; it need not exist yet
   * @return the source; empty, with the reason, while the alias points to nothing that can be
   *     served
   * @throws IllegalArgumentException if the name cannot be one
   */
  ModelSource<I, O> alias(String alias);

  /**
   * Lets an alias point to a version. Every move is kept; nothing is promoted by it.
   *
   * @param alias 1 to 64 of {@code a-z 0-9 . _ -}, not {@code production}
   * @param number a version that is neither rejected nor quarantined
   * @param reason why, for who looks later
   * @throws MlopsException if there is no such version, or it must not be served
   * @throws AccessDeniedException if the registry's actor may not {@link Operation#MOVE} the model
   * @throws IllegalArgumentException if the name cannot be one
   */
  void point(String alias, int number, String reason);

  /**
   * Lets an alias point to nothing. Without such an alias nothing happens.
   *
   * @param alias a name
   * @param reason why
   */
  void drop(String alias, String reason);

  /**
   * Returns what aliases point to.
   *
   * @return alias to version number
   */
  SortedMap<String, Integer> aliases();

  /**
   * Returns a source that serves the newest version in a stage: what is in STAGING, for a shadow.
   *
   * @param stage any but REJECTED and QUARANTINED
   * @return the source; empty while there is none
   */
  ModelSource<I, O> newest(Stage stage);

  /**
   * Returns the newest versions, to be served side by side; rejected and quarantined ones are left
   * out.
   *
   * @param count how many at most, 1 to 16
   * @return the releases
   */
  ModelReleases<I, O> latest(int count);
}
