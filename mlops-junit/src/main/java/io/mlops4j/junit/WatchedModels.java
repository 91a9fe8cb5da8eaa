package io.mlops4j.junit;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.junit.StressTally.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Wraps models to see who is inside when one is closed. */
final class WatchedModels {
  /** Versions alternate, so an object that comes back comes back soon. */
  private static final int REMEMBERED = 4;

  private final StressTally tally;
  private final IdentityHashMap<Model<?, ?>, Gauge> open = new IdentityHashMap<>();
  private final Deque<Model<?, ?>> closed = new ArrayDeque<>();

  WatchedModels(StressTally tally) {
    this.tally = tally;
  }

  /** One model object: who is inside, and whether it is closed. */
  private static final class Gauge {
    final AtomicInteger inside = new AtomicInteger();
    volatile boolean closed;
  }

  <I, O> ModelRelease<I, O> watch(ModelRelease<I, O> release) {
    return new GivenRelease<>(
        release.version(),
        () -> opened(release.version(), release.load()),
        release.baseline().orElse(null),
        release.goldenRows().orElse(null));
  }

  private <I, O> Model<I, O> opened(ModelVersion version, Model<I, O> model) {
    tally.opened.increment();
    Gauge gauge = new Gauge();
    synchronized (open) {
      boolean known = open.put(model, gauge) != null || closed.stream().anyMatch(m -> m == model);
      if (known && closesSomething(model)) {
        tally.problem(
            Kind.SHARED,
            "loading "
                + version
                + " returned an object that was loaded before: closing it for one version closes it"
                + " for all. Return a new model from each load.");
      }
    }
    return new Watched<>(version, model, gauge);
  }

  /** A lambda may be shared: closing it does nothing. */
  private static boolean closesSomething(Model<?, ?> model) {
    try {
      return model.getClass().getMethod("close").getDeclaringClass() != Model.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError("Every model has close()", e);
    }
  }

  private final class Watched<I, O> implements Model<I, O> {
    private final ModelVersion version;
    private final Model<I, O> model;
    private final Gauge gauge;

    Watched(ModelVersion version, Model<I, O> model, Gauge gauge) {
      this.version = version;
      this.model = model;
      this.gauge = gauge;
    }

    @Override
    public List<O> predict(List<I> inputs) {
      gauge.inside.incrementAndGet();
      try {
        if (gauge.closed) {
          tally.problem(Kind.CLOSED_EARLY, version + " was called after it had been closed.");
        }
        return model.predict(inputs);
      } finally {
        gauge.inside.decrementAndGet();
      }
    }

    @Override
    public Optional<Schema<I>> schema() {
      return model.schema();
    }

    @Override
    public void close() {
      gauge.closed = true;
      int inside = gauge.inside.get();
      if (inside > 0) {
        tally.problem(
            Kind.CLOSED_EARLY, version + " was closed while " + inside + " calls were inside.");
      }
      synchronized (open) {
        open.remove(model, gauge);
        closed.add(model);
        if (closed.size() > REMEMBERED) {
          closed.remove();
        }
      }
      tally.closed.increment();
      model.close();
    }
  }
}
