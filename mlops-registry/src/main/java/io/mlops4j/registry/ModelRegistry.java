package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.registry.FleetInstance.Reader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models, their versions and which of them serves.
 *
 * <p>Everything is an immutable object in a store, and the state of a model is the fold of its
 * append-only log; so any number of threads, registries and processes may work on one store at
 * once, and a crash at any instruction leaves the state before or after. Thread-safe.
 */
public final class ModelRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final String FORMAT_PREFIX = "format/registry-";

  private final ObjectStore store;
  private final RegistryOptions options;
  private final String prefix;
  private final ConcurrentHashMap<String, ModelLog> logs = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, FleetWatch> fleets = new ConcurrentHashMap<>();
  private final Set<StoredAnnouncement> announcements = ConcurrentHashMap.newKeySet();
  private final Set<String> named = ConcurrentHashMap.newKeySet();
  private final PolicyBook policyBook;
  private final int storeFormat;
  private final int perCheckpoint;
  private final Object pollLock = new Object();
  private @Nullable Subscription nextPoll;
  private volatile boolean closed;

  private ModelRegistry(
      ObjectStore store, RegistryOptions options, String prefix, int perCheckpoint) {
    this.perCheckpoint = perCheckpoint;
    this.store = store;
    this.options = options;
    this.prefix = prefix;
    this.policyBook = new PolicyBook(store, options);
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
    return on(store, options, LogCheckpoints.RECORDS);
  }

  /** With checkpoints of another size. */
  static ModelRegistry on(ObjectStore store, RegistryOptions options, int perCheckpoint) {
    return new ModelRegistry(
        Objects.requireNonNull(store, "store"),
        Objects.requireNonNull(options, "options"),
        "",
        perCheckpoint);
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
    Objects.requireNonNull(actor, "actor");
    return new ModelRegistry(store, options.withActor(actor), prefix, perCheckpoint);
  }

  /**
   * Returns a registry over the same store that sees the models of one team only. A namespace is
   * the part of a model's full name before its first dot: in namespace {@code risk}, the model
   * {@code delay} is {@code risk.delay} to everybody else. {@link AccessPolicy.Rules} can speak of
   * all its models.
   *
   * @param name 1 to 64 of {@code A-Z a-z 0-9 _ -}
   * @return a registry of its own, whose {@link #models} are named without the namespace; the
   *     caller closes it
   * @throws IllegalArgumentException if the name cannot be one, or this registry is a namespace
   */
  public ModelRegistry namespace(String name) {
    Objects.requireNonNull(name, "name");
    if (!NAMESPACE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "namespace: \"" + Text.printable(name, 64) + "\" (expected: 1 to 64 of A-Z a-z 0-9 _ -)");
    }
    if (!prefix.isEmpty()) {
      throw new IllegalArgumentException(
          "namespace: " + name + " inside " + prefix + " (expected: none inside another)");
    }
    return new ModelRegistry(store, options, name + ".", perCheckpoint);
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
    Objects.requireNonNull(loaders, "loaders");
    ModelVersion.requireName(name);
    String full = ModelVersion.requireName(prefix + name);
    ModelLog log = log(full);
    FleetWatch fleet = fleets.computeIfAbsent(full, n -> new FleetWatch(n, store, options.time()));
    return new StoredModel<>(
        this, log, fleet, new Blobs(store), new Loaders<>(full, Elements.list("loaders", loaders)));
  }

  /**
   * Returns the names of all models that have ever been registered, of this namespace if it is one.
   *
   * @return in ascending order, as {@link #model} takes them
   */
  public List<String> models() {
    return fullNames().stream().map(name -> name.substring(prefix.length())).toList();
  }

  private List<String> fullNames() {
    return store.list("names").stream()
        .map(key -> key.substring("names/".length()))
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  /**
   * Reads every object of the store again and returns what is wrong: a broken chain, a missing or
   * changed file, a damaged checkpoint, files that are not the store's. Cost: reads all bytes of
   * the store.
   *
   * @return the problems, empty if there is none
   */
  public List<Problem> verify() {
    return verify(Map.of());
  }

  /**
   * Returns what is wrong, also with what no chain can show by itself: that its end was cut off or
   * written anew. Cost: reads all bytes of the store.
   *
   * @param heads what {@link RegisteredModel#head} said some time ago, by the models' names, kept
   *     elsewhere
   * @return the problems, empty if there is none
   */
  public List<Problem> verify(Map<String, String> heads) {
    return verify(heads, Progress.silent());
  }

  /**
   * Returns the same, and says how far it has come.
   *
   * @param heads as above
   * @param progress is told of {@code models}, and then of {@code objects}
   * @return the problems, empty if there is none
   */
  public List<Problem> verify(Map<String, String> heads, Progress progress) {
    Elements.requireNoNulls("heads", heads);
    List<Problem> problems = new ArrayList<>();
    Set<String> checked = new HashSet<>();
    List<String> names = fullNames();
    int done = 0;
    for (String name : names) {
      String head = heads.get(name.substring(prefix.length()));
      problems.addAll(ModelLog.verify(name, store, options, head));
      Verification verification = new Verification(name, log(name), new Blobs(store));
      problems.addAll(verification.run());
      problems.addAll(aliases(name).verify(log(name)));
      checked.addAll(verification.checked());
      progress.report("models", ++done, names.size());
    }
    heads.keySet().stream()
        .filter(name -> !models().contains(name))
        .forEach(
            name -> problems.add(new Problem("log of " + name, "The whole model is missing.")));
    problems.addAll(policyBook.verify());
    problems.addAll(new StoreVerification(store, progress).run(checked));
    return List.copyOf(problems);
  }

  /**
   * Stores a policy under its name, so that decisions can refer to it by a number. Promotions do so
   * by themselves.
   *
   * @param policy what to store
   * @return its version; the one there is if the same content was stored before
   */
  public PolicyVersion publish(GatePolicy policy) {
    requireOpen();
    return policyBook.publish(policy);
  }

  /**
   * Returns the stored versions of a policy.
   *
   * @param name the policy's name
   * @return in the order of their numbers; possibly empty
   */
  public List<PolicyVersion> policies(String name) {
    return policyBook.versions(name);
  }

  PolicyBook policyBook() {
    return policyBook;
  }

  /**
   * Returns what {@link #collectGarbage} would do now, and does nothing.
   *
   * @param grace how long nobody must have referred to a blob; at least an hour
   * @return what it would free, and what it would set aside
   * @throws MlopsException as there
   */
  public Garbage garbage(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    return collect(grace, true);
  }

  /**
   * Frees the blobs that nothing refers to: files of registrations that were broken off, or whose
   * answer got lost. Safe beside writers in other processes: a blob older than the grace period is
   * set aside first, and removed by a collection that runs a grace period later, if there is still
   * no reference to it. So call it regularly, such as once a day.
   *
   * <p>A reference is a blob's digest in lower-case hexadecimal, in any object of the store or in a
   * text that is referred to itself. Log records, and all they refer to, are kept for ever. Cost:
   * reads every object, but blobs only if they are text.
   *
   * @param grace how long nobody must have referred to a blob; at least an hour, usually a day
   * @return what was freed and set aside
   * @throws IllegalArgumentException if the grace period is shorter than an hour
   * @throws MlopsException if an object cannot be read, for then what is referred to is not known:
   *     nothing was freed
   * @throws UnsupportedOperationException if the store is neither a directory nor a database
   * @throws AccessDeniedException if the actor may not {@link Operation#COLLECT}
   */
  public Garbage collectGarbage(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    requireOpen();
    require(Operation.COLLECT, "*");
    if (storeFormat > LogRecord.FORMAT) {
      throw newer("Store " + store, storeFormat, LogRecord.FORMAT);
    }
    return collect(grace, false);
  }

  private Garbage collect(Duration grace, boolean dryRun) {
    if (store instanceof BlobStore durable) {
      return GarbageCollection.run(durable, options.time().now(), grace, dryRun);
    }
    throw new UnsupportedOperationException("Store " + store + " keeps everything.");
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
    ModelLog log = logs.computeIfAbsent(name, n -> new ModelLog(n, store, options, perCheckpoint));
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

  /** Throws unless the actor may do it. Called before anything is written. */
  void require(Operation operation, String name) {
    AccessPolicy policy = options.accessPolicy();
    if (!policy.allows(options.actor(), operation, name)) {
      String actor = Text.printable(options.actor(), 64);
      LOG.warn("Model {}: {} was refused {}.", name, actor, operation);
      throw new AccessDeniedException(
          actor
              + " may not "
              + operation
              + " "
              + name
              + ". Nothing was changed. "
              + policy.explain(options.actor()));
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
