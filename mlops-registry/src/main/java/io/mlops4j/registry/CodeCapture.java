package io.mlops4j.registry;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.jar.JarFile;

/** Which code is running: what its jar says, or else the git work tree around this process. */
final class CodeCapture {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String HERE = CodeCapture.class.getPackageName();

  private CodeCapture() {}

  static Lineage.Code ofTheCaller() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(
            frames ->
                frames
                    .<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                    .filter(caller -> !isOurs(caller))
                    .findFirst())
        .map(CodeCapture::of)
        .orElseGet(CodeCapture::ofWorkTree);
  }

  /** By code source, too: a user's tests may lie in a package of the same name. */
  private static boolean isOurs(Class<?> caller) {
    return caller == Lineage.class
        || (caller.getPackageName().equals(HERE)
            && caller.getProtectionDomain().equals(Lineage.class.getProtectionDomain()));
  }

  static Lineage.Code of(Class<?> code) {
    try {
      CodeSource source = code.getProtectionDomain().getCodeSource();
      Path path = source == null ? null : Path.of(source.getLocation().toURI());
      if (path != null && Files.isRegularFile(path)) {
        try (JarFile jar = new JarFile(path.toFile(), false)) {
          Optional<Lineage.Code> said = JarFacts.code(jar);
          if (said.isPresent()) {
            return said.get();
          }
        }
      }
    } catch (IOException
        | URISyntaxException
        | IllegalArgumentException
        | FileSystemNotFoundException
        | SecurityException e) {
      // A class from nowhere in particular: the work tree may still tell.
      return ofWorkTree();
    }
    return ofWorkTree();
  }

  private static Lineage.Code ofWorkTree() {
    return OfThisProcess.CODE;
  }

  /** Classes were loaded from the tree as it was, so it is looked at once. */
  private static final class OfThisProcess {
    static final Lineage.Code CODE = GitTree.code(Path.of("").toAbsolutePath(), PATIENCE);
  }
}
