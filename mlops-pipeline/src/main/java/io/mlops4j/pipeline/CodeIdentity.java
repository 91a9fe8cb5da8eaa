package io.mlops4j.pipeline;

import io.mlops4j.core.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which code a step is: the digest of everything in the jar, or below the directory, that its class
 * was loaded from. A lambda belongs to the class it was written in. Too much rather than too
 * little: a change anywhere in the application's own code runs its steps again.
 */
final class CodeIdentity {
  private static final String NESTED = "nested:";

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
      Path place = place(source.getLocation().toURI());
      return written.getName() + " " + digest(place);
    } catch (URISyntaxException
        | IllegalArgumentException
        | java.nio.file.FileSystemNotFoundException e) {
      throw unknown(written, e);
    }
  }

  /**
   * Where code is: a directory or a jar. Of a jar within a jar, as those of services that are one
   * file, it is the outer one, which changes with it.
   */
  static Path place(URI location) {
    if (!"jar".equals(location.getScheme())) {
      return Path.of(location);
    }
    String inner = location.getRawSchemeSpecificPart();
    int end = inner.indexOf('!');
    String outer = end < 0 ? inner : inner.substring(0, end);
    if (outer.startsWith(NESTED)) {
      String path = outer.substring(NESTED.length());
      outer = "file:" + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }
    return Path.of(URI.create(outer));
  }

  private static PipelineException unknown(
      Class<?> written, @org.jspecify.annotations.Nullable Exception e) {
    return new PipelineException(
        "It is not known where the code of "
            + written.getName()
            + " comes from, so nobody can tell when it changes. Say so: Step.named(…).code(\"1\").",
        e);
  }

  static String digest(Path place) {
    MessageDigest digest = Digests.sha256();
    try {
      if (Files.isRegularFile(place)) {
        update(digest, place);
      } else {
        for (Path file : files(place)) {
          String name = place.relativize(file).toString().replace('\\', '/');
          digest.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
          digest.update((byte) 0);
          update(digest, file);
        }
      }
    } catch (IOException e) {
      throw new PipelineException("Code in " + place + " cannot be read: " + e, e);
    }
    return Digests.hex(digest.digest());
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        length += n;
      }
    }
    digest.update(java.nio.ByteBuffer.allocate(8).putLong(length).flip());
  }
}
