package io.mlops4j.pipeline;

import io.mlops4j.core.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Which code a step is: the digest of the jar, or of the classes below the directory, that its
 * class was loaded from. A lambda belongs to the class it was written in. Too much rather than too
 * little: a change anywhere in the application's own code runs its steps again.
 *
 * <p>In a service that is one file (Spring Boot's executable jars), it is the part of that file the
 * class is from: one of the jars in it, or everything in {@code BOOT-INF/classes}. When and with
 * which other jars the file was put together is not part of it.
 */
final class CodeIdentity {
  private static final String NESTED = "nested:";
  private static final Pattern SLASHES = Pattern.compile("^/+|/+$");

  // By class, not by place: after a restart in the same JVM (development tools) the place is the
  // same, and what is in it is not.
  private static final ClassValue<String> KNOWN =
      new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> written) {
          return compute(written);
        }
      };

  private CodeIdentity() {}

  static String of(Class<?> body) {
    return KNOWN.get(body.getNestHost());
  }

  private static String compute(Class<?> written) {
    CodeSource source = written.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      throw unknown(written, null);
    }
    try {
      return written.getName() + " " + digest(Place.of(source.getLocation().toURI()));
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      throw unknown(written, e);
    }
  }

  /**
   * Where code is.
   *
   * @param file a directory or a jar
   * @param inside the jar or directory within that jar, without slashes around it; empty for all
   */
  record Place(Path file, String inside) {
    static Place of(URI location) {
      if (!"jar".equals(location.getScheme())) {
        return new Place(Path.of(location), "");
      }
      String parts = location.getRawSchemeSpecificPart();
      int end = parts.indexOf('!');
      String outer = end < 0 ? parts : parts.substring(0, end);
      if (outer.startsWith(NESTED)) {
        String path = outer.substring(NESTED.length());
        outer = "file:" + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
      }
      String inner = end < 0 ? "" : parts.substring(end + 1);
      // The last mark only says that what is before it is a jar or a directory.
      inner = inner.endsWith("!/") ? inner.substring(0, inner.length() - 2) : inner;
      inner = "/" + SLASHES.matcher(inner).replaceAll("");
      return new Place(Path.of(URI.create(outer)), URI.create(inner).getPath().substring(1));
    }
  }

  private static PipelineException unknown(Class<?> written, @Nullable Exception e) {
    return new PipelineException(
        "It is not known where the code of "
            + written.getName()
            + " comes from, so nobody can tell when it changes. Say so: Step.named(…).code(\"1\").",
        e);
  }

  static String digest(Place place) {
    MessageDigest digest = Digests.sha256();
    try {
      if (!Files.isRegularFile(place.file())) {
        for (Path file : files(place.file())) {
          name(digest, place.file().relativize(file).toString().replace('\\', '/'));
          update(digest, Files.newInputStream(file));
        }
      } else if (place.inside().isEmpty() || !nested(digest, place)) {
        update(digest, Files.newInputStream(place.file()));
      }
    } catch (IOException e) {
      throw new PipelineException("Code in " + place.file() + " cannot be read: " + e, e);
    }
    return Digests.hex(digest.digest());
  }

  /** Takes a part of a jar; false, and nothing is taken, if there is none of that name. */
  private static boolean nested(MessageDigest digest, Place place) throws IOException {
    try (ZipFile outer = new ZipFile(place.file().toFile())) {
      ZipEntry jar = outer.getEntry(place.inside());
      if (jar != null && !jar.isDirectory()) {
        update(digest, outer.getInputStream(jar));
        return true;
      }
      String directory = place.inside() + "/";
      List<? extends ZipEntry> entries =
          outer.stream()
              .filter(entry -> entry.getName().startsWith(directory) && !entry.isDirectory())
              .sorted(Comparator.comparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : entries) {
        name(digest, entry.getName().substring(directory.length()));
        update(digest, outer.getInputStream(entry));
      }
      return !entries.isEmpty();
    }
  }

  private static void name(MessageDigest digest, String name) {
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
  }

  private static void update(MessageDigest digest, InputStream content) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = content) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        length += n;
      }
    }
    digest.update(ByteBuffer.allocate(8).putLong(length).flip());
  }
}
