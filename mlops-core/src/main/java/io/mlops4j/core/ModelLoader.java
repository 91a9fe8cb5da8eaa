package io.mlops4j.core;

import java.util.Optional;
import java.util.Set;

/**
 * How a version's files become a {@link Model}: one per format.
 *
 * <p>A loader is stateless and thread-safe. It must verify that the files fit the schema it was
 * made for and say on a misfit what both sides have.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface ModelLoader<I, O> {

  /**
   * Returns the formats this loader reads.
   *
   * @return format names, as in {@link ModelArtifact#format()}
   */
  Set<String> formats();

  /**
   * Returns a ready model. The caller closes it.
   *
   * @param version who it is, for messages
   * @param artifact its files
   * @return the model; golden rows are not replayed here
   * @throws MlopsException if the files cannot be read as this format or do not fit the schema
   */
  Model<I, O> load(ModelVersion version, ModelArtifact artifact);

  /**
   * Returns the rows this loader makes models for. A registry tells other instances about them, so
   * that a promotion can be held until every instance could serve the candidate.
   *
   * @return the schema, or empty if the loader does not know; then nobody can tell beforehand
   */
  default Optional<Schema<I>> schema() {
    return Optional.empty();
  }

  /**
   * Returns whether this loader makes a model of a version that stores no {@link InputEncoding},
   * provided that the version's signature is that of {@link #schema()}.
   *
   * @return true unless it needs an encoding, or cannot do without one for these rows
   */
  default boolean takesRowsAsTheyAre() {
    return true;
  }

  /**
   * Returns whether a version without an encoding may take {@link #schema()}'s rows feature by
   * feature, each by its name, although they cannot be passed on as a whole: then only its files
   * tell. Asked where {@link #takesRowsAsTheyAre()} is false.
   *
   * @return false unless it may
   */
  default boolean mayTakeFeaturesByName() {
    return false;
  }
}
