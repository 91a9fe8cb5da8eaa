package io.mlops4j.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Which rows a data set holds, in at most 32 KiB: enough to see whether two data sets share rows.
 * Immutable, thread-safe.
 *
 * <p>It keeps the 4,096 smallest of the rows' 63-bit hashes (a bottom-k sketch). Up to 4,096
 * different rows it is exact. Above, rows are compared on the hashes both sketches reach down to: a
 * random sample of the rows, the same in both, so that a share of 0.113 % of the larger one's rows
 * is noticed with a probability of 99 %, whatever their number. Two different rows are taken for
 * one with a probability of about 2e-12 in each comparison.
 *
 * <p>A row's hash is the start of its SHA-256 and does not give the row away, but who has the row
 * can tell whether it was in: keep it where the data may be kept.
 *
 * @see <a href="https://doi.org/10.1145/1281100.1281133">Beyer et al. (2007), on k minimum
 *     values</a>
 */
public final class RowFingerprint {
  /** How many hashes are kept. */
  static final int SIZE = 4096;

  private static final int FORMAT = 1;
  private static final String WHAT = "Row fingerprint";

  private final String identity;
  private final long rows;
  private final long[] hashes;

  private RowFingerprint(String identity, long rows, long[] hashes) {
    this.identity = identity;
    this.rows = rows;
    this.hashes = hashes;
  }

  /**
   * Returns the fingerprint of rows that are told apart by all their features and the label, by
   * reading them all in bounded memory.
   *
   * @param rows the rows
   * @param <T> the type of the features
   * @return their fingerprint
   */
  public static <T> RowFingerprint of(LabeledDataset<T> rows) {
    return collected(rows, content(rows.schema()));
  }

  /**
   * Returns the fingerprint of rows that are told apart by an id: for data in which different rows
   * may hold the same values.
   *
   * @param rows the rows
   * @param name what the id is called; only fingerprints by the same id can be compared
   * @param id a row's id
   * @param <T> the type of the features
   * @return their fingerprint
   */
  public static <T> RowFingerprint byId(
      LabeledDataset<T> rows, String name, Function<? super T, String> id) {
    return collected(rows, ids(name, id));
  }

  private static <T> RowFingerprint collected(LabeledDataset<T> rows, Collector<T> collector) {
    try (Stream<Labeled<T>> stream = rows.stream()) {
      stream.forEachOrdered(row -> collector.add(row.row(), row.label()));
    }
    return collector.fingerprint();
  }

  /**
   * Returns an empty collector of rows that are told apart by all their features and the label.
   *
   * @param schema what the features are
   * @param <T> the type of the features
   * @return a collector; not thread-safe
   */
  public static <T> Collector<T> content(Schema<T> schema) {
    RowDigest<T> digest = new RowDigest<>(schema);
    return new Collector<>("content " + schema.fingerprint(), digest::hash);
  }

  /**
   * Returns an empty collector of rows that are told apart by an id.
   *
   * @param name what the id is called
   * @param id a row's id
   * @param <T> the type of the features
   * @return a collector; not thread-safe
   */
  public static <T> Collector<T> ids(String name, Function<? super T, String> id) {
    Objects.requireNonNull(id, "id");
    if (name.isBlank() || name.length() > 128) {
      throw new IllegalArgumentException("name: expected 1 to 128 characters, not blank");
    }
    return new Collector<>(
        "id " + name,
        (row, label) ->
            start(Digests.sha256().digest(id.apply(row).getBytes(StandardCharsets.UTF_8))));
  }

  static long start(byte[] digest) {
    return ByteBuffer.wrap(digest).getLong() & Long.MAX_VALUE;
  }

  /**
   * What two fingerprints have in common.
   *
   * @param shared how many of the compared rows are in both
   * @param compared how many different rows of the second data set were compared: all of them, or a
   *     random sample
   */
  public record Overlap(long shared, long compared) {
    /**
     * Returns the share of the second data set's rows that are in the first one.
     *
     * @return 0 to 1; an estimate if a sample was compared
     */
    public double share() {
      return compared == 0 ? 0 : shared / (double) compared;
    }
  }

  /**
   * Returns how rows are told apart.
   *
   * @return a text; only fingerprints of equal ones can be compared
   */
  public String identity() {
    return identity;
  }

  /**
   * Returns how many rows there are.
   *
   * @return at least 0, equal rows counted each
   */
  public long rows() {
    return rows;
  }

  /**
   * Returns what another data set has in common with this one.
   *
   * @param other the other one, such as the rows a model is judged on
   * @return the overlap
   * @throws IllegalArgumentException if rows are told apart in different ways
   */
  public Overlap overlap(RowFingerprint other) {
    if (!identity.equals(other.identity)) {
      throw new IllegalArgumentException(
          "Fingerprints by '"
              + identity
              + "' and by '"
              + other.identity
              + "' cannot be compared: take both from the same features, or by the same id.");
    }
    long reach = Math.min(reach(), other.reach());
    long shared = 0;
    long compared = 0;
    for (long hash : other.hashes) {
      if (hash > reach) {
        break;
      }
      compared++;
      shared += Arrays.binarySearch(hashes, hash) >= 0 ? 1 : 0;
    }
    return new Overlap(shared, compared);
  }

