package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.registry.FleetInstance.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Models, their versions and which of them serves.
 *
 * <p>Everything is an immutable object in a store, and the state of a model is the fold of its
 * append-only log; so any number of threads, registries and processes may work on one store at
 * once, and a crash at any instruction leaves the state before or after. Thread-safe.
 */
public final class ModelRegistry implements AutoCloseable {
  private static final String FORMAT_PREFIX = "format/registry-";

  private final ObjectStore store;
  private final RegistryOptions options;
  private final ConcurrentHashMap<String, ModelLog> logs = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, FleetWatch> fleets = new ConcurrentHashMap<>();
  private final Set<StoredAnnouncement> announcements = ConcurrentHashMap.newKeySet();
  private final Set<String> named = ConcurrentHashMap.newKeySet();
  private final int storeFormat;
  private final Object pollLock = new Object();
  private @Nullable Subscription nextPoll;
  private volatile boolean closed;

  private ModelRegistry(ObjectStore store, RegistryOptions options) {
    this.store = store;
    this.options = options;
    this.storeFormat =
        store.list("format").stream()
            .filter(key -> key.startsWith(FORMAT_PREFIX))
            .map(key -> key.substring(FORMAT_PREFIX.length()))
            .filter(number -> number.matches("\\d{1,9}"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElse(0);
  }

  /**
   * Returns the registry in a directory, which is created if it is not there.
   *
   * @param directory on a local file system
   * @return the registry; close it to end its polling
   * @throws MlopsException as {@link ObjectStores#directory}
   */
  public static ModelRegistry open(Path directory) {
    return open(directory, RegistryOptions.withDefaults());
  }

  /**
   * Returns the registry in a directory, which is created if it is not there.
   *
   * @param directory on a local file system
   * @param options how it behaves
   * @return the registry; close it to end its polling
   * @throws MlopsException as {@link ObjectStores#directory}
   */
  public static ModelRegistry open(Path directory, RegistryOptions options) {
    return on(DirectoryObjectStore.open(directory, new Disk(), options.time()), options);
  }

  /**
   * Returns a registry that lives in this process's memory.
   *
   * @return a new empty registry
   */
  public static ModelRegistry inMemory() {
    return on(ObjectStore.inMemory(), RegistryOptions.withDefaults());
  }

  /**
   * Returns the registry in a store, which other things may live in, too.
   *
   * @param store where
   * @param options how it behaves
   * @return the registry; close it to end its polling
   */
  public static ModelRegistry on(ObjectStore store, RegistryOptions options) {
    return new ModelRegistry(
        Objects.requireNonNull(store, "store"), Objects.requireNonNull(options, "options"));
  }

  /**
   * Returns a registry over the same store that writes into the log under another name: for a
   * request that comes from a person. What it writes, this one sees at its next poll or read.
   *
   * @param actor who is written as the author; one line
   * @return a registry of its own; the caller closes it
   * @throws IllegalArgumentException if the name is blank or too long
   */
  public ModelRegistry as(String actor) {
    return new ModelRegistry(store, options.withActor(actor));
  }

  /**
   * Returns the handle of a model, which need not exist yet. Reads the model's log: some tens of
   * milliseconds per thousand records.
   *
   * @param name 1 to 128 of {@code A-Z a-z 0-9 . _ -}, no leading dot
   * @param loaders how versions are loaded, one per format; none if nothing will be loaded
   * @param <I> one input row
   * @param <O> one answer
   * @return the handle
   * @throws IllegalArgumentException if the name cannot be one, or two loaders read one format
   */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public final <I, O> RegisteredModel<I, O> model(String name, ModelLoader<I, O>... loaders) {
    ModelLog log = log(ModelVersion.requireName(name));
    FleetWatch fleet = fleets.computeIfAbsent(name, n -> new FleetWatch(n, store, options.time()));
    return new StoredModel<>(
        this, log, fleet, new Blobs(store), new Loaders<>(name, List.of(loaders)));
  }

  /**
   * Returns the names of all models that have ever been registered.
   *
   * @return in ascending order
   */
  public List<String> models() {
    return store.list("names").stream().map(key -> key.substring("names/".length())).toList();
  }

  /**
   * Reads every object of every model again and returns what is wrong: a broken chain, a missing or
   * changed file. Cost: reads all bytes of the store.
   *
   * @return the problems, empty if there is none
   */
  public List<Problem> verify() {
    List<Problem> problems = new ArrayList<>();
    for (String name : models()) {
      problems.addAll(ModelLog.verify(name, store, options));
      problems.addAll(new Verification(name, log(name), new Blobs(store)).run());
    }
    return List.copyOf(problems);
  }

  /**
   * Ends following other processes and withdraws what was announced. Sources keep what they last
   * saw; nothing can be written.
   */
  @Override
  public void close() {
    synchronized (pollLock) {
      closed = true;
      if (nextPoll != null) {
        nextPoll.close();
        nextPoll = null;
      }
    }
    announcements.forEach(StoredAnnouncement::close);
  }

  /** Not held back by a newer store format: an instance that is silent could not be counted. */
  Announcement announce(
      String instance, Supplier<ServingState> state, List<Reader> readers, FleetWatch fleet) {
    StoredAnnouncement announcement =
        new StoredAnnouncement(
            instance, state, readers, fleet, store, options.time(), announcements::remove);
    announcements.add(announcement);
    try {
      requireOpen();
      announcement.start();
      return announcement;
    } catch (RuntimeException e) {
      announcement.close();
      throw e;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The registry is closed.");
    }
  }

  RegistryOptions options() {
    return options;
  }

  boolean isClosed() {
    return closed;
  }

  AliasBook aliases(String name) {
    return new AliasBook(name, store, options);
  }

  private ModelLog log(String name) {
    ModelLog log = logs.computeIfAbsent(name, n -> new ModelLog(n, store, options));
    log.refresh();
    synchronized (pollLock) {
      if (nextPoll == null && !closed) {
        schedulePoll();
      }
    }
    return log;
  }

  private void schedulePoll() {
    nextPoll = options.time().schedule(options.pollInterval(), this::poll);
  }

  private void poll() {
    try {
      logs.values().forEach(ModelLog::poll);
    } finally {
      synchronized (pollLock) {
        if (!closed) {
          schedulePoll();
        }
      }
    }
  }

  /** Throws unless this registry may write, and leaves the marks that others look for. */
  void beforeWrite(String name) {
    requireOpen();
    if (storeFormat > LogRecord.FORMAT) {
      throw newer("Store " + store, storeFormat, LogRecord.FORMAT);
    }
    if (named.contains(name)) {
      return;
    }
    store.putIfAbsent(FORMAT_PREFIX + LogRecord.FORMAT, new byte[0]);
    store.putIfAbsent("names/" + name, new byte[0]);
    named.add(name);
  }

  static MlopsException newer(String what, int format, int known) {
    return new MlopsException(
        what
            + " was written in format "
            + format
            + "; this library writes "
            + known
            + " and only reads here what it understands. Update the library to write.");
  }
}
