package io.mlops4j.serving;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One predictor per listed version. Each is opened and closed on a thread of its own, so that one
 * that hangs holds up no other; a version that is not listed any more when it is ready is closed
 * again. A version that failed is tried again with the next change of the list.
 */
final class SideBySideVersions<I, O> implements PredictorSet<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(SideBySideVersions.class);

  private final ModelReleases<I, O> releases;
  private final UnaryOperator<PredictorBuilder<I, O>> how;
  private final ConcurrentSkipListMap<Integer, Predictor<I, O>> serving =
      new ConcurrentSkipListMap<>(Comparator.reverseOrder());

  /** Guarded by this: what is listed, and of what is not served why. */
  private final NavigableMap<Integer, ModelRelease<I, O>> listed = new TreeMap<>();

  private final Map<Integer, String> missing = new TreeMap<>();
  private final Map<Integer, CompletableFuture<Void>> opening = new TreeMap<>();
  private final Aside aside;
  private @Nullable Subscription subscription;
  private volatile boolean closed;

  private SideBySideVersions(
      ModelReleases<I, O> releases, UnaryOperator<PredictorBuilder<I, O>> how) {
    this.releases = Objects.requireNonNull(releases, "releases");
    this.how = Objects.requireNonNull(how, "how");
    this.aside = new Aside(releases.name(), IdleClass::enter);
  }

  static <I, O> PredictorSet<I, O> open(
      ModelReleases<I, O> releases, UnaryOperator<PredictorBuilder<I, O>> how) {
    SideBySideVersions<I, O> set = new SideBySideVersions<>(releases, how);
    List<CompletableFuture<Void>> first;
    try {
      Subscription following = releases.subscribe(set::follow);
      synchronized (set) {
        set.subscription = following;
        set.follow();
        first = List.copyOf(set.opening.values());
      }
    } catch (Throwable e) {
      set.close();
      throw e;
    }
    first.forEach(CompletableFuture::join);
    return set;
  }

  /** Opens what is new and lets go of what is not listed any more. */
  private synchronized void follow() {
    if (closed) {
      return;
    }
    // Read before anything is forgotten: a list that cannot be had changes nothing.
    NavigableMap<Integer, ModelRelease<I, O>> now = new TreeMap<>();
    releases.current().forEach(release -> now.put(release.version().number(), release));
    listed.clear();
    listed.putAll(now);
    missing.keySet().retainAll(listed.keySet());
    for (ModelRelease<I, O> release : listed.values()) {
      int number = release.version().number();
      if (!serving.containsKey(number) && !opening.containsKey(number)) {
        missing.put(number, "It is being opened.");
        CompletableFuture<Void> opened = new CompletableFuture<>();
        opening.put(number, opened);
        start("open-" + number, () -> openOne(release, opened));
      }
    }
    for (int number : List.copyOf(serving.keySet())) {
      if (!listed.containsKey(number)) {
        letGo(number, serving.remove(number));
      }
    }
  }

  private void start(String role, Runnable task) {
    Threads.inBackground(releases.name(), role).newThread(task).start();
  }

  private void letGo(int number, @Nullable Predictor<I, O> predictor) {
    if (predictor != null) {
      start("close-" + number, predictor::close);
    }
  }

  private void openOne(ModelRelease<I, O> release, CompletableFuture<Void> opened) {
    int number = release.version().number();
    Predictor<I, O> predictor = null;
    String problem = null;
    try {
      PredictorBuilder<I, O> builder = how.apply(Predictor.from(ModelSource.of(release)));
      builder.beside = !serving.isEmpty();
      builder.aside = aside;
      predictor = builder.build();
      problem = predictor.version().isPresent() ? null : predictor.status().problem().orElse("");
    } catch (Throwable e) {
      problem = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.warn("Predictors '{}': {} is not served", releases.name(), release.version(), e);
    }
    synchronized (this) {
      opening.remove(number);
      if (predictor != null && !closed && listed.containsKey(number)) {
        serving.put(number, predictor);
        missing.remove(number);
        predictor = null;
      }
      if (problem != null && listed.containsKey(number)) {
        missing.put(number, problem);
      }
    }
    if (predictor != null) {
      predictor.close();
    }
    opened.complete(null);
  }

  @Override
  public O predict(int version, I input) {
    Predictor<I, O> predictor = serving.get(version);
    if (predictor != null) {
      try {
        return predictor.predict(input);
      } catch (PredictorClosedException e) {
        // It was let go between the two lines, or the set was closed.
        LOG.debug("Predictors '{}': version {} has been let go", releases.name(), version, e);
      }
    }
    throw notServed("version " + version);
  }

  @Override
  public O predict(I input) {
    while (true) {
      Map.Entry<Integer, Predictor<I, O>> newest = serving.firstEntry();
      if (newest == null) {
        throw notServed("a version");
      }
      try {
        return newest.getValue().predict(input);
      } catch (PredictorClosedException e) {
        if (closed || serving.get(newest.getKey()) == newest.getValue()) {
          throw e;
        }
      }
    }
  }

  private RuntimeException notServed(String what) {
    if (closed) {
      return new PredictorErrors(releases.name()).closed();
    }
    Map<ModelVersion, String> problems = problems();
    return new PredictionRejectedException(
        PredictionRejectedException.Reason.NOT_READY,
        "Predictors '"
            + releases.name()
            + "' do not serve "
            + what
            + ". Served: "
            + (serving.isEmpty() ? "none" : serving.keySet())
            + (problems.isEmpty() ? "" : "; not served: " + problems)
            + ".");
  }

  @Override
  public Optional<Predictor<I, O>> version(int version) {
    return Optional.ofNullable(serving.get(version));
  }

  @Override
  public List<ModelVersion> versions() {
    List<ModelVersion> versions = new ArrayList<>();
    for (Predictor<I, O> predictor : serving.values()) {
      predictor.version().ifPresent(versions::add);
    }
    return versions;
  }

  @Override
  public synchronized Map<ModelVersion, String> problems() {
    Map<ModelVersion, String> problems = new LinkedHashMap<>();
    missing.forEach(
        (number, problem) -> {
          ModelRelease<I, O> release = listed.get(number);
          if (release != null) {
            problems.put(release.version(), problem);
          }
        });
    return problems;
  }

  @Override
  public void close() {
    List<Predictor<I, O>> last;
    synchronized (this) {
      closed = true;
      if (subscription != null) {
        subscription.close();
      }
      last = List.copyOf(serving.values());
      serving.clear();
    }
    last.forEach(Predictor::close);
    aside.shutdown();
  }
}
