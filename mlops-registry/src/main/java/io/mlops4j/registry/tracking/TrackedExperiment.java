package io.mlops4j.registry.tracking;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Progress;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.IntegrityException;
import io.mlops4j.registry.Problem;
import io.mlops4j.report.Report;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs that belong together: to be compared with each other. Thread-safe. */
public final class TrackedExperiment {
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String name;
  private final TrackingStore store;
  private final RunIndex index;
  private final SecureRandom random = new SecureRandom();
  private volatile boolean marked;

  TrackedExperiment(String name, TrackingStore store, RunIndex index) {
    this.name = name;
    this.store = store;
    this.index = index;
  }

  /**
   * Returns what it is called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Starts a run.
   *
   * @param runName what people call it; need not be unique
   * @return the run; close it
   */
  public Run start(String runName) {
    Objects.requireNonNull(runName, "runName");
    return start(RunSettings.named(runName));
  }

  /**
   * Starts a run. When this returns the run is stored and can be found.
   *
   * @param settings name, owner, parent, seed, tags
   * @return the run; close it
   * @throws MlopsException if the store cannot be written, or the parent does not exist
   */
  public Run start(RunSettings settings) {
    store.beforeWrite();
    settings.parent().ifPresent(this::get);
    if (!marked) {
      store.objects().putIfAbsent("tracking/experiments/" + name, new byte[0]);
      marked = true;
    }
    Instant now = store.options().time().now();
    RunState state =
        new RunState(
            newId(now),
            name,
            settings,
            settings.owner().orElse(store.options().owner()),
            settings.seed().isPresent() ? settings.seed().getAsLong() : random.nextLong(),
            now,
            store.environment());
    RunWriter writer = new RunWriter(store, RunChunks.begin(store.objects(), state), index);
    writer.begin();
    return new Run(writer);
  }

  private String newId(Instant now) {
    byte[] bytes = new byte[6];
    random.nextBytes(bytes);
    return ID_TIME.format(now) + "-" + HexFormat.of().formatHex(bytes);
  }

  /**
   * Runs something as a run: FINISHED if it returns, FAILED with the exception as the reason if it
   * throws.
   *
   * @param settings name, owner, parent, seed, tags
   * @param body what to do
   * @param <R> what it makes
   * @return what the body returned
   */
  public <R> R run(RunSettings settings, Function<Run, R> body) {
    try (Run run = start(settings)) {
      try {
        return body.apply(run);
      } catch (RuntimeException | Error e) {
        try {
          run.fail(e);
        } catch (RuntimeException second) {
          e.addSuppressed(second); // the body's own problem matters more
        }
        throw e;
      }
    }
  }

  /**
   * Continues a run, also from another process and after it ended: its status is RUNNING again.
   *
   * @param id which
   * @return the run; close it
   * @throws MlopsException if there is no such run here
   */
  public Run resume(String id) {
    store.beforeWrite();
    RunChunks chunks = new RunChunks(store.objects(), name, id);
    if (!chunks.open()) {
      throw unknown(id);
    }
    RunWriter writer = new RunWriter(store, chunks, index);
    writer.begin();
    return new Run(writer);
  }

  /**
   * Returns a run as it is now.
   *
   * @param id which
   * @return the record, or empty if there is no such run here
   * @throws IntegrityException if it is damaged; names the chunk
   */
  public Optional<RunRecord> find(String id) {
    return index.find(Names.runId(id));
  }

  private RunRecord get(String id) {
    return find(id).orElseThrow(() -> unknown(id));
  }

  private MlopsException unknown(String id) {
    return new MlopsException(
        "Experiment " + name + " has no run " + id + ". Its runs: query(\"LIMIT 10\").");
  }

  /**
   * Returns the runs that a query selects, in its order; without one the latest first. Without a
   * limit {@link Query#DEFAULT_LIMIT} at most.
   *
   * <p>Memory: about 300 bytes a run of the experiment, and the records that are returned. Cost:
   * some 10 microseconds a run.
   *
   * @param query which
   * @return the records as they are now
   */
  public List<RunRecord> query(Query query) {
    Selection<RunRecord> selection = new Selection<>(query, RunRow::new);
    scan(selection, Progress.silent());
    return selection.result();
  }

