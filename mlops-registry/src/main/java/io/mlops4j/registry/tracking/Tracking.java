package io.mlops4j.registry.tracking;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.Problem;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Experiments and their runs in a store, which a model registry may share.
 *
 * <p>Everything is an immutable object, written once: a run is a chain of chunks, and what is known
 * of it is their fold. Any number of threads and processes may work on one store at once; a crash
 * at any instruction leaves each run as it was before or after a chunk. Holds no lock and no
 * thread, needs no closing. Thread-safe.
 */
public final class Tracking {
  private static final String EXPERIMENTS = "tracking/experiments";

  private final TrackingStore store;
  private final SignsOfLife signs;
  private final ConcurrentHashMap<String, TrackedExperiment> experiments =
      new ConcurrentHashMap<>();

  private Tracking(ObjectStore objects, TrackingOptions options) {
    this.store = new TrackingStore(objects, options);
    this.signs = new SignsOfLife(objects, options);
  }

  /**
   * Returns the runs in a directory, which is created if it is not there: the one of a model
   * registry, as a rule.
   *
   * @param directory on a local file system
   * @return the tracking
   * @throws MlopsException as {@link ObjectStores#directory}
   */
  public static Tracking open(Path directory) {
    return on(ObjectStores.directory(directory), TrackingOptions.withDefaults());
  }

  /**
   * Returns runs that live in this process's memory.
   *
   * @return a new tracking without experiments
   */
  public static Tracking inMemory() {
    return on(ObjectStore.inMemory(), TrackingOptions.withDefaults());
  }

  /**
   * Returns the runs in a store, which other things may live in, too.
   *
   * @param store where
   * @param options how runs are written and watched
   * @return the tracking
   */
  public static Tracking on(ObjectStore store, TrackingOptions options) {
    return new Tracking(
        Objects.requireNonNull(store, "store"), Objects.requireNonNull(options, "options"));
  }

  /**
   * Returns the handle of an experiment, which need not exist yet.
   *
   * @param name 1 to 128 of {@code A-Z a-z 0-9 . _ -}, no leading dot
   * @return the handle
   * @throws IllegalArgumentException if the name cannot be one
   */
  public TrackedExperiment experiment(String name) {
    return experiments.computeIfAbsent(
        ModelVersion.requireName(name),
        n -> new TrackedExperiment(n, store, new RunIndex(store.objects(), n, signs)));
  }

  /**
   * Returns the names of all experiments in which a run was started.
   *
   * @return in ascending order
   */
  public List<String> experiments() {
    return store.objects().list(EXPERIMENTS).stream()
        .map(key -> key.substring(EXPERIMENTS.length() + 1))
        .toList();
  }

  /**
   * Returns the runs of all experiments that a query selects.
   *
   * @param query see {@link Query#parse}
   * @return as {@link TrackedExperiment#query(Query)}
   */
  public List<RunRecord> query(Query query) {
    Selection<RunRecord> selection = new Selection<>(query, RunRow::new);
    for (String name : experiments()) {
      experiment(name).scan(selection, Progress.silent());
    }
    return selection.result();
  }

  /**
   * Returns the runs of all experiments that a query selects.
   *
   * @param query see {@link Query#parse}
   * @return as {@link TrackedExperiment#query(Query)}
   * @throws QueryException if the text is not a query; points at the column
   */
  public List<RunRecord> query(String query) {
    return query(Query.parse(Objects.requireNonNull(query, "query")));
  }

  /**
   * Returns the run that a version came out of.
   *
   * @param version of any registry
   * @return the run its lineage names, or empty if it names none, or one that is not in this store
   */
  public Optional<RunRecord> runOf(RegisteredVersion<?, ?> version) {
    String name = version.lineage().tags().getOrDefault(Run.LINEAGE_TAG, "");
    int slash = name.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    try {
      return experiment(name.substring(0, slash)).find(name.substring(slash + 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // written by somebody else
    }
  }

  /**
   * Returns the digests of all blobs that runs refer to: who collects unreferenced blobs of the
   * store must keep these. Cost: reads every chunk of every run.
   *
   * @return SHA-256 digests of artifacts and environments
   */
  public Set<String> blobs() {
    Set<String> digests = new TreeSet<>();
    for (String name : experiments()) {
      experiment(name).eachChunk((run, chunk) -> digests.addAll(blobs(chunk)), problem -> {});
    }
    return digests;
  }

  private static Set<String> blobs(StoredChunk chunk) {
    Set<String> digests = new TreeSet<>();
    chunk.chunk().artifacts.values().forEach(artifact -> digests.add(artifact.digest()));
    if (chunk.summary() != null) {
      digests.add(chunk.summary().environment());
    }
    return digests;
  }

  /**
   * Reads every chunk and artifact of every run again and returns what is wrong: a broken chain, a
   * summary that is not the fold of the chunks before it, a missing or changed file, a run that the
   * index does not know. Cost: reads all of it.
   *
   * @param progress is told how far it is
   * @return the problems, empty if there is none
   */
  public List<Problem> verify(Progress progress) {
    Objects.requireNonNull(progress, "progress");
    List<Problem> problems = new ArrayList<>();
    for (String name : experiments()) {
      problems.addAll(experiment(name).verify(progress));
    }
    return List.copyOf(problems);
  }
}
