package io.mlops4j.spring;

import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.spring.MlopsProperties.RegistryProperties;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** Opens the registry that properties describe, or says what to change. */
final class RegistryOpening {
  private static final String PROPERTY = "mlops.registry.directory";

  private RegistryOpening() {}

  static ModelRegistry open(RegistryProperties properties, Environment environment) {
    String directory = properties.directory();
    if (directory == null || directory.isBlank()) {
      throw new StartException(
          PROPERTY + " is not set, and there is no ModelRegistry bean.",
          "Set "
              + PROPERTY
              + " to a directory on a local disk that all instances on this machine share, such as"
              + " /var/lib/models, or declare a ModelRegistry bean.");
    }
    RegistryOptions options;
    try {
      options =
          RegistryOptions.withDefaults()
              .withPollInterval(properties.pollInterval())
              .withMaxFileBytes(properties.maxFileSize().toBytes())
              .withActor(actor(properties.actor(), environment));
    } catch (IllegalArgumentException e) {
      throw new StartException(
          "A value below mlops.registry is out of range: " + e.getMessage() + ".",
          "Set mlops.registry.poll-interval, max-file-size or actor to a value in that range.",
          e);
    }
    try {
      return ModelRegistry.open(Path.of(directory.strip()), options);
    } catch (MlopsException | InvalidPathException e) {
      throw failed(directory, e);
    }
  }

  static StartException failed(String directory, RuntimeException e) {
    return new StartException(
        PROPERTY + ": " + directory + " cannot be opened. " + e.getMessage(), advice(e), e);
  }

  private static String actor(@Nullable String actor, Environment environment) {
    String name = environment.getProperty("spring.application.name");
    if (actor != null && !actor.isBlank()) {
      return actor;
    }
    return name == null || name.isBlank() ? RegistryOptions.withDefaults().actor() : name;
  }

  /** What to do, by what the operating system said. */
  private static String advice(Exception failure) {
    StringBuilder said = new StringBuilder();
    for (Throwable e = failure; e != null; e = e.getCause()) {
      said.append(e).append('\n');
    }
    String text = said.toString().toLowerCase(Locale.ROOT);
    if (text.contains("read-only file system")) {
      return "The file system is read-only. Mount a writable volume there (in Kubernetes a"
          + " volumeMounts entry beside readOnlyRootFilesystem: true), or set "
          + PROPERTY
          + " to one.";
    }
    if (text.contains("accessdenied") || text.contains("permission denied")) {
      return "Give the user this process runs as (in Kubernetes runAsUser and fsGroup) the right to"
          + " read, write and enter that directory.";
    }
    if (text.contains("a file, not a directory") || text.contains("notdirectory")) {
      return "Set " + PROPERTY + " to a directory; it is created if it is not there.";
    }
    return "Set "
        + PROPERTY
        + " to a directory on a local file system that this process may create, read and write.";
  }
}
