package io.mlops4j.registry;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Copies an artifact into the store, bytes first, manifest last. */
final class Registration {
  private final Blobs blobs;
  private final RegistryOptions options;

  Registration(Blobs blobs, RegistryOptions options) {
    this.blobs = blobs;
    this.options = options;
  }

  /** Returns the manifest's digest. */
  String store(String model, ModelArtifact artifact, Lineage lineage) {
    SortedMap<String, Blobs.Stored> files = new TreeMap<>();
    for (String file : artifact.files()) {
      files.put(requireFile(file), copy(model, artifact, file));
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("artifact: no files (expected: at least 1)");
    }
    Manifest manifest =
        new Manifest(
            artifact.format(),
            files,
            artifact.signature(),
            put(artifact.encoding().map(InputEncoding::toJson), "encoding of " + model),
            put(artifact.goldenRows().map(GoldenRows::toJson), "golden rows of " + model),
            put(artifact.baseline().map(Baseline::toJson), "baseline of " + model),
            lineage.stamped(options.time().now(), options.actor()));
    byte[] json = manifest.toJson();
    String what = "manifest of a version of " + model;
    // What cannot be read back (a tag of many megabytes) must not be acknowledged.
    Manifest.fromJson(json, what);
    return blobs.put(json, what).digest();
  }

  static String requireRequest(String request) {
    if (!ObjectStore.KEY_PART.matcher(request).matches()) {
      throw new IllegalArgumentException(
          "request: \""
              + Text.printable(request, 64)
              + "\" (expected: 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)");
    }
    return request;
  }

  /** Throws if what a request has registered is not what it is asked to register. */
  static void requireSame(String request, RegisteredVersion<?, ?> version, ModelArtifact artifact) {
    SortedMap<String, String> asked = new TreeMap<>();
    for (String file : artifact.files()) {
      try (InputStream in = artifact.open(file)) {
        asked.put(file, digest(in));
      } catch (IOException e) {
        throw new MlopsException("File " + file + " cannot be read: " + e, e);
      }
    }
    if (!asked.equals(version.digests())) {
      throw new MlopsException(
          "Request "
              + request
              + " has registered "
              + version.version()
              + " with the files "
              + version.digests()
              + ", and is now asked for "
              + asked
              + ". Use another request for another version.");
    }
  }

  private static String digest(InputStream in) throws IOException {
    MessageDigest sha256 = Digests.sha256();
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      sha256.update(buffer, 0, n);
    }
    return Digests.hex(sha256.digest());
  }

  private static String requireFile(String name) {
    if (!ObjectStore.KEY_PART.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "file: \""
              + Text.printable(name, 64)
              + "\" (expected: a name of 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)");
    }
    return name;
  }

  private Blobs.Stored copy(String model, ModelArtifact artifact, String file) {
    try (InputStream in = artifact.open(file)) {
      return blobs.put(in, options.maxFileBytes(), "file " + file + " of " + model);
    } catch (IOException e) {
      throw new MlopsException("File " + file + " of " + model + " cannot be read: " + e, e);
    }
  }

  private Optional<String> put(Optional<byte[]> content, String what) {
    return content.map(bytes -> blobs.put(bytes, what).digest());
  }
}
