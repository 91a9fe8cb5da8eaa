package io.mlops4j.data.expect;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.DatasetFacts;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.data.RowVisitor;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One way to ask a suite: what it is given beside the rows. Used by one thread; can be run any
 * number of times.
 *
 * <p>A run reads the rows once and keeps none of them. Rows that cannot be read are counted, with
 * their lines, and do not end it.
 *
 * @param <T> the row type
 */
public final class Validation<T> {
  /** Different keys that a rule of uniqueness keeps in memory: 25 MB. */
  static final int KEYS_IN_MEMORY = 1 << 19;

  private final Expectations<T> suite;
  private final Salt salt;
  private final Map<String, ReferenceValues> references = new LinkedHashMap<>();
  private final Map<String, OtherRows<T>> others = new LinkedHashMap<>();
  private Expectation.Environment environment = Expectation.Environment.TRAINING;
  private int examples = 5;
  private Time time = Time.system();
  private OptionalLong previousRows = OptionalLong.empty();
  private boolean first;
  private @Nullable Baseline baseline;
  private Progress progress = Progress.silent();
  private @Nullable Path temporary;
  private int keysInMemory = KEYS_IN_MEMORY;
  private boolean digest = true;

  Validation(Expectations<T> suite) {
    this.suite = suite;
    // Only where keys lie in tables depends on it, no result: it makes collisions unforeseeable.
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    this.salt = new Salt(bytes);
  }

  /**
   * Sets when this is.
   *
   * @param when training unless said
   * @return this
   */
  public Validation<T> environment(Expectation.Environment when) {
    environment = Objects.requireNonNull(when, "when");
    return this;
  }

  /**
   * Sets how many rows that do not hold are kept of each expectation.
   *
   * @param count 0 to 1,000; 5 unless said
   * @return this
   */
  public Validation<T> examples(int count) {
    if (count < 0 || count > 1_000) {
      throw new IllegalArgumentException("examples: " + count + " (expected: 0..1000)");
    }
    examples = count;
    return this;
  }

  /**
   * Sets the clock: for freshness, and for when the result was made.
   *
   * @param clock the system's unless said
   * @return this
   */
  public Validation<T> time(Time clock) {
    time = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the result of the snapshot before.
   *
   * @param result whose number of rows is compared with
   * @return this
   */
  public Validation<T> previous(ValidationResult result) {
    return previousRows(result.rows());
  }

  /**
   * Sets how many rows the snapshot before had.
   *
   * @param rows 0 or more
   * @return this
   */
  public Validation<T> previousRows(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("previousRows: " + rows + " (expected: 0 or more)");
    }
    previousRows = OptionalLong.of(rows);
    return this;
  }

  /**
   * Says that there is no snapshot before: expectations against it hold.
   *
   * @return this
   */
  public Validation<T> firstSnapshot() {
    first = true;
    return this;
  }

  /**
   * Sets what distributions are compared with.
   *
   * @param reference usually that of the champion, or of the snapshot before
   * @return this
   */
  public Validation<T> baseline(Baseline reference) {
    baseline = Objects.requireNonNull(reference, "reference");
    return this;
  }

  /**
   * Gives the values that {@link ExpectedFeature#isKnownTo} asks for, by reading them now. At most
   * 10 million different ones, 48 bytes each.
   *
   * @param name what the suite calls it
   * @param rows the other data set
   * @param feature which of its features holds the values
   * @param <R> its row type
   * @return this
   * @throws io.mlops4j.data.DataException if it cannot be read, or is too large
   */
  public <R> Validation<T> reference(String name, Dataset<R> rows, String feature) {
    references.put(name, ReferenceValues.of(name, rows, feature, salt));
    return this;
  }

  /**
   * Gives the rows that {@link ExpectedRows#areNotIn} asks for, told apart by all features and, if
   * they are labeled, the label.
   *
   * @param name what the suite calls them
   * @param rows their fingerprint, by content
   * @return this
   */
  public Validation<T> disjointFrom(String name, RowFingerprint rows) {
    others.put(name, new OtherRows<>(rows, null, ""));
    return this;
  }

  /**
   * Gives the rows that {@link ExpectedRows#areNotIn} asks for, told apart by an id.
   *
   * @param name what the suite calls them
   * @param rows their fingerprint, by the id
   * @param idName what the fingerprint calls the id
   * @param id a row's id
   * @return this
   */
  public Validation<T> disjointFrom(
      String name, RowFingerprint rows, String idName, Function<? super T, String> id) {
    others.put(name, new OtherRows<>(rows, Objects.requireNonNull(id, "id"), idName));
    return this;
  }

  /**
   * Sets who is told how far it is: every 65,536 rows, and at the end.
   *
   * @param listener such as {@link Progress#sentences}
   * @return this
   */
  public Validation<T> progress(Progress listener) {
    progress = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Sets where keys go that do not fit into memory ({@link Expectation#unique}).
   *
   * @param directory an existing one; the system's unless said
   * @return this
   */
  public Validation<T> temporaryDirectory(Path directory) {
    temporary = Objects.requireNonNull(directory, "directory");
    return this;
  }

  /**
   * Sets how many different keys each rule of uniqueness keeps in memory, 48 bytes each; more go to
   * temporary files.
   *
   * @param keys 1 or more; 524,288 unless said
   * @return this
   */
  public Validation<T> keysInMemory(int keys) {
    if (keys < 1 || keys > 1 << 24) {
      throw new IllegalArgumentException("keysInMemory: " + keys + " (expected: 1..16777216)");
    }
    keysInMemory = keys;
    return this;
  }

  /**
   * Leaves out the digest of the rows: faster, but the result cannot be evidence for a gate.
   *
   * @return this
   */
  public Validation<T> withoutDigest() {
    digest = false;
    return this;
  }

  /**
   * Asks rows.
   *
   * @param rows what to look at; read once
   * @return what came of each expectation; its data is {@link Dataset#digest}
   * @throws io.mlops4j.data.DataException if the data cannot be opened at all, or there is no room
   *     for temporary files
   */
  public ValidationResult run(Dataset<T> rows) {
    try (ValidationPass<T> pass = begin(rows.name())) {
      Optional<DatasetFacts> facts = Optional.empty();
      if (digest) {
        facts = rows.identify(pass);
      } else {
        rows.read(pass);
      }
      return pass.result(facts.map(DatasetFacts::digest));
    }
  }

  /**
   * Asks labeled rows.
   *
   * @param rows what to look at; read once
   * @return what came of each expectation; its data is {@link LabeledDataset#digest}
   * @throws io.mlops4j.data.DataException as for {@link #run(Dataset)}
   */
  public ValidationResult run(LabeledDataset<T> rows) {
    try (ValidationPass<T> pass = begin(rows.name())) {
      RowVisitor<Labeled<T>> features = pass.ofFeatures();
      Optional<DatasetFacts> facts = Optional.empty();
      if (digest) {
        facts = rows.identify(features);
      } else {
        rows.read(features);
      }
      return pass.result(facts.map(DatasetFacts::digest));
    }
  }

  private ValidationPass<T> begin(String name) {
    Instant now = time.now();
    Settings settings =
        new Settings(
            environment,
            examples,
            now,
            previousRows,
            first,
            baseline,
            Map.copyOf(references),
            temporary,
            keysInMemory,
            salt);
    return new ValidationPass<>(suite, name, settings, Map.copyOf(others), progress);
  }
}
