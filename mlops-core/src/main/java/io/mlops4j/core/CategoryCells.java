package io.mlops4j.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A frozen dictionary with one cell per value, then rare, unseen and missing.
 *
 * <p>Of a sensitive feature only 64-bit hashes of the values are kept, so that no file holds the
 * words themselves. That is tidiness, not anonymity: a short list of possible values can be tried.
 */
final class CategoryCells implements FeatureCells {
  static final int MAX_VALUE_LENGTH = 256;
  static final int MAX_VALUES = 100_000;

  private final String feature;
  private final boolean sensitive;
  private final List<String> values;
  private final List<String> rare;
  private final Map<String, Integer> cells;
  private final long[] hashes;
  private final int[] hashCells;
  private final int size;
  private final long[] reference;

  /** Takes plain values; for a sensitive feature, hashes in hexadecimal and no rare values. */
  CategoryCells(
      String feature, boolean sensitive, List<String> values, List<String> rare, long[] reference) {
    this.feature = feature;
    this.sensitive = sensitive;
    this.values = List.copyOf(values);
    this.rare = List.copyOf(rare);
    this.size = values.size() + 3;
    this.reference = reference;
    this.cells = new HashMap<>();
    this.hashes = new long[sensitive ? values.size() : 0];
    this.hashCells = new int[hashes.length];
    if (sensitive) {
      for (int i = 0; i < hashes.length; i++) {
        hashes[i] = Long.parseUnsignedLong(values.get(i), 16);
      }
      Arrays.sort(hashes);
      for (int i = 0; i < hashes.length; i++) {
        int at = Arrays.binarySearch(hashes, Long.parseUnsignedLong(values.get(i), 16));
        hashCells[at] = i;
      }
    } else {
      values.forEach(value -> cells.put(value, cells.size()));
      rare.forEach(value -> cells.put(value, values.size()));
    }
  }

  /** What stands for a value of a sensitive feature: 16 hexadecimal digits. */
  static String hashed(String feature, String value) {
    return String.format("%016x", hash(feature, value));
  }

  private static long hash(String feature, String value) {
    // FNV-1a over UTF-16 units, then the finaliser of SplittableRandom.
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < feature.length(); i++) {
      hash = (hash ^ feature.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ 0x1F) * 0x100000001b3L;
    for (int i = 0; i < value.length(); i++) {
      hash = (hash ^ value.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }

  @Override
  public String feature() {
    return feature;
  }

  @Override
  public FeatureKind kind() {
    return FeatureKind.CATEGORICAL;
  }

  @Override
  public boolean sensitive() {
    return sensitive;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int ordered() {
    return 0;
  }

  @Override
  public int missing() {
    return size - 1;
  }

  @Override
  public int unseen() {
    return size - 2;
  }

  @Override
  public int cellOf(double value) {
    return missing();
  }

  @Override
  public int cellOf(@Nullable String value) {
    if (value == null) {
      return missing();
    }
    // Before anything reads the characters: a value may be a megabyte.
    if (value.length() > MAX_VALUE_LENGTH) {
      return unseen();
    }
    if (sensitive) {
      int at = Arrays.binarySearch(hashes, hash(feature, value));
      return at >= 0 ? hashCells[at] : unseen();
    }
    Integer cell = cells.get(value);
    return cell == null ? unseen() : cell;
  }

  @Override
  public int known() {
    return values.size() + rare.size();
  }

  @Override
  public long[] reference() {
    return reference.clone();
  }

  @Override
  public FeatureCells withReference(long[] counts) {
    return new CategoryCells(feature, sensitive, values, rare, counts.clone());
  }

  @Override
  public String label(int cell) {
    if (cell == missing()) {
      return "missing";
    }
    if (cell == unseen()) {
      return "unseen in training";
    }
    if (cell == values.size()) {
      return "rare in training";
    }
    return sensitive ? "cell " + cell : Text.printable(values.get(cell), 64);
  }

  @Override
  public ObjectNode definition() {
    ObjectNode node = Json.object();
    ArrayNode list = node.putArray("values");
    values.forEach(list::add);
    ArrayNode rareList = node.putArray("rare");
    rare.forEach(rareList::add);
    return node;
  }

  @Override
  public void identify(StringBuilder identity) {
    identity.append(sensitive ? "hashed" : "plain").append(',');
    // A length before each value keeps values with separators in them apart.
    values.forEach(v -> identity.append(v.length()).append(':').append(v).append(','));
    identity.append('|');
    rare.forEach(v -> identity.append(v.length()).append(':').append(v).append(','));
  }
}
