package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Supplier;

/** Selections of a model in a registry's store. */
final class StoredSelector<I, O> implements VersionSelector<I, O> {
  private static final int MOST = 16;

  private final StoredModel<I, O> model;
  private final ModelLog log;
  private final ModelRegistry registry;
  private final AliasBook aliases;

  StoredSelector(StoredModel<I, O> model, ModelLog log, ModelRegistry registry, AliasBook aliases) {
    this.model = model;
    this.log = log;
    this.registry = registry;
    this.aliases = aliases;
  }

  /**
   * What is selected, told apart by value.
   *
   * @param number the version, or 0
   * @param manifest its manifest's digest, or empty text
   * @param reason why there is none, or empty text
   */
  private record Picked(int number, String manifest, String reason) {
    static Picked of(VersionState version) {
      return new Picked(version.number(), version.manifest(), "");
    }

    static Picked nothing(String reason) {
      return new Picked(0, "", reason);
    }
  }

  private static boolean mayServe(VersionState version) {
    return version.stage() != Stage.REJECTED && version.stage() != Stage.QUARANTINED;
  }

  @Override
  public ModelSource<I, O> alias(String alias) {
    Objects.requireNonNull(alias, "alias");
    AliasBook.requireName(alias);
    return source(alias, () -> picked(alias));
  }

  private Picked picked(String alias) {
    int number = aliases.read(alias);
    String who = "Alias " + alias + " of " + model.name();
    return log.read(
        state -> {
          if (number == 0) {
            return Picked.nothing(
                who
                    + " points to no version. It has "
                    + state.inventory()
                    + ". Call select().point(\""
                    + alias
                    + "\", number, reason).");
          }
          VersionState version = state.version(number);
          return mayServe(version)
              ? Picked.of(version)
              : Picked.nothing(
                  who
                      + " points to version "
                      + number
                      + ", which is "
                      + version.stage()
                      + " ("
                      + version.reason()
                      + "). Point it to another one.");
        });
  }

  @Override
  public void point(String alias, int number, String reason) {
    Objects.requireNonNull(alias, "alias");
    AliasBook.requireName(alias);
    Objects.requireNonNull(reason, "reason");
    registry.require(Operation.MOVE, model.name());
    Stage stage = log.read(state -> state.version(number).stage());
    if (stage == Stage.REJECTED || stage == Stage.QUARANTINED) {
      throw new MlopsException(
          "Alias "
              + alias
              + " cannot point to "
              + model.id(number)
              + ", which is "
              + stage
              + " and will not be served. Choose another version.");
    }
    registry.beforeWrite(model.name());
    aliases.write(alias, number, reason);
  }

  @Override
  public void drop(String alias, String reason) {
    Objects.requireNonNull(alias, "alias");
    AliasBook.requireName(alias);
    Objects.requireNonNull(reason, "reason");
    registry.require(Operation.MOVE, model.name());
    if (aliases.read(alias) != 0) {
      registry.beforeWrite(model.name());
      aliases.write(alias, 0, reason);
    }
  }

  @Override
  public SortedMap<String, Integer> aliases() {
    return aliases.all();
  }

  @Override
  public ModelSource<I, O> newest(Stage stage) {
    if (stage == Stage.REJECTED || stage == Stage.QUARANTINED) {
      throw new IllegalArgumentException(
          "stage: " + stage + " (expected: one whose versions may be served)");
    }
    return source("newest-" + stage.name().toLowerCase(Locale.ROOT), () -> picked(stage));
  }

  private Picked picked(Stage stage) {
    return log.read(
        state -> {
          Picked newest =
              Picked.nothing(
                  "Model "
                      + model.name()
                      + " has no version in "
                      + stage
                      + ". It has "
                      + state.inventory()
                      + ".");
          for (VersionState version : state.versions()) {
            if (version.stage() == stage) {
              newest = Picked.of(version);
            }
          }
          return newest;
        });
  }

  @Override
  public ModelReleases<I, O> latest(int count) {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("count: " + count + " (expected: 1.." + MOST + ")");
    }
    String name = model.name() + "@latest-" + count;
    Polled<List<Picked>> polled = polled(name, () -> pickedLatest(count));
    return new ModelReleases<>() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<ModelRelease<I, O>> current() {
        List<ModelRelease<I, O>> releases = new ArrayList<>();
        polled.value().forEach(picked -> releases.add(release(picked)));
        return releases;
      }

      @Override
      public Subscription subscribe(Runnable onChange) {
        return polled.subscribe(onChange);
      }
    };
  }

  private List<Picked> pickedLatest(int count) {
    return log.read(
        state -> {
          List<Picked> newestFirst = new ArrayList<>();
          for (VersionState version : state.versions()) {
            if (mayServe(version)) {
              newestFirst.add(0, Picked.of(version));
            }
          }
          return List.copyOf(newestFirst.subList(0, Math.min(count, newestFirst.size())));
        });
  }

  private ModelRelease<I, O> release(Picked picked) {
    return new StoredRelease<>(model, model.id(picked.number()), picked.manifest());
  }

  private <T> Polled<T> polled(String name, Supplier<T> read) {
    RegistryOptions options = registry.options();
    return new Polled<>(name, read, options.time(), options.pollInterval(), registry::isClosed);
  }

  private ModelSource<I, O> source(String what, Supplier<Picked> read) {
    String name = model.name() + "@" + what;
    Polled<Picked> polled = polled(name, read);
    return new ModelSource<>() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Selection<I, O> current() {
        Picked picked = polled.value();
        return picked.number() == 0
            ? new Empty<>(picked.reason())
            : new Selected<>(release(picked));
      }

      @Override
      public Subscription subscribe(Runnable onChange) {
        return polled.subscribe(onChange);
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }
}