  /** Down to which hash everything is known. */
  private long reach() {
    return hashes.length < SIZE ? Long.MAX_VALUE : hashes[SIZE - 1];
  }

  /**
   * Returns it as {@link #fromJson} reads it.
   *
   * @return canonical JSON, at most 45 KiB
   */
  public byte[] toJson() {
    return Json.canonical(toTree());
  }

  /**
   * Returns it as a part of a larger document.
   *
   * @return a tree that {@link #fromTree} reads
   */
  public ObjectNode toTree() {
    ByteBuffer bytes = ByteBuffer.allocate(hashes.length * Long.BYTES);
    for (long hash : hashes) {
      bytes.putLong(hash);
    }
    ObjectNode json = Json.object();
    json.put("format", FORMAT);
    json.put("identity", identity);
    json.put("rows", rows);
    json.put("hashes", Base64.getEncoder().encodeToString(bytes.array()));
    return json;
  }

  /**
   * Returns a stored fingerprint.
   *
   * @param json as {@link #toJson} wrote it
   * @return the fingerprint
   * @throws MlopsException if it is not one; says why
   */
  public static RowFingerprint fromJson(byte[] json) {
    return fromTree(Json.parse(json, WHAT));
  }

  /**
   * Returns a fingerprint that is part of a larger document.
   *
   * @param json as {@link #toTree} made it
   * @return the fingerprint
   * @throws MlopsException if it is not one; says why
   */
  public static RowFingerprint fromTree(ObjectNode json) {
    if (json.path("format").asInt() != FORMAT) {
      throw new MlopsException(
          WHAT + " has format " + json.path("format") + " (expected: " + FORMAT + ").");
    }
    byte[] bytes = decoded(json.path("hashes").asText());
    long[] hashes = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(hashes);
    boolean ordered = bytes.length % Long.BYTES == 0 && hashes.length <= SIZE;
    for (int i = 0; i < hashes.length; i++) {
      ordered &= hashes[i] >= 0 && (i == 0 || hashes[i] > hashes[i - 1]);
    }
    long rows = json.path("rows").asLong(-1);
    if (!ordered || rows < hashes.length || json.path("identity").asText().isBlank()) {
      throw new MlopsException(
          WHAT + " is refused: needs an identity, rows, and at most " + SIZE + " ordered hashes.");
    }
    return new RowFingerprint(json.path("identity").asText(), rows, hashes);
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new MlopsException(WHAT + " is refused: its hashes are not Base64.", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowFingerprint that
        && identity.equals(that.identity)
        && rows == that.rows
        && Arrays.equals(hashes, that.hashes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(identity, rows, Arrays.hashCode(hashes));
  }

  /** Returns how many rows it is of, and how they are told apart. */
  @Override
  public String toString() {
    return "RowFingerprint of " + rows + " rows by " + identity;
  }

  /** The hash of one row. */
  @FunctionalInterface
  interface Hash<T> {
    long of(T row, double label);
  }

  /**
   * Takes rows one by one. Not thread-safe. At most 64 KiB, O(1) for most rows.
   *
   * @param <T> the type of the features
   */
  public static final class Collector<T> {
    private final String identity;
    private final Hash<T> hash;
    private long[] kept = new long[2 * SIZE];
    private int size;
    private long reach = Long.MAX_VALUE;
    private long rows;

    private Collector(String identity, Hash<T> hash) {
      this.identity = identity;
      this.hash = hash;
    }

    /**
     * Adds a row.
     *
     * @param row its features
     * @param label the truth about it
     */
    public void add(T row, double label) {
      rows++;
      long value = hash.of(row, label);
      if (value > reach) {
        return;
      }
      kept[size++] = value;
      if (size == kept.length) {
        shrink();
      }
    }

    private void shrink() {
      Arrays.sort(kept, 0, size);
      int distinct = 0;
      for (int i = 0; i < size && distinct < SIZE; i++) {
        if (distinct == 0 || kept[i] != kept[distinct - 1]) {
          kept[distinct++] = kept[i];
        }
      }
      size = distinct;
      reach = distinct == SIZE ? kept[SIZE - 1] : Long.MAX_VALUE;
    }

    /**
     * Returns the fingerprint of the rows so far.
     *
     * @return a fingerprint that does not change
     */
    public RowFingerprint fingerprint() {
      shrink();
      return new RowFingerprint(identity, rows, Arrays.copyOf(kept, size));
    }
  }
}
