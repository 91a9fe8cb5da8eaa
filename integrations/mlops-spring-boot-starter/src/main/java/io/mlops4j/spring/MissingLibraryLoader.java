package io.mlops4j.spring;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import java.util.Set;

/**
 * Stands in for the loader of a format whose library is not on the class path, so that the error
 * says which one to add.
 *
 * @param format the format nobody reads
 * @param dependency {@code group:artifact} that would
 */
record MissingLibraryLoader<I, O>(String format, String dependency) implements ModelLoader<I, O> {

  @Override
  public Set<String> formats() {
    return Set.of(format);
  }

  @Override
  public Model<I, O> load(ModelVersion version, ModelArtifact artifact) {
    throw new StartException(
        "Version "
            + version
            + " has the format "
            + format
            + ", and "
            + dependency
            + " is not on the class path.",
        "Add the dependency "
            + dependency
            + ", or declare a ModelLoader bean that reads "
            + format
            + ".");
  }
}
