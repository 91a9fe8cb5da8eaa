package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A live instance, as it announced itself.
 *
 * @param id what it calls itself; two instances may call themselves the same
 * @param session which of them it is: new for each announcement
 * @param serving what it serves, or empty
 * @param problem why it does not serve what production says, or empty
 * @param readers what each of its loaders reads
 * @param lastSeen when it last announced itself, by its own wall clock
 */
public record FleetInstance(
    String id,
    String session,
    Optional<ModelVersion> serving,
    Optional<String> problem,
    List<Reader> readers,
    Instant lastSeen) {
  /** Copies the readers and checks for null. */
  public FleetInstance {
    Objects.requireNonNull(readers, "readers");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(problem, "problem");
    readers = Elements.list("readers", readers);
    Objects.requireNonNull(lastSeen, "lastSeen");
  }

  /**
   * What one loader reads.
   *
   * @param formats names of formats, as a version's artifact has one
   * @param rows what its rows are, or empty if the loader does not say
   */
  public record Reader(SortedSet<String> formats, Optional<Rows> rows) {
    /** Copies the formats and checks for null. */
    public Reader {
      Objects.requireNonNull(formats, "formats");
      formats = Collections.unmodifiableSortedSet(new TreeSet<>(formats));
      Objects.requireNonNull(rows, "rows");
    }
  }

  /**
   * What rows are.
   *
   * @param type what they are called
   * @param columns their features in order
   * @param signature the schema's fingerprint
   * @param asTheyAre whether a version without an encoding can be loaded for them
   * @param byName whether one without an encoding may be, if its files name these features
   */
  public record Rows(
      String type, List<Column> columns, String signature, boolean asTheyAre, boolean byName) {
    /** Copies the columns and checks for null. */
    public Rows {
      Objects.requireNonNull(columns, "columns");
      Objects.requireNonNull(type, "type");
      columns = Elements.list("columns", columns);
      Objects.requireNonNull(signature, "signature");
    }
  }

  /**
   * One feature of a row.
   *
   * @param name what it is called
   * @param kind what its values are
   * @param length how many floats a vector holds; 0 if undeclared, 1 for other kinds
   * @param definition the fingerprint of what computes it, or empty
   */
  public record Column(String name, FeatureKind kind, int length, Optional<String> definition) {
    /** Checks for null. */
    public Column {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(definition, "definition");
    }

    /**
     * Creates a feature whose value is given.
     *
     * @param name what it is called
     * @param kind what its values are
     * @param length how many floats a vector holds
     */
    public Column(String name, FeatureKind kind, int length) {
      this(name, kind, length, Optional.empty());
    }
  }

  /**
   * Returns whether this instance could serve a version: decided as its loader would, from what it
   * announced and from the version's format, encoding and signature. Reads the version's encoding.
   *
   * @param version of the same model
   * @return the answer and why
   * @throws IntegrityException if the version's manifest or encoding is damaged
   */
  public CanServe canServe(RegisteredVersion<?, ?> version) {
    return Servable.of(version.version(), version.artifact()).by(this);
  }
}
