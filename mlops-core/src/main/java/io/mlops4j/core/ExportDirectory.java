package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The files of an export, as bytes whose size and digest are those its manifest says. Names in the
 * manifest are plain file names of that directory: nothing else is opened, no link is followed.
 */
final class ExportDirectory {
  static final String MANIFEST = "mlops4j.json";

  private static final int FORMAT = 1;
  private static final int MAX_FILES = 64;
  private static final int MAX_MANIFEST_BYTES = 1 << 20;

  /** As much as a registry accepts unless told otherwise. */
  private static final long MAX_FILE_BYTES = 1L << 30;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Path directory;
  private final ObjectNode manifest;
  private final SortedMap<String, byte[]> contents = new TreeMap<>();

  private ExportDirectory(Path directory, ObjectNode manifest) {
    this.directory = directory;
    this.manifest = manifest;
  }

  static ExportDirectory read(Path directory) {
    Path file = directory.resolve(MANIFEST);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new MlopsException(
          "Export "
              + directory
              + " has no "
              + MANIFEST
              + (Files.isDirectory(directory) ? "" : ": there is no such directory")
              + ". Write it with python/export_mlops4j.py.");
    }
    byte[] bytes = bounded(directory, MANIFEST, MAX_MANIFEST_BYTES);
    ExportDirectory result =
        new ExportDirectory(directory, Json.parse(bytes, "Export " + directory + ": " + MANIFEST));
    result.readAll();
    return result;
  }

  private void readAll() {
    JsonNode format = manifest.path("format");
    if (!format.isInt() || format.intValue() != FORMAT) {
      throw bad(
          MANIFEST
              + " has format "
              + Text.printable(format.toString(), 32)
              + "; this library reads format "
              + FORMAT
              + ". Use the script and the library of one release");
    }
    JsonNode files = manifest.path("files");
    if (!files.isArray() || files.isEmpty() || files.size() > MAX_FILES) {
      throw bad(MANIFEST + " lists " + files.size() + " files (expected: 1 to " + MAX_FILES + ")");
    }
    for (JsonNode entry : files) {
      String name = entry.path("name").asText();
      if (!ObjectStore.KEY_PART.matcher(name).matches() || name.equals(MANIFEST)) {
        throw bad(
            MANIFEST
                + " names a file \""
                + Text.printable(name, 64)
                + "\" (expected: a plain file name of 1 to 128 of A-Z a-z 0-9 . _ -)");
      }
      if (contents.putIfAbsent(name, verified(name, entry)) != null) {
        throw bad(MANIFEST + " names " + name + " twice");
      }
    }
  }

  private byte[] verified(String name, JsonNode entry) {
    JsonNode size = entry.path("bytes");
    String digest = entry.path("sha256").asText();
    if (!size.isIntegralNumber()
        || !size.canConvertToLong()
        || size.longValue() < 0
        || size.longValue() > MAX_FILE_BYTES) {
      throw bad(
          name
              + " has \"bytes\": "
              + Text.printable(size.toString(), 32)
              + " (expected: 0 to "
              + MAX_FILE_BYTES
              + ")");
    }
    if (!DIGEST.matcher(digest).matches()) {
      throw bad(name + " has no SHA-256 of 64 hexadecimal digits");
    }
    if (!Files.isRegularFile(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
      throw bad(name + " is listed, and is no regular file there");
    }
    byte[] bytes = bounded(directory, name, size.longValue());
    if (bytes.length != size.longValue()) {
      throw bad(name + " has " + bytes.length + " bytes, the manifest says " + size.longValue());
    }
    String actual = Digests.sha256(bytes);
    if (!actual.equals(digest)) {
      throw bad(
          name
              + " was changed: its SHA-256 is "
              + actual.substring(0, 12)
              + "…, the manifest says "
              + digest.substring(0, 12)
              + "…. Export it again");
    }
    return bytes;
  }

  /** Reads at most one byte more than is expected, whatever grows meanwhile. */
  private static byte[] bounded(Path directory, String name, long expected) {
    try (InputStream in = Files.newInputStream(directory.resolve(name))) {
      byte[] bytes = in.readNBytes((int) expected + 1);
      if (bytes.length > expected) {
        throw new MlopsException(
            "Export " + directory + ": " + name + " has more than " + expected + " bytes.");
      }
      return bytes;
    } catch (IOException e) {
      throw new MlopsException(
          "Export " + directory + ": " + name + " cannot be read: " + e.getClass().getSimpleName(),
          e);
    }
  }

  /** Returns a file, which the manifest must list. */
  byte[] require(String name) {
    byte[] bytes = contents.get(name);
    if (bytes == null) {
      throw bad(MANIFEST + " lists no " + name + ". Files: " + contents.keySet());
    }
    return bytes;
  }

  ObjectNode json(String name) {
    return Json.parse(require(name), "Export " + directory + ": " + name);
  }

  /** Returns a text of the manifest. */
  String text(String field) {
    JsonNode value = manifest.path(field);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw bad(MANIFEST + " needs a text \"" + field + "\"");
    }
    return value.textValue();
  }

  /** Returns the files that are the model itself. */
  Map<String, byte[]> models(String suffix) {
    SortedMap<String, byte[]> result = new TreeMap<>(contents);
    result.keySet().removeIf(name -> !name.endsWith(suffix));
    return result;
  }

  MlopsException bad(String what) {
    return new MlopsException("Export " + directory + ": " + what + ".");
  }
}
