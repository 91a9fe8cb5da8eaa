package io.mlops4j.cli;

import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.RegistryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which registry, and who acts. */
final class Target {
  private static final int MAX_NAME = 128;

  @Option(
      names = "--registry",
      required = true,
      paramLabel = "DIR",
      description = "The registry: a directory, or jdbc:… of PostgreSQL or H2.")
  String registry = "";

  @Option(
      names = "--as",
      paramLabel = "ACTOR",
      description = "Who is written into the log as the author. Whatever writes needs it.")
  @Nullable String actor;

  /** Returns a registry that is there, to be read. */
  ModelRegistry reading() {
    return open(RegistryOptions.withDefaults(), false);
  }

  /** Returns a registry that is there, to be written by the actor. */
  ModelRegistry writing() {
    return writing(false);
  }

  /** Returns a registry to be written by the actor. */
  ModelRegistry writing(boolean create) {
    if (actor == null || actor.isBlank()) {
      throw new CliException(
          ExitCode.USAGE,
          "Who does this? It is written into the log for good. Add --as, such as --as ci.");
    }
    return open(RegistryOptions.withDefaults().withActor(actor), create);
  }

  /** Returns the store of a registry that is there, in which other things live, too. */
  ObjectStore store() {
    if (registry.startsWith("jdbc:")) {
      return ObjectStores.jdbc(DriverSource.of(registry, shown()));
    }
    return ObjectStores.directory(Path.of(registry));
  }

  private ModelRegistry open(RegistryOptions options, boolean create) {
    if (registry.startsWith("jdbc:")) {
      ObjectStore store = ObjectStores.jdbc(DriverSource.of(registry, shown()));
      if (!create && store.list("format").isEmpty()) {
        throw absent("a database without one");
      }
      return ModelRegistry.on(store, options);
    }
    Path directory = Path.of(registry);
    if (!create && !Files.isDirectory(directory.resolve("format"))) {
      throw absent(Files.isDirectory(directory) ? "a directory without one" : "no such directory");
    }
    return ModelRegistry.open(directory, options);
  }

  private CliException absent(String why) {
    return new CliException(
        ExitCode.NOT_FOUND,
        "There is no registry in "
            + shown()
            + " ("
            + why
            + "). Check --registry; 'mlops register --create' makes one.");
  }

  /** Returns the registry as it may be shown: a database's address without who may enter it. */
  String shown() {
    return shown(registry);
  }

  static String shown(String address) {
    return address.startsWith("jdbc:")
        ? address.replaceFirst("[?;].*$", "").replaceFirst("//[^/@]*@", "//")
        : address;
  }

  /** Returns a model that is there. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  final RegisteredModel<Map<String, ?>, Double> model(
      ModelRegistry open, String name, ModelLoader<Map<String, ?>, Double>... loaders) {
    List<String> known = open.models();
    if (!known.contains(name)) {
      throw new CliException(
          ExitCode.NOT_FOUND,
          "Model '"
              + Text.printable(name, MAX_NAME)
              + "' not found in "
              + shown()
              + ". Known models: "
              + (known.isEmpty() ? "none" : String.join(", ", known))
              + ".");
    }
    return open.model(name, loaders);
  }

  /** Returns a version that is there: a number, {@code latest} or {@code champion}. */
  static <I, O> RegisteredVersion<I, O> version(RegisteredModel<I, O> model, String which) {
    List<RegisteredVersion<I, O>> versions = model.versions();
    if (which.equals("champion")) {
      return model
          .champion()
          .orElseThrow(
              () ->
                  new CliException(
                      ExitCode.NOT_FOUND,
                      "Model '" + model.name() + "' has no champion: nothing is in production."));
    }
    if (which.equals("latest") && !versions.isEmpty()) {
      return versions.get(versions.size() - 1);
    }
    for (RegisteredVersion<I, O> version : versions) {
      if (Integer.toString(version.number()).equals(which)) {
        return version;
      }
    }
    boolean named = which.equals("latest") || which.matches("[1-9]\\d{0,8}");
    throw new CliException(
        named ? ExitCode.NOT_FOUND : ExitCode.USAGE,
        "Version '"
            + Text.printable(which, 32)
            + "' of model '"
            + model.name()
            + "' "
            + (named ? "not found. " : "cannot be one: a number, latest or champion. ")
            + (versions.isEmpty()
                ? "It has no version."
                : "Its versions: "
                    + versions.get(0).number()
                    + ".."
                    + versions.get(versions.size() - 1).number()
                    + "."));
  }
}
