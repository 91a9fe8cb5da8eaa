package io.mlops4j.registry.lineage;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.OnnxMetadata;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lineage inside an ONNX file: it stays with the model wherever the file goes. Texts in the file's
 * metadata, which every reader of ONNX shows and none computes with.
 *
 * <p>A registered file is never changed: what was measured is what serves. {@link #export} makes a
 * copy, which says the digest of the file without these texts and gives that file back byte for
 * byte when they are taken out; so a copy found anywhere can be checked. To have lineage inside a
 * registered file, {@link #embed} it before registering; then the registered digest covers it, and
 * an export replaces it.
 *
 * @param version what the registry called it; empty if it was embedded before it was registered
 * @param lineage where it comes from
 * @param file the digest of the file without these texts, as it is written in them
 * @param intact whether the file without these texts still has that digest
 */
public record OnnxLineage(
    Optional<ModelVersion> version, Lineage lineage, String file, boolean intact) {
  private static final String PREFIX = "mlops4j.";
  private static final String VERSION = PREFIX + "version";
  private static final String LINEAGE = PREFIX + "lineage";
  private static final String DIGEST = PREFIX + "sha256";

  /** Checks for null. */
  public OnnxLineage {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(lineage, "lineage");
    Objects.requireNonNull(file, "file");
  }

  /**
   * Returns a copy of a registered ONNX file with its version and lineage in it.
   *
   * @param version a version of format {@code onnx} with one file, or with one that ends in {@code
   *     .onnx}
   * @return the new file's bytes
   * @throws MlopsException if there is no such file, or it is not ONNX
   */
  public static byte[] export(RegisteredVersion<?, ?> version) {
    var files = version.artifact().files();
    var models =
        files.size() == 1 ? files : files.stream().filter(f -> f.endsWith(".onnx")).toList();
    if (!version.artifact().format().equals("onnx") || models.size() != 1) {
      throw new MlopsException(
          version.version()
              + " has format "
              + version.artifact().format()
              + " and the files "
              + String.join(", ", files)
              + " (expected: format onnx and one file that ends in .onnx).");
    }
    byte[] onnx = version.artifact().bytes(models.iterator().next());
    return embed(onnx, version.lineage(), Optional.of(version.version()));
  }

  /**
   * Returns a copy of an ONNX file with a lineage in it, for a model that is not registered yet.
   *
   * @param onnx the file
   * @param lineage where it comes from
   * @return the new file's bytes
   * @throws MlopsException if the file is not ONNX
   */
  public static byte[] embed(byte[] onnx, Lineage lineage) {
    return embed(onnx, lineage, Optional.empty());
  }

  private static byte[] embed(byte[] onnx, Lineage lineage, Optional<ModelVersion> version) {
    SortedMap<String, String> entries = new TreeMap<>();
    entries.put(LINEAGE, new String(lineage.toJson(), StandardCharsets.UTF_8));
    byte[] plain = plain(onnx);
    entries.put(DIGEST, Digests.sha256(plain));
    version.ifPresent(v -> entries.put(VERSION, v.toString()));
    return OnnxMetadata.with(plain, entries);
  }

  /**
   * Returns the lineage in an ONNX file.
   *
   * @param onnx the file
   * @return what it says; empty if it says nothing
   * @throws MlopsException if the file is not ONNX, or what it says is no lineage
   */
  public static Optional<OnnxLineage> read(byte[] onnx) {
    Map<String, String> entries = OnnxMetadata.read(onnx);
    String lineage = entries.get(LINEAGE);
    if (lineage == null) {
      return Optional.empty();
    }
    String digest = entries.getOrDefault(DIGEST, Lineage.UNKNOWN);
    return Optional.of(
        new OnnxLineage(
            Optional.ofNullable(entries.get(VERSION)).map(OnnxLineage::version),
            Lineage.fromJson(lineage.getBytes(StandardCharsets.UTF_8)),
            digest,
            digest.equals(Digests.sha256(plain(onnx)))));
  }

  /**
   * Returns the file without version and lineage: of an export, the file that is registered, unless
   * that one had a lineage embedded.
   *
   * @param onnx the file
   * @return its bytes without these texts
   * @throws MlopsException if the file is not ONNX
   */
  public static byte[] plain(byte[] onnx) {
    return OnnxMetadata.without(onnx, name -> name.startsWith(PREFIX));
  }

  private static ModelVersion version(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new ModelVersion(
          text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new MlopsException("The file's metadata names no version: " + e.getMessage(), e);
    }
  }
}