  /**
   * Returns the runs that a query selects.
   *
   * @param query such as {@code metric.auc > 0.7 AND param.depth <= 6 ORDER BY metric.auc DESC};
   *     see {@link Query#parse}
   * @return as {@link #query(Query)}
   * @throws QueryException if the text is not a query; points at the column
   */
  public List<RunRecord> query(String query) {
    return query(Query.parse(Objects.requireNonNull(query, "query")));
  }

  void scan(Selection<RunRecord> selection, Progress progress) {
    index.scan(selection::accept, progress);
  }

  /**
   * Returns all points of a metric. Cost: reads every chunk of the run; about 40 bytes a point.
   *
   * @param id which run
   * @param metric its name
   * @return the points, none if the metric was never logged
   * @throws MlopsException if there is no such run here
   */
  public MetricSeries series(String id, String metric) {
    Objects.requireNonNull(metric, "metric");
    Points points = new Points();
    RunChunks chunks = new RunChunks(store.objects(), name, id);
    chunks.replay(
        stored -> {
          Points more = stored.chunk().points.get(metric);
          for (int i = 0; more != null && i < more.size(); i++) {
            points.add(more.step(i), more.value(i), more.at(i));
          }
        });
    if (chunks.last() == 0) {
      throw unknown(id);
    }
    return points.toSeries(metric);
  }

  /**
   * Returns a file of a run.
   *
   * @param id which run
   * @param path under which it was stored
   * @return its bytes, verified
   * @throws MlopsException if there is no such run or file; names those there are
   * @throws IntegrityException if it is not what was stored
   */
  public byte[] artifact(String id, String path) {
    Objects.requireNonNull(path, "path");
    RunRecord run = get(id);
    RunArtifact artifact = run.artifacts().get(path);
    if (artifact == null) {
      throw new MlopsException(
          "Run "
              + run
              + " has no artifact "
              + Names.name("artifact", path)
              + ". It has: "
              + run.artifacts().keySet().stream().limit(20).toList());
    }
    return store.blob(artifact.digest(), "artifact " + path + " of run " + run);
  }

  /**
   * Returns where a run ran.
   *
   * @param id which run
   * @return JVM, operating system and class path
   * @throws MlopsException if there is no such run here
   */
  public Environment environment(String id) {
    RunRecord run = get(id);
    return store.environment(run.environment(), "environment of run " + run);
  }

  /**
   * Returns runs beside each other: a table, parallel coordinates of what differs, learning curves,
   * and each metric against each parameter. {@link Report#toText} and {@link Report#toHtml} make a
   * text and one self-contained page of it. Cost: reads the series of up to 60 runs.
   *
   * @param runs of this experiment, such as the result of a query
   * @param best the metric that matters most and which way is better, such as {@code
   *     Field.metric("auc").descending()}
   * @return the report
   * @throws IllegalArgumentException if it is no metric
   */
  public Report compare(List<RunRecord> runs, Query.Order best) {
    List<RunRecord> each = Elements.list("runs", runs);
    if (best.field().kind() != Field.Kind.METRIC) {
      throw new IllegalArgumentException("best: " + best + " (expected: a metric)");
    }
    return new Comparison(this, each, best).report();
  }

  /** Every chunk of every run, whether indexed or not. */
  void eachChunk(BiConsumer<String, StoredChunk> consumer, Consumer<Problem> problems) {
    for (String id : stored()) {
      try {
        new RunChunks(store.objects(), name, id).replay(chunk -> consumer.accept(id, chunk));
      } catch (MlopsException e) {
        problems.accept(new Problem("run " + name + "/" + id, String.valueOf(e.getMessage())));
      }
    }
  }

  private List<String> stored() {
    return store.objects().list("tracking/runs/" + name).stream()
        .map(key -> key.split("/", -1))
        .filter(parts -> parts.length == 6)
        .map(parts -> parts[4])
        .distinct()
        .toList();
  }

  List<Problem> verify(Progress progress) {
    return new RunVerification(name, store, index).run(stored(), progress);
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }
}
