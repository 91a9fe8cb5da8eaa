package io.mlops4j.serving;

import io.mlops4j.core.Digests;
import io.mlops4j.core.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A library that native code loads by path: from a private copy of bytes that were verified. */
final class VerifiedLibrary {
  private VerifiedLibrary() {}

  /**
   * Returns a copy in a directory that only this user can read or write. It stays until the JVM
   * ends, since native code keeps it open.
   */
  static Path copy(ModelVersion who, OnnxOptions.CustomOperators operators) {
    String file = String.valueOf(operators.library().getFileName());
    try {
      byte[] bytes = Files.readAllBytes(operators.library());
      String actual = Digests.sha256(bytes);
      if (!actual.equals(operators.sha256())) {
        throw new ModelLoadException(
            "Model '"
                + who
                + "': the library of custom operators "
                + file
                + " has the SHA-256 digest "
                + actual
                + ", allowed is "
                + operators.sha256()
                + ". It was not loaded.");
      }
      Path directory = Files.createTempDirectory("mlops4j-operators");
      Path copy = directory.resolve(file);
      Files.write(copy, bytes, StandardOpenOption.CREATE_NEW);
      copy.toFile().deleteOnExit();
      directory.toFile().deleteOnExit();
      return copy;
    } catch (IOException e) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "': the library of custom operators "
              + file
              + " cannot be read and copied: "
              + e.getClass().getSimpleName()
              + ".",
          e);
    }
  }
}
