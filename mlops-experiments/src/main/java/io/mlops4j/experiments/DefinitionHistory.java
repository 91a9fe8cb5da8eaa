package io.mlops4j.experiments;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * An experiment's definitions in an object store, one immutable object per revision without gaps.
 * The revision is the epoch: every JVM that reads the same revisions assigns alike. Thread-safe as
 * far as the store is.
 */
public final class DefinitionHistory {
  private final ObjectStore store;
  private final String prefix;

  private DefinitionHistory(ObjectStore store, String prefix) {
    this.store = Objects.requireNonNull(store, "store");
    this.prefix = ObjectStore.requireKey(prefix);
  }

  /**
   * Returns the history that lives under a prefix.
   *
   * @param store where
   * @param prefix key parts for this experiment alone, for example {@code "experiments/new-model"}
   * @return the history, possibly empty
   */
  public static DefinitionHistory in(ObjectStore store, String prefix) {
    Objects.requireNonNull(prefix, "prefix");
    return new DefinitionHistory(store, prefix);
  }

  /**
   * Stores a definition as a revision. Doing it again with the same one is harmless.
   *
   * @param revision the one after the last, from 0 on
   * @param definition of the same experiment as the revisions before: same name, salt, unit and
   *     arms
   * @return true if the revision now holds this definition; false if somebody stored another first
   * @throws MlopsException if the revision before is missing or is another experiment
   */
  public boolean append(long revision, ExperimentDefinition definition) {
    Objects.requireNonNull(definition, "definition");
    if (revision < 0) {
      throw new IllegalArgumentException("revision: " + revision + " (expected: at least 0)");
    }
    if (revision > 0) {
      ExperimentDefinition before =
          read(revision - 1)
              .orElseThrow(
                  () ->
                      new MlopsException(
                          "Definitions '"
                              + prefix
                              + "' cannot take revision "
                              + revision
                              + ": revision "
                              + (revision - 1)
                              + " is not stored."));
      requireSame(before, definition);
    }
    byte[] json = definition.toJson();
    return store.putIfAbsent(key(revision), json)
        || store.get(key(revision)).filter(there -> Arrays.equals(there, json)).isPresent();
  }

  static void requireSame(ExperimentDefinition before, ExperimentDefinition next) {
    if (!before.sameExperiment(next)) {
      throw new MlopsException(
          "Experiment '"
              + before.name()
              + "' cannot become "
              + next
              + ": name, salt, unit and the order of arms stay. A new randomisation is a new"
              + " experiment.");
    }
  }

  /**
   * Returns a revision.
   *
   * @param revision from 0 on
   * @return the definition, or empty if it is not stored
   * @throws MlopsException if it cannot be read; names the key and the path in it
   */
  public Optional<ExperimentDefinition> read(long revision) {
    String key = key(revision);
    return store
        .get(key)
        .map(json -> ExperimentDefinition.parse(json, "Experiment definition '" + key + "'"));
  }

  private String key(long revision) {
    return prefix + "/" + String.format(Locale.ROOT, "%012d", revision);
  }
}
