package io.mlops4j.junit;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What belongs to one test, or to all tests of a class. */
final class TestScope {
  private final String owner;
  private final Seed seed;
  private final VirtualTime time;
  private final ObjectStore store = ObjectStore.inMemory();
  private final ModelRegistry registry;
  private volatile boolean seedUsed;
  private final List<ScriptedSource<?, ?>> sources = new CopyOnWriteArrayList<>();

  TestScope(String owner, Seed seed, Instant start) {
    this.owner = owner;
    this.seed = seed;
    this.time = VirtualTime.startingAt(start);
    this.registry =
        ModelRegistry.on(store, RegistryOptions.withDefaults().withActor("test").withTime(time));
  }

  /** The unique id of the test or class it was made for. */
  String owner() {
    return owner;
  }

  boolean seedUsed() {
    return seedUsed;
  }

  Seed seed() {
    return seed;
  }

  /** Whether there is something of a type to be had here. */
  static boolean has(Class<?> type) {
    return type == ModelRegistry.class
        || type == ScriptedSource.class
        || type == Seed.class
        || type == ObjectStore.class
        || type == VirtualTime.class
        || type == Time.class;
  }

  Object of(Class<?> type) {
    if (type == ModelRegistry.class) {
      return registry;
    }
    if (type == ScriptedSource.class) {
      ScriptedSource<?, ?> source = ScriptedSource.of("scripted");
      sources.add(source);
      return source;
    }
    if (type == Seed.class) {
      seedUsed = true;
      return seed;
    }
    return type == ObjectStore.class ? store : time;
  }

  /** Closes what is here and returns what others should have closed. */
  List<String> close() {
    registry.close();
    List<String> open = new ArrayList<>();
    for (ScriptedSource<?, ?> source : sources) {
      if (source.open() > 0) {
        open.add(source.open() + " of " + source.opened() + " models loaded from " + source.name());
      }
      if (source.subscribers() > 0) {
        open.add(source.subscribers() + " predictors or monitors following " + source.name());
      }
    }
    return open;
  }
}
