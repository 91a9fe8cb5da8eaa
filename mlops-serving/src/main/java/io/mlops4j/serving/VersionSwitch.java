package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a source and holds the version that is served.
 *
 * <p>One thread, the loader, creates and closes every model: native allocators keep memory per
 * thread, so that rotating threads would grow the process. While a version serves, it leaves long
 * native calls to one other ({@link Aside}). Protocol of a change: try in a child JVM where that
 * was asked for, load (the release verifies digests), check, golden rows, warm up and measure,
 * publish by one volatile write, retire the old version's lease; the last caller out of it, or the
 * retirement itself, enqueues the close. A step that fails leaves the old version serving, marked
 * outdated. A version that is no longer selected when it is ready is closed unpublished: the newest
 * wins. Notifications collapse into one pending look at the source.
 *
 * <p>A loader that is overdue is left behind ({@link LoaderThread}) when there is something else to
 * do, so two threads may be ready with a version at once. What makes that safe: a version is in
 * {@code loading} from before its load until it is published or dropped, so nobody loads it twice;
 * publishing is one at a time, after one more look whether the version is still selected; and who
 * drops one enqueues another look.
 */
final class VersionSwitch<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(VersionSwitch.class);

  private final String name;
  private final ModelSource<I, O> source;
  private final VersionPreparation<I, O> preparation;
  private final Counters counters;
  private final SwapSteps steps;
  private final @Nullable Trials<I, O> trials;
  private final Consumer<ServedVersion<I, O>> onPublish;
  private final Consumer<ServedVersion<I, O>> onPublished;
  private final boolean keepsPrevious;
  private final LoaderThread loader;
  private final @Nullable Aside aside;
  private final boolean beside;
  private final Runnable onEnd;
  private final Set<ModelVersion> loading = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<@Nullable RuntimeException> first = new CompletableFuture<>();
  private final AtomicBoolean pending = new AtomicBoolean();
  private final CountDownLatch allClosed = new CountDownLatch(1);
  private volatile @Nullable ServedVersion<I, O> current;
  private volatile @Nullable ServedVersion<I, O> previous;
  private volatile @Nullable String problem;
  private volatile boolean closed;
  private @Nullable Subscription subscription;

  VersionSwitch(
      String name,
      ModelSource<I, O> source,
      VersionPreparation<I, O> preparation,
      Counters counters,
      SwapSteps steps,
      @Nullable Trials<I, O> trials,
      @Nullable Aside aside,
      boolean beside,
      Runnable onEnd,
      boolean keepsPrevious,
      Consumer<ServedVersion<I, O>> onPublish,
      Consumer<ServedVersion<I, O>> onPublished) {
    this.name = name;
    this.source = source;
    this.preparation = preparation;
    this.counters = counters;
    this.steps = steps;
    this.trials = trials;
    this.aside = aside;
    this.beside = beside;
    this.onEnd = onEnd;
    this.keepsPrevious = keepsPrevious;
    this.onPublish = onPublish;
    this.onPublished = onPublished;
    this.loader = new LoaderThread(name);
  }

  /**
   * Subscribes and waits for the first look at the source, or for whatever is published before it
   * ends; returns what it failed with.
   */
  @Nullable RuntimeException start() {
    subscription = source.subscribe(this::changed);
    loader.execute(() -> first.complete(refresh()));
    return first.join();
  }

  /** Returns the version to ask, entered; the caller leaves its lease. Null if there is none. */
  @Nullable ServedVersion<I, O> enter() {
    while (true) {
      ServedVersion<I, O> version = current;
      if (version == null || version.lease.enter()) {
        return version;
      }
      // Retired between the two reads, so current has changed.
      Thread.onSpinWait();
    }
  }

  /** Returns the version served before, entered, if it is kept; else null. */
  @Nullable ServedVersion<I, O> enterPrevious() {
    ServedVersion<I, O> version = previous;
    return version != null && version.lease.enter() ? version : null;
  }

  @Nullable ServedVersion<I, O> current() {
    return current;
  }

  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Returns when the loader has done what it had to do before this call, and what that led to. */
  void awaitLoader() {
    do {
      // A change enqueues a close behind this call's first look, but not behind its second.
      CompletableFuture.runAsync(() -> {}, loader).join();
      CompletableFuture.runAsync(() -> {}, loader).join();
    } while (pending.get());
  }

  private void changed() {
    if (!closed && pending.compareAndSet(false, true)) {
      try {
        loader.execute(this::refresh);
      } catch (RejectedExecutionException e) {
        // Closed meanwhile: nothing is followed any more.
      }
    }
  }

  private @Nullable RuntimeException refresh() {
    pending.set(false);
    if (closed) {
      return null;
    }
    try {
      follow(source.current());
      return null;
    } catch (Throwable e) {
      // Errors, too: no room for direct buffers is a failed load, and the old version serves on.
      counters.failedLoads.incrementAndGet();
      outdated(e.getMessage() == null ? e.toString() : e.getMessage());
      LOG.warn("Predictor '{}' keeps {}: {}", name, serving(), problem, e);
      return e instanceof RuntimeException failure
          ? failure
          : new ModelLoadException("Predictor '" + name + "' could not load: " + e, e);
    }
  }

  private void follow(ModelSource.@Nullable Selection<I, O> selection) {
    if (selection == null) {
      throw new ModelLoadException(
          "Source '"
              + source.name()
              + "' selects null (expected: a release, or why there is none).");
    }
    if (selection instanceof ModelSource.Empty<I, O> empty) {
      outdated(empty.reason());
      LOG.info("Predictor '{}' keeps {}: {}", name, serving(), empty.reason());
      return;
    }
    ModelRelease<I, O> release = ((ModelSource.Selected<I, O>) selection).release();
    ModelVersion version = release.version();
    if (version == null) {
      throw new ModelLoadException(
          "Source '" + source.name() + "' selects a release whose version is null.");
    }
    synchronized (this) {
      ServedVersion<I, O> serving = current;
      if (serving != null && serving.version.equals(version)) {
        serving.outdated = false;
        problem = null;
        return;
      }
      if (!loading.add(version)) {
        // A thread that was left behind is still at it, and publishes it when it is done.
        return;
      }
    }
    // The first version is waited for; later ones must not be noticed by requests.
    if (aside != null && isBeside()) {
      aside.during(() -> bring(release));
    } else {
      bring(release);
    }
  }

  private void bring(ModelRelease<I, O> release) {
    ServedVersion<I, O> ready;
    try {
      ready = load(release);
    } catch (Throwable e) {
      loading.remove(release.version());
      endIfDone();
      throw e;
    }
    Aside.rest();
    boolean published;
    try {
      published = publish(ready);
    } catch (Throwable e) {
      if (current != ready) {
        loading.remove(ready.version);
        close(ready);
      }
      throw e;
    }
    if (!published) {
      close(ready);
      changed();
    }
  }

  private SwapSteps.Running begin(ModelVersion version, SwapStep.Kind kind) {
    Runnable leaveBehind = loader.whenOverdue();
    return steps.begin(
        version,
        kind,
        () -> {
          overdue(version, kind);
          leaveBehind.run();
        });
  }

  private synchronized void overdue(ModelVersion version, SwapStep.Kind kind) {
    if (loading.contains(version)) {
      outdated(
          "Version '"
              + version
              + "' is not ready: "
              + kind
              + " takes longer than "
              + steps.limit()
              + ". It is published when it is done; selecting another version overtakes it.");
    }
  }

  /** Before any native code of this process sees it. */
  private void requireTried(ModelRelease<I, O> release) {
    if (trials == null || !trials.isDue(release.version())) {
      return;
    }
    SwapSteps.Running trying = begin(release.version(), SwapStep.Kind.TRIAL);
    try {
      trials.require(release);
    } catch (Throwable e) {
      trying.failed(e);
      throw e;
    }
    trying.done();
  }

  private ServedVersion<I, O> load(ModelRelease<I, O> release) {
    requireTried(release);
    SwapSteps.Running opening = begin(release.version(), SwapStep.Kind.LOAD);
    Model<I, O> model;
    try {
      Aside.rest();
      model = release.load();
      if (model == null) {
        throw new ModelLoadException(
            "Version '"
                + release.version()
                + "' was loaded as null. A loader returns a model or throws.");
      }
      Aside.rest();
    } catch (Throwable e) {
      opening.failed(e);
      throw e;
    }
    opening.done();
    counters.openVersions.incrementAndGet();
    counters.nativeBytes.addAndGet(NativeBytes.of(model));
    SwapSteps.Running preparing = begin(release.version(), SwapStep.Kind.PREPARE);
    try {
      VersionPreparation.Prepared<O> prepared = preparation.prepare(release, model, isBeside());
      preparing.done();
      return new ServedVersion<>(release.version(), model, prepared, this::closeLater);
    } catch (Throwable e) {
      preparing.failed(e);
      counters.openVersions.decrementAndGet();
      counters.nativeBytes.addAndGet(-NativeBytes.of(model));
      try {
        model.close();
      } catch (Throwable suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Whether requests are answered meanwhile, which need the cores. */
  private boolean isBeside() {
    return beside || current != null;
  }

  private boolean isSelected(ModelVersion version) {
    try {
      return source.current() instanceof ModelSource.Selected<I, O> selected
          && selected.release().version().equals(version);
    } catch (Throwable e) {
      LOG.warn("Predictor '{}': the source fails, it had selected {}", name, version, e);
      return true;
    }
  }

  /** Returns false if it is not wanted any more. */
  private boolean publish(ServedVersion<I, O> ready) {
    if (closed || !isSelected(ready.version)) {
      loading.remove(ready.version);
      return false;
    }
    SwapSteps.Running publishing = begin(ready.version, SwapStep.Kind.PUBLISH);
    ServedVersion<I, O> old;
    List<ServedVersion<I, O>> done = new ArrayList<>();
    synchronized (this) {
      loading.remove(ready.version);
      if (closed || !isSelected(ready.version)) {
        publishing.failed(new IllegalStateException("It is not selected any more."));
        return false;
      }
      old = current;
      try {
        onPublish.accept(ready);
      } catch (Throwable e) {
        publishing.failed(e);
        throw e;
      }
      problem = null;
      current = ready;
      if (old != null) {
        done.addAll(replaced(old, ready));
      }
      onPublished.accept(ready);
    }
    first.complete(null);
    publishing.done();
    if (old != null) {
      counters.swaps.incrementAndGet();
      LOG.info("Predictor '{}' swapped {} for {}", name, old.version, ready.version);
    }
    Aside.rest();
    done.forEach(this::drain);
    return true;
  }

  /** Returns what is not needed any more. A version that was rolled back is never kept. */
  private List<ServedVersion<I, O>> replaced(ServedVersion<I, O> old, ServedVersion<I, O> ready) {
    if (!keepsPrevious) {
      return List.of(old);
    }
    ServedVersion<I, O> before = previous;
    if (old.version.number() < ready.version.number()) {
      previous = old;
      return before == null ? List.of() : List.of(before);
    }
    if (before != null && before.version.number() >= ready.version.number()) {
      previous = null;
      return List.of(old, before);
    }
    return List.of(old);
  }

  private void drain(ServedVersion<I, O> version) {
    version.drain = steps.begin(version.version, SwapStep.Kind.DRAIN, () -> {});
    version.lease.retire();
  }

  private void outdated(String reason) {
    problem = reason;
    ServedVersion<I, O> serving = current;
    if (serving != null) {
      serving.outdated = true;
    }
  }

  private String serving() {
    ServedVersion<I, O> serving = current;
    return serving == null ? "no version" : "version " + serving.version;
  }

  /** Runs on whichever thread was last inside. */
  private void closeLater(ServedVersion<I, O> version) {
    SwapSteps.Running draining = version.drain;
    if (draining != null) {
      draining.over();
    }
    loader.execute(() -> close(version));
  }

  private void close(ServedVersion<I, O> version) {
    SwapSteps.Running draining = version.drain;
    if (draining != null) {
      draining.done();
    }
    SwapSteps.Running closing = begin(version.version, SwapStep.Kind.CLOSE);
    try {
      if (aside == null || closed) {
        version.model.close();
      } else {
        aside.during(version.model::close);
      }
      closing.done();
    } catch (Throwable e) {
      // Errors, too: what is counted as open would keep close() waiting.
      closing.failed(e);
      LOG.warn("Predictor '{}' could not close version {}", name, version.version, e);
    }
    counters.nativeBytes.addAndGet(-NativeBytes.of(version.model));
    counters.openVersions.decrementAndGet();
    endIfDone();
  }

  private void endIfDone() {
    if (closed && counters.openVersions.get() == 0 && loading.isEmpty()) {
      loader.shutdown();
      onEnd.run();
      // A session that was given up is native memory, too.
      if (aside == null) {
        allClosed.countDown();
      } else {
        aside.whenNothingIsLeft(allClosed::countDown);
      }
    }
  }

  /** Lets nobody in any more. Models close when the last caller is out. */
  void retire() {
    Subscription following = subscription;
    if (following != null) {
      following.close();
    }
    ServedVersion<I, O> last;
    ServedVersion<I, O> before;
    synchronized (this) {
      closed = true;
      last = current;
      before = previous;
      current = null;
      previous = null;
    }
    if (trials != null) {
      trials.close();
    }
    if (before != null) {
      drain(before);
    }
    if (last != null) {
      drain(last);
    } else {
      endIfDone();
    }
  }

  /**
   * Waits until every model is closed; returns false if that takes longer. The loader, on which a
   * swap listener or a model may call this, does not wait for itself.
   */
  boolean awaitClosed(long nanos) throws InterruptedException {
    return loader.isCurrent()
        ? allClosed.getCount() == 0
        : allClosed.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
  }
}
